"""Print what a command found, whatever stands at the other end."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


def say(told: str) -> None:
    """Print, to whoever reads it."""
    with standard_output():
        print(told)  # noqa: T201 (for the person at the terminal)


@contextlib.contextmanager
def standard_output() -> Iterator[None]:
    """Take what is printed within; a reader such as `head` may have read enough before the end.

    Raises SystemExit, with the reason, where nothing can be written, as on a full disk.
    """
    take_everything(sys.stdout)
    try:
        yield
        sys.stdout.flush()
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is left is flushed at the end
        if not isinstance(error, BrokenPipeError):
            sys.exit(f"standard output must take what is told, got {error.strerror}")


def take_everything(stream: IO[str]) -> None:
    """Let a stream write the number of a character that its encoding does not hold."""
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="backslashreplace")


def holds_everything() -> bool:
    """Return whether standard output holds every character."""
    return sys.stdout.encoding.lower().replace("-", "") == "utf8"
