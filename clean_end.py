"""Imported first by every command: Ctrl-C, or a reader such as `head` that has read enough, ends it with no traceback.

Both may come while a command still loads its modules, before anything of its own could catch them. Everything is
stopped and taken away as with any exception, and nothing is told. Python ends itself by SIGINT then, as shells expect.
A stream that was closed before the start (`>&-`), which Python has as None, takes what is told and keeps nothing.
"""

import atexit
import os
import select
import sys
from types import TracebackType


def _tell(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt) and not hasattr(sys, "ps1"):
        # Node.js of CDK hears Ctrl-C as well, and what stops it at the end would tell that it is gone
        sys.stderr = os.fdopen(_nowhere(), "w", encoding="utf-8")
    elif not (issubclass(kind, BrokenPipeError) and _reader_is_gone()):
        sys.__excepthook__(kind, error, trace)


def _reader_is_gone() -> bool:
    """Return whether nobody will ever read standard output; another pipe that breaks is an error."""
    looking = select.poll()
    looking.register(1, 0)
    return any(event & (select.POLLERR | select.POLLHUP) for _, event in looking.poll(0))


@atexit.register
def _flush() -> None:
    """Write what is left; Python itself would tell of a reader that is gone."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(_nowhere(), sys.stdout.fileno())


def _nowhere() -> int:
    return os.open(os.devnull, os.O_WRONLY)


for _closed in (name for name in ("stdout", "stderr") if getattr(sys, name) is None):
    setattr(sys, _closed, os.fdopen(_nowhere(), "w", encoding="utf-8"))
sys.excepthook = _tell
