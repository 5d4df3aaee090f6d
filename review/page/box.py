"""A place in the picture."""

from __future__ import annotations

from typing import NamedTuple

HEIGHT = 54


class Box(NamedTuple):
    """A place where connections begin or end: corner, size, text, and where lines meet it."""

    x: int
    y: int
    width: int
    title: str
    detail: str

    @property
    def left(self) -> tuple[int, int]:
        """Where lines from the right-hand side of the picture arrive."""
        return (self.x, self.y + HEIGHT // 2)

    @property
    def right(self) -> tuple[int, int]:
        """Where lines to the right leave."""
        return (self.x + self.width, self.y + HEIGHT // 2)
