"""How long somebody waits for a command before Ctrl-C."""

import contextlib
import threading
import time
from collections.abc import Callable, Iterator

_LIMIT_SECONDS, _DEAD_SECONDS, _LOOK_SECONDS = 240, 15, 0.5


@contextlib.contextmanager
def patience(alive: Callable[[], object], stop: Callable[[], None]) -> Iterator[None]:
    """Stop what runs meanwhile after its limit, or soon after AWS is gone, which the CLI would ask on for minutes.

    Args:
        alive: Whether there is somebody who answers.
        stop: Ends the command.
    """
    over = threading.Event()

    def watch() -> None:
        began = heard = time.monotonic()
        while not over.wait(_LOOK_SECONDS):
            heard = time.monotonic() if alive() else heard
            if time.monotonic() > min(began + _LIMIT_SECONDS, heard + _DEAD_SECONDS):
                stop()
                return

    watching = threading.Thread(target=watch, daemon=True)
    watching.start()
    try:
        yield
    finally:
        over.set()
        watching.join()
