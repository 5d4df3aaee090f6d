"""The review that the last deploy saved."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pydantic import ValidationError

from settings import Settings
from settings.files import shown
from settings.loading import FOLDER
from settings.references import check

if TYPE_CHECKING:
    import pathlib

FORMAT = 1
_LARGEST = 50_000_000  # seven times an environment file of 1 MiB, which is the largest, and as many findings
_FIX = "save it again: make deploy, or python -m review --json"


class SavedError(Exception):
    """A saved review cannot be compared with; the message says why and what to do."""


def path_of(name: str) -> pathlib.Path:
    """Return where `make deploy` saves an environment's review; whether it is there or not."""
    return FOLDER / f"{name}.review.json"


def read(file: pathlib.Path) -> Settings:
    """Return the settings in a review that `make deploy` or `python -m review --json` wrote.

    What followed from them is told anew: a newer podnet may know more of it.

    Raises:
        SavedError: It cannot be read, or its settings are none of this version or do not fit each other.
    """
    try:
        with file.open(encoding="utf-8") as stream:
            found = json.loads(stream.read(_LARGEST))
    except OSError as error:
        raise SavedError(f"{shown(file)} must be readable, got {error.strerror}: {_instead_of(file)}") from error
    except (ValueError, RecursionError) as error:
        raise SavedError(f"{file.name} must be a review as JSON, got {str(error)[:100]}: {_FIX}") from error
    if not isinstance(found, dict) or found.get("format") != FORMAT or not isinstance(found.get("settings"), dict):
        got = found.get("format", "none") if isinstance(found, dict) else type(found).__name__
        raise SavedError(f"{file.name} must be a review of format {FORMAT}, got {str(got)[:50]}: {_FIX}")
    try:
        settings = Settings.model_validate_json(json.dumps({**found["settings"], "name": found.get("environment")}))
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors()[0]["loc"])[:100]
        raise SavedError(f"{file.name} must hold settings of this version, got another {where}: {_FIX}") from error
    if problems := check(found["settings"]):  # somebody has changed it by hand, or merged two of them
        where = problems[0].path[:100]
        raise SavedError(f"{file.name} must hold settings that fit each other, got {where} that does not: {_FIX}")
    return settings


def _instead_of(file: pathlib.Path) -> str:
    """Return the fix for a file that cannot be read: what was meant, or what is there."""
    saved = sorted(found.name for found in FOLDER.glob("*.review.json") if found.absolute() != file.absolute())
    if file.name in saved:
        return f"write {shown(FOLDER / file.name)}"
    return f"saved ones in environments/: {', '.join(saved)[:200] or 'none'}; otherwise {_FIX}"
