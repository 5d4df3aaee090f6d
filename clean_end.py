"""Imported first by every command: Ctrl-C, or a reader such as `head` that has read enough, ends it with no traceback.

Both may come while a command still loads its modules, before anything of its own could catch them. Everything is
stopped and taken away as with any exception, and nothing is told. Python ends itself by SIGINT then, as shells expect.
What CDK misses on the machine when it is loaded, such as Node.js or room in TMPDIR, is told in one line with the fix.
A stream that was closed before the start (`>&-`), which Python has as None, takes what is told and keeps nothing.
"""

import atexit
import os
import select
import sys
from collections.abc import Iterator
from types import TracebackType

# what an error has in it -> what must hold, and the fix; {} is where CDK unpacks what it needs
_MISSING = {
    "no space left on device": "{} and the output's folder must have room, got a full disk; make room, or set TMPDIR",
    "mkdtemp": "{} must be a folder that can be written, got none; let TMPDIR name one",
    "no such file or directory: 'node'": "Node.js must be on the PATH, got no program node; install 20 or later",
}


def _tell(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt) and not hasattr(sys, "ps1"):
        # Node.js of CDK hears Ctrl-C as well, and what stops it at the end would tell that it is gone
        sys.stderr = os.fdopen(_nowhere(), "w", encoding="utf-8")
    elif told := _missing(error):
        sys.unraisablehook = lambda _: None  # what CDK cannot stop, since it never started
        print(f"error: {told}", file=sys.stderr)  # noqa: T201 (for the person at the terminal)
    elif not (issubclass(kind, BrokenPipeError) and _reader_is_gone()):
        sys.__excepthook__(kind, error, trace)


def _missing(error: BaseException) -> str:
    """Say what the machine lacks where that is why it came to this error; "" where it is another."""
    said = "\n".join(map(str, _chain(error))).lower()
    told = next((text for words, text in _MISSING.items() if words in said), "")
    return told.format(os.environ.get("TMPDIR") or "/tmp")  # noqa: S108 (where Node.js and Python take it)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error:
        yield error
        error = error.__cause__ or error.__context__


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
