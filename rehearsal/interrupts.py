"""What ends a rehearsal before its end: Ctrl-C, a terminal that goes away, somebody who says so."""

import signal
from types import FrameType

INTERRUPTED = 130  # exit code, 128 and the number of SIGINT
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def hear() -> None:
    """Let each become a KeyboardInterrupt; SIGINT too, which a shell that starts us in the background has ignored."""
    for number in _SIGNALS:
        signal.signal(number, _interrupt)


def ignore() -> None:
    """From now on let none stop the stopping."""
    for number in _SIGNALS:
        signal.signal(number, signal.SIG_IGN)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
