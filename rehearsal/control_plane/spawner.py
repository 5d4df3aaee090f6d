"""Start processes from a thread that lives as long as this process."""

import queue
import subprocess
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from pathlib import Path

from rehearsal.tether import tethered


class Spawner:
    """Start programs that die with this process, whatever thread asks.

    Linux sends the signal of PR_SET_PDEATHSIG when the *thread* that forked ends (prctl(2)); a program that a worker of
    a thread pool started would be killed as soon as the pool lets that worker go. So one daemon thread forks for all.
    """

    def __init__(self) -> None:
        self._asked: queue.SimpleQueue[
            tuple[Sequence[str], Path, Path, dict[str, str], Future[subprocess.Popen[bytes]]]
        ]
        self._asked = queue.SimpleQueue()
        threading.Thread(target=self._serve, name="spawner", daemon=True).start()

    def spawn(
        self, command: Sequence[str], *, log: Path, folder: Path, env: dict[str, str]
    ) -> "subprocess.Popen[bytes]":
        """Start `command` in a session of its own (Ctrl-C of a terminal does not reach it), output appended to `log`.

        Raises:
            OSError: If the program cannot be started.
        """
        started: Future[subprocess.Popen[bytes]] = Future()
        self._asked.put((command, log, folder, env, started))
        return started.result()

    def _serve(self) -> None:
        while True:
            command, log, folder, env, started = self._asked.get()
            try:
                with log.open("ab") as output:
                    process = subprocess.Popen(
                        [*tethered(), *command],
                        stdin=subprocess.DEVNULL,
                        stdout=output,
                        stderr=output,
                        cwd=folder,
                        env=env,
                        start_new_session=True,
                    )
            except OSError as error:
                started.set_exception(error)
            else:
                started.set_result(process)
