"""What changes since the last deploy, or from another environment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from review.changes import SavedError, compare, path_of, read
from review.content import content

if TYPE_CHECKING:
    from collections.abc import Mapping

    from settings import Settings


def since(before: Settings, after: Mapping[str, Any], against: str) -> dict[str, Any]:
    """Return the changes from other settings to a content; `against` is what the former are called."""
    return compare(content(before, []), after, against)


def since_saved(after: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the changes since the environment's saved review, None where there is none.

    One that cannot be used is told in the place of changes: it stops no synthesis.
    """
    file = path_of(after["environment"])
    if not file.is_file():
        return None
    try:
        return since(read(file), after, file.name)
    except SavedError as error:
        return {"against": file.name, "problem": str(error), "kinds": [], "changes": [], "flows": []}
