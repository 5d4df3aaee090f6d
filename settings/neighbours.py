"""The other environments of a folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from settings.loading import load
from settings.problems import SettingsError

if TYPE_CHECKING:
    import pathlib

    from settings.model import Settings

_KEY = b"pod_networking"  # every environment has it, and reading any other large file as YAML takes seconds


def neighbours(settings: Settings) -> list[Settings]:
    """Return the other environments whose files lie beside this one's, by name.

    One that cannot be loaded is left out: what is wrong there is told when it is synthesized itself.
    """
    folder = settings.folder
    files = sorted(folder.glob("*.yaml")) if folder else []
    loaded = (_loaded(file) for file in files if file.stem != settings.name)
    return [one for one in loaded if one]


def _loaded(file: pathlib.Path) -> Settings | None:
    try:
        return load(str(file)) if _KEY in file.read_bytes() else None
    except (OSError, SettingsError):
        return None
