"""Somebody who starts programs again when they have ended by themselves, as EKS does with a control plane."""

import contextlib
import threading
from collections.abc import Callable

_LOOK_SECONDS, _PAUSE_SECONDS = 0.2, 2.0


class Keeper(threading.Thread):
    """Look five times a second; an ended program is away for two seconds more.

    Args:
        ended: Gives the name of a program that has ended by itself, "" where all run.
        revive: Starts it again.
    """

    def __init__(self, ended: Callable[[], str], revive: Callable[[str], None]) -> None:
        super().__init__(name="keeper", daemon=True)
        self._ended, self._revive = ended, revive
        self._halt = threading.Event()

    def run(self) -> None:
        """Keep them up until `halt`."""
        while not self._halt.wait(_LOOK_SECONDS):
            name = self._ended()
            if name and not self._halt.wait(_PAUSE_SECONDS):
                with contextlib.suppress(OSError):  # no room for its log yet
                    self._revive(name)

    def halt(self) -> None:
        """Let them end from now on; it is no error before the start."""
        self._halt.set()
        if self.is_alive():
            self.join()
