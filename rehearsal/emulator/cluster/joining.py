"""Wrap operations of the emulator: its own runs first, what it only records is then done."""

from collections.abc import Callable
from typing import Any

from ministack.services import eks

from rehearsal.emulator.refused import RefusedError

Reply = tuple[int, Any, Any]
REFUSED = 400


def around(name: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Put the decorated function in the place of `eks.<name>`; its first argument is the original."""
    original = getattr(eks, name)

    def join(ours: Callable[..., Any]) -> Callable[..., Any]:
        def joined(*args: object, **kwargs: object) -> object:
            try:
                return ours(original, *args, **kwargs)
            except RefusedError as refused:
                return eks._error(REFUSED, refused.code, refused.message)

        setattr(eks, name, joined)
        return ours

    return join
