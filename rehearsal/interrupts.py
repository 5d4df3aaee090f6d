"""What ends a rehearsal before its end: Ctrl-C, a terminal that goes away, somebody who says so."""

import contextlib
import signal
from collections.abc import Iterator
from types import FrameType

INTERRUPTED = 130  # exit code, 128 and the number of SIGINT
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def hear() -> None:
    """Let each become a KeyboardInterrupt; SIGINT too, which a shell that starts us in the background has ignored."""
    for number in _SIGNALS:
        signal.signal(number, _interrupt)


@contextlib.contextmanager
def held() -> Iterator[None]:
    """Let none stop what stops processes, and be heard after it.

    Raises:
        KeyboardInterrupt: If one came meanwhile.
    """
    late: list[int] = []
    for number in _SIGNALS:
        signal.signal(number, lambda came, _frame: late.append(came))
    try:
        yield
    finally:
        hear()
    if late:
        raise KeyboardInterrupt


def ignore() -> None:
    """From now on let none stop the stopping."""
    for number in _SIGNALS:
        signal.signal(number, signal.SIG_IGN)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
