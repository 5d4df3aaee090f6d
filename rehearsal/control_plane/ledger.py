"""Which processes a control plane started, kept on disk for the case that nobody was left to stop them."""

import contextlib
import json
import os
import signal
import subprocess
import time
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Entry:
    """One started process.

    Attributes:
        name: Name of the program.
        pid: Its process id.
        began: When the kernel says that this process began; a later process with the same id began later.
    """

    name: str
    pid: int
    began: str

    @property
    def alive(self) -> bool:
        """Whether the process is still the one that was started."""
        return bool(self.began) and began(self.pid) == self.began


def began(pid: int) -> str:
    """Give when process `pid` began, in a form that is only good for comparison; "" where there is no such process.

    A zombie counts as gone: it holds no port and no memory.
    """
    stat = Path(f"/proc/{pid}/stat")
    if Path("/proc/self/stat").exists():
        try:
            fields = stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        except OSError:
            return ""
        return "" if fields[0] == "Z" else fields[19]  # proc(5): field 3 is the state, field 22 the start time
    done = subprocess.run(["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return done.stdout.strip()


class Ledger:
    """A JSON file of started processes.

    A start reads the file of the run before and ends what is left of it, so that a SIGKILL, which no process can
    answer, leaves nothing behind for good.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def add(self, name: str, pid: int) -> None:
        """Note a started process."""
        self._write([*self.entries(), Entry(name, pid, began(pid))])

    def clear(self) -> None:
        """Forget all of them: they were stopped."""
        self._path.unlink(missing_ok=True)

    def entries(self) -> list[Entry]:
        """Give the noted processes in the order of their start; none where the file is missing or broken."""
        try:
            return [Entry(**entry) for entry in json.loads(self._path.read_text(encoding="utf-8"))]
        except (OSError, ValueError, TypeError):
            return []

    def end_leftovers(self, *, patience: float = 5.0) -> list[Entry]:
        """End what still runs of the noted processes, last started first; give what was ended.

        Each gets SIGTERM and, `patience` seconds later, SIGKILL.
        """
        left = [entry for entry in reversed(self.entries()) if entry.alive]
        for entry in left:
            _signal(entry.pid, signal.SIGTERM)
            until = time.monotonic() + patience
            while entry.alive and time.monotonic() < until:
                time.sleep(0.02)
            if entry.alive:
                _signal(entry.pid, signal.SIGKILL)
        self.clear()
        return left

    def _write(self, entries: list[Entry]) -> None:
        draft = self._path.with_suffix(".new")
        draft.write_text(json.dumps([asdict(entry) for entry in entries]), encoding="utf-8")
        draft.replace(self._path)


def _signal(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)
