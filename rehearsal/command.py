"""A command of the rehearsal, with its output in a log."""

import contextlib
import re
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from rehearsal.errors import RehearsalError
from rehearsal.tether import tethered
from rehearsal.workspace import PROJECT

_EVENT = re.compile(
    r"^(?P<stack>[\w-]+) \|\s+(?P<done>\d+)(/(?P<all>\d+))? \|[^|]+\|\s*(?P<status>\w+)\s*\| (?P<type>\S+)"
)
_TAIL = 3000


class Command:
    """Run a program that dies with this process and write what it says to a log.

    Args:
        arguments: Program and arguments.
        env: Its whole environment.
        folder: Where it runs.
        log: File that its output is appended to.
        note: Told how far it is, from the CDK command line's event lines.
    """

    def __init__(
        self,
        arguments: Sequence[str],
        *,
        env: Mapping[str, str],
        folder: Path = PROJECT,
        log: Path,
        note: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._log = log
        self._note = note
        self._said: list[str] = []
        self._name = " ".join(str(part) for part in arguments[1:3])
        self._process = subprocess.Popen(
            [*tethered(), *arguments],
            cwd=folder,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        """Process id."""
        return self._process.pid

    def wait(self) -> str:
        """Wait for its end; give its output.

        Raises:
            RehearsalError: If it ends with another code than 0; the message ends with the end of its output.
        """
        code = self._process.wait()
        self._reader.join()
        text = "".join(self._said)
        if code:
            raise RehearsalError(f"`{self._name}` must end with 0, got {code} (log: {self._log}):\n{text[-_TAIL:]}")
        return text

    def stop(self) -> None:
        """End it where it still runs."""
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(5)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    def _read(self) -> None:
        for line in self._process.stdout or ():
            self._said.append(line)
            # a full disk must not end this thread: nobody would read on, and the program would wait for ever
            with contextlib.suppress(OSError), self._log.open("a", encoding="utf-8") as log:
                log.write(line)
            event = _EVENT.match(line)
            if event:
                of = f"/{event['all']}" if event["all"] else ""
                self._note(f"{event['stack']} {event['done']}{of} {event['type']}")
