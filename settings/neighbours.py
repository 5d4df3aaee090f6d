"""The other environments of a folder."""

from __future__ import annotations

import functools
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
    texts = ((file, _text(file)) for file in files if file.stem != settings.name)
    loaded = (_loaded(file, text) for file, text in texts if _KEY in text)
    return [one for one in loaded if one]


def _text(file: pathlib.Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:
        return b""


@functools.lru_cache(100)
def _loaded(file: pathlib.Path, _text: bytes) -> Settings | None:
    """Load it once for all rules, as long as its text is the same."""
    try:
        return load(str(file))
    except SettingsError:
        return None
