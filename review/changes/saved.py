"""The review that was saved: of the last deploy, or of another environment file."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from settings.loading import FOLDER

if TYPE_CHECKING:
    import pathlib
    from collections.abc import Mapping

FORMAT = 1
_KEYS = ("environment", "settings", "flows")


class SavedError(Exception):
    """A saved review cannot be compared with; the message says why and what to do."""


def path_of(name: str) -> pathlib.Path:
    """Return where `make deploy` saves an environment's review; whether it is there or not."""
    return FOLDER / f"{name}.review.json"


def read(file: pathlib.Path) -> Mapping[str, Any]:
    """Return the review in a file that `make deploy` or `python -m review --json` wrote.

    Raises:
        SavedError: It cannot be read, or another version of podnet wrote it.
    """
    fix = "save it again: make deploy, or python -m review --json"
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise SavedError(f"{file.name} must be readable, got {error.strerror}: {fix}") from error
    except ValueError as error:
        raise SavedError(f"{file.name} must be a review as JSON, got {str(error)[:100]}: {fix}") from error
    if not isinstance(found, dict) or found.get("format") != FORMAT or not all(key in found for key in _KEYS):
        got = found.get("format", "none") if isinstance(found, dict) else type(found).__name__
        raise SavedError(f"{file.name} must be a review of format {FORMAT}, got {str(got)[:50]}: {fix}")
    return found
