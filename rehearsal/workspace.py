"""Where a rehearsal keeps its files, and that only one runs at a time."""

import fcntl
import os
import shutil
from pathlib import Path
from typing import TextIO

from rehearsal.control_plane.ledger import Ledger
from rehearsal.errors import RehearsalError

PROJECT = Path(__file__).resolve().parent.parent


class Workspace:
    """A folder that is wiped at the start and kept afterwards for its logs.

    Args:
        folder: The folder; its lock is a file beside it.

    Attributes:
        folder: The folder itself.
        emulator: State of the emulator and of its clusters.
        ledger: Which processes the rehearsal started.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.emulator = self.folder / "emulator"
        self.ledger = Ledger(self.folder / "processes.json")
        self._lock: TextIO | None = None

    def open(self) -> None:
        """Take the folder: end what a killed or a kept run left behind, then empty it.

        Raises:
            RehearsalError: If another rehearsal of this project runs, or the folder holds what no rehearsal wrote.
        """
        self._take_lock()
        self.end_leftovers()
        shutil.rmtree(self.folder, ignore_errors=True)
        for name in ("home", "tmp", "cdk-home", "logs", "changed", "emulator"):
            (self.folder / name).mkdir(parents=True, mode=0o700)

    def end_leftovers(self) -> int:
        """End processes of a run before, the emulator before its control planes; give how many there were."""
        self._take_lock()
        ledgers = [self.ledger, *(Ledger(path) for path in self.emulator.glob("clusters/*/processes.json"))]
        # the emulator stops its control planes in order; what is left of them after it is ended here
        return sum(len(ledger.end_leftovers(patience=20)) for ledger in ledgers)

    def close(self) -> None:
        """Let another rehearsal take the folder."""
        if self._lock:
            self._lock.close()
            self._lock = None

    def log(self, name: str) -> Path:
        """Give the log file of a step."""
        return self.folder / "logs" / f"{name}.log"

    @property
    def _lock_file(self) -> Path:
        return self.folder.with_name(f"{self.folder.name}.lock")

    def _is_of_others(self) -> bool:
        """Return whether something is in it that no rehearsal wrote: each makes its lock before anything else."""
        return not self._lock_file.exists() and self.folder.is_dir() and any(self.folder.iterdir())

    def _take_lock(self) -> None:
        if self._lock:
            return
        if self.folder.exists() and not self.folder.is_dir():
            raise RehearsalError(f"--folder must be a folder, got the file {self.folder}: name another one")
        if self.folder == self.folder.parent or self._is_of_others():
            raise RehearsalError(
                f"--folder must be new, empty or that of an earlier rehearsal, got {self.folder} with files in it, "
                "which would be deleted: name another one"
            )
        path = self._lock_file
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = path.open("a+", encoding="utf-8")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.seek(0)
            owner = lock.read().strip()
            lock.close()
            message = (
                f"{self.folder} must be free, got process {owner} in it; wait for it or end it with `kill {owner}`"
            )
            raise RehearsalError(message) from error
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        self._lock = lock
