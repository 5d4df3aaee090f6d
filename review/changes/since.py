"""What changes since the last deploy, where its review was saved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from review.changes.comparing import compare
from review.changes.saved import SavedError, path_of, read

if TYPE_CHECKING:
    from collections.abc import Mapping


def since_saved(after: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the changes since the environment's saved review, None where there is none.

    One that cannot be used is told in the place of changes: it stops no synthesis.
    """
    file = path_of(after["environment"])
    if not file.is_file():
        return None
    try:
        return compare(read(file), after, file.name)
    except SavedError as error:
        return {"against": file.name, "problem": str(error), "kinds": [], "changes": [], "flows": []}
