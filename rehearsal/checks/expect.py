"""How a check fails."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class CheckFailedError(Exception):
    """Something is not as it must be; the message names it, what was wanted and what was found."""


class NotAskedFor(str):
    """What a check gives where the environment asks for nothing that it could prove; the text says what is missing."""

    __slots__ = ()


def expect(holds: object, message: str) -> None:
    """Go on where `holds` is true.

    Raises:
        CheckFailedError: Otherwise, with `message` cut to 600 characters.
    """
    if not holds:
        raise CheckFailedError(message[:600])


def equal(what: str, found: object, wanted: object) -> None:
    """Go on where both are equal.

    Raises:
        CheckFailedError: Otherwise.
    """
    expect(found == wanted, f"{what} must be {wanted!r}, got {found!r}")


def eventually(check: Callable[[], T], seconds: float) -> T:
    """Give the result of `check`, which may fail until `seconds` are over.

    Raises:
        CheckFailedError: The last failure.
    """
    until = time.monotonic() + seconds
    while True:
        try:
            return check()
        except CheckFailedError:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)
