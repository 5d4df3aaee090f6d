"""Print what a command found, whatever stands at the other end."""

from __future__ import annotations

import os
import sys


def say(told: str) -> None:
    """Print; a reader such as `head` may have read enough before the end.

    A character that the locale cannot hold is written as its number. Raises SystemExit, with the reason, where nothing
    can be written, as on a full disk.
    """
    if not holds_everything():
        sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]  # a file, as always by `python -m`
    try:
        print(told, flush=True)  # noqa: T201 (for the person at the terminal)
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is left is flushed at the end
        if not isinstance(error, BrokenPipeError):
            sys.exit(f"standard output must take what is told, got {error.strerror}")


def holds_everything() -> bool:
    """Return whether standard output holds every character."""
    return sys.stdout.encoding.lower().replace("-", "") == "utf8"
