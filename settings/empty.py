"""Keys with nothing under them: YAML's null, which a model would take for a key that is left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from settings.problems import Problem, path_of

if TYPE_CHECKING:
    from collections.abc import Iterator

_FIX = "write one, or `[]` for a list without entries, or remove the key"


def empty(value: object, location: tuple[int | str, ...] = ()) -> Iterator[Problem]:
    """Yield a problem for each null: `egress:` without a rule is neither no egress nor everything."""
    if value is None:
        yield Problem(path_of(location), "must have a value", "nothing", _FIX)
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from empty(inner, (*location, key))
    elif isinstance(value, list):
        for i, inner in enumerate(value):
            yield from empty(inner, (*location, i))
