"""The running programs of one control plane."""

import atexit
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from rehearsal.control_plane.keeper import Keeper
from rehearsal.control_plane.ledger import Ledger
from rehearsal.control_plane.spawner import Spawner

_STOP_SECONDS = 10


class Processes:
    """Start programs with a log each, and stop them one after the other, last started first.

    All at once would leave an API server without its etcd, and such a one hangs for 20 s. They also stop at exit.
    """

    def __init__(self, folder: Path, programs: Mapping[str, Path]) -> None:
        self._folder = folder
        self._programs = programs
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._commands: dict[str, list[str]] = {}
        self._keeper = Keeper(self.ended, self._spawn)
        self._ledger = Ledger(folder / "processes.json")
        self._spawner = Spawner()

    def end_leftovers(self) -> None:
        """End what a killed run left behind in the same folder."""
        self._ledger.end_leftovers()

    def start(self, name: str, arguments: list[str]) -> None:
        """Start program `name`.

        Raises:
            OSError: If it cannot be started.
        """
        atexit.register(self.stop)
        self._commands[name] = [str(self._programs[name]), *arguments]
        self._spawn(name)

    def keep_up(self) -> None:
        """From now on start again what ends by itself, with the same arguments, data and ports, as EKS does."""
        self._keeper.start()

    def _spawn(self, name: str) -> None:
        # Go's garbage collector runs a quarter as often: a tenth less of the processor, and memory there is
        env = {"PATH": os.environ.get("PATH", ""), "HOME": str(self._folder), "GOGC": "400"}
        process = self._spawner.spawn(self._commands[name], log=self._log(name), folder=self._folder, env=env)
        self._running[name] = process
        self._ledger.add(name, process.pid)

    def ended(self) -> str:
        """Give the name of a program that has ended by itself, "" where all run."""
        return next((name for name, process in self._running.items() if process.poll() is not None), "")

    def log_tail(self, name: str) -> str:
        """Give the last 2,000 characters of a program's log."""
        return self._log(name).read_text(encoding="utf-8", errors="replace")[-2000:]

    def stop(self) -> None:
        """Stop all; it is no error to call it twice."""
        self._keeper.halt()
        for process in reversed(list(self._running.values())):
            process.terminate()
            try:
                process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._running.clear()
        self._ledger.clear()
        atexit.unregister(self.stop)

    def _log(self, name: str) -> Path:
        return self._folder / f"{name}.log"
