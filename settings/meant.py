"""What was meant by a key that no setting has, a range of ports in one text, a section that is true or false."""

from __future__ import annotations

import difflib
import re
import typing
from typing import TYPE_CHECKING, Any

from settings.forms import Section

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_PORTS = re.compile(r"\s*(\d{1,5})\s*[-:]\s*(\d{1,5})\s*")

_NO_TEXT = {
    type(None): "write one, in quotes where it begins with #, or remove the key where it has a default",
    list: "write one text, without brackets and without lines under it",
    dict: "write one text, without braces and without lines under it",
}


def fix(error: dict[str, Any], model: type[Section]) -> str:
    """Return the fix for one of pydantic's errors where it can be told exactly, "" elsewhere."""
    *path, last = error["loc"]
    if error["type"] == "extra_forbidden":
        return _for_a_key(path, str(last), model)
    if error["type"] == "string_type":
        return _NO_TEXT.get(type(error["input"]), "")
    if error["type"] == "model_type" and isinstance(error["input"], bool):
        return f"write {last}: {{enabled: {str(error['input']).lower()}}}" if _has_switch(error["loc"], model) else ""
    return _number(error["input"], path, last) if error["type"] == "int_type" else ""


def _number(found: object, path: Sequence[int | str], key: int | str) -> str:
    ports = _PORTS.fullmatch(str(found)) if key == "port" else None
    if key == "port" and (isinstance(found, list) or (ports and "reaches" in path)):
        return "write an entry for each port"
    if ports:
        return "write port: {}, to_port: {}".format(*ports.groups())
    plain = isinstance(found, str) and found.isascii() and found.strip().isdigit()
    return "write digits alone, without quotes" if isinstance(found, str) and not plain else ""


def _has_switch(path: Sequence[int | str], model: type[Section]) -> bool:
    return any("enabled" in section.model_fields for section in _at(path, model))


def _for_a_key(path: Sequence[int | str], key: str, model: type[Section]) -> str:
    if near := _nearest(path, key, model):
        return f"write {near}"
    in_a_list = any(isinstance(part, int) for part in path)  # `to` beside `from` is no rule that went astray
    places = [] if in_a_list else [place for place in _places(key, model) if place]
    return f"move it to {places[0]}, which has a key of this name" if len(places) == 1 else ""


def _places(key: str, section: type[Section], place: str = "") -> Iterator[str]:
    """Yield the sections of the file that have a key of this name."""
    for name in _fields(section):
        if name == key:
            yield place
        for inner in _inner(section, name):
            yield from _places(key, inner, f"{place}.{name}".removeprefix("."))


def _nearest(path: Sequence[int | str], key: str, model: type[Section]) -> str:
    """Return the key that is written most like this one among those that may stand there."""
    known = {_folded(name): name for section in _at(path, model) for name in _fields(section)}
    if not path:
        known.pop("name", None)  # the file's own, which is no key of it
    near = difflib.get_close_matches(_folded(key), known, 1)
    return known[near[0]] if near else ""


def _at(path: Sequence[int | str], model: type[Section]) -> list[type[Section]]:
    """Return the sections that may stand at a place of the file."""
    sections = [model]
    for part in path:
        if isinstance(part, str):
            sections = [inner for section in sections for inner in _inner(section, part)]
    return sections


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
