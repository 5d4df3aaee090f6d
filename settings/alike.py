"""What is wrong in many places in the same way: said once, with the places."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

MOST = 9  # places that a terminal shows beside the first one
_LISTED = re.compile(r"(workloads|peers|node_groups)\[([0-9]+)\]")
_NAME = re.compile(r"[a-z0-9-]{1,63}")
Thing = TypeVar("Thing")


def alike(things: Iterable[Thing], key: Callable[[Thing], object]) -> list[list[Thing]]:
    """Return the things in groups of one key each, in the order of the groups' first ones."""
    found: dict[object, list[Thing]] = {}
    for thing in things:
        found.setdefault(key(thing), []).append(thing)
    return list(found.values())


def also(got: str, others: Sequence[tuple[str, str]], most: int = MOST) -> Iterator[str]:
    """Yield the lines that tell the other places of a group, and how many more there are.

    `others` are (place, what stands there); what stands at the first place too, `got`, is not told again.
    """
    for number, (place, other) in enumerate(others[:most]):
        told = "" if other == got else f", got {other}"
        yield f"    {'      ' if number else 'also: '}{place}{told}"
    if len(others) > most:
        yield f"          and {len(others) - most:,} more"


def some(names: Sequence[str], most: int = 3) -> str:
    """Return the first of the names, and how many more there are."""
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def order(path: str) -> list[str | int]:
    """Return what sorts paths as they stand in the file: workloads[2] before workloads[10]."""
    return [int(part) if number % 2 else part for number, part in enumerate(re.split("([0-9]+)", path))]


def owner(path: str, whole: Mapping[str, Any]) -> str:
    """Return whose setting a path of the file is: `shop/api` for workloads[217].egress; "" where nobody has a name.

    `whole` are the file's settings by name, as they were written or as `Settings` has them.
    """
    if not (found := _LISTED.match(path)):
        return ""
    listed = whole.get(found[1])
    if not isinstance(listed, list | tuple) or int(found[2]) >= len(listed):
        return ""
    try:
        item = dict(listed[int(found[2])])
    except (TypeError, ValueError):
        return ""
    names = [item.get("namespace"), item.get("name")] if found[1] == "workloads" else [item.get("name")]
    plain = [name for name in names if isinstance(name, str) and _NAME.fullmatch(name)]
    return "/".join(plain) if len(plain) == len(names) else ""


def place(path: str, owner: str) -> str:
    """Return a path with whose setting it is: `workloads[217].egress of shop/api`."""
    return f"{path} of {owner}" if owner else path
