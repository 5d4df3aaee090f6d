"""What was meant by a key that no setting has, and by a range of ports that stands as text."""

from __future__ import annotations

import difflib
import re
import typing
from typing import TYPE_CHECKING, Any

from settings.forms import Section

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_PORTS = re.compile(r"\s*(\d{1,5})\s*[-:]\s*(\d{1,5})\s*")


def fix(error: dict[str, Any], model: type[Section]) -> str:
    """Return the fix for one of pydantic's errors where it can be told exactly, "" elsewhere."""
    *path, last = error["loc"]
    if error["type"] == "extra_forbidden" and (key := _nearest(path, str(last), model)):
        return f"write {key}"
    if error["type"] == "int_type" and last == "port" and (ports := _PORTS.fullmatch(str(error["input"]))):
        return (
            "write an entry for each port"
            if "reaches" in path
            else "write port: {}, to_port: {}".format(*ports.groups())
        )
    return ""


def _nearest(path: Sequence[int | str], key: str, model: type[Section]) -> str:
    """Return the key that is written most like this one among those that may stand there."""
    sections = [model]
    for part in path:
        if isinstance(part, str):
            sections = [inner for section in sections for inner in _inner(section, part)]
    known = {_folded(name): name for section in sections for name in _fields(section)}
    if not path:
        known.pop("name", None)  # the file's own, which is no key of it
    near = difflib.get_close_matches(_folded(key), known, 1)
    return known[near[0]] if near else ""


def _folded(key: str) -> str:
    """Return a key without what people write in another way: podLabels, pod-labels and pod_labels are one."""
    return re.sub("[-_]", "", key.lower())


def _fields(section: type[Section]) -> dict[str, Any]:
    return {field.alias or name: field.annotation for name, field in section.model_fields.items()}


def _inner(section: type[Section], key: str) -> Iterator[type[Section]]:
    """Yield the sections that stand under a key, also in a list and beside None."""
    waiting: list[Any] = [_fields(section).get(key)]
    while waiting:
        one = waiting.pop()
        if isinstance(one, type) and issubclass(one, Section):
            yield one
        waiting += typing.get_args(one)
