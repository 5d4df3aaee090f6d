"""What was meant by a name that is not known."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def nearest(name: str, known: Iterable[str], most: int = 1) -> str:
    """Return the known names that look like it, as a fix has them: `a or b`; "" where none does."""
    return " or ".join(difflib.get_close_matches(name, [*known], most))
