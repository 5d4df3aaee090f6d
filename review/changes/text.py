"""Changes for the terminal."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from settings.alike import alike, also

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_NAMED = re.compile(r"\[[^]]*\]")


def alike_changes(changes: Iterable[Mapping[str, Any]]) -> list[list[Mapping[str, Any]]]:
    """Return the changes in groups: the same setting of several workloads, peers or node groups, with one effect."""
    return alike(changes, lambda change: (_NAMED.sub("[]", change["path"]), str(change["effects"])))


def lines(changes: Mapping[str, Any]) -> Iterator[str]:
    """Yield what changes, the gravest first, with what each does; then the flows that take another way."""
    yield f"Changes since {changes['against']}: {len(changes['changes']) or 'none'}"
    if changes["problem"]:
        yield f"  cannot be told: {changes['problem']}"
    if changes["kinds"]:
        yield f"  to running pods: {'; '.join(kind['told'] for kind in changes['kinds'])}"
    for change, *others in alike_changes(changes["changes"]):
        yield f"  {change['path']}: {change['before']} -> {change['after']}"
        yield from (f"    {effect['kind']}: {effect['sentence']}" for effect in change["effects"])
        yield from also("", [(f"{other['path']}: {other['before']} -> {other['after']}", "") for other in others])
    needed = [flow for flow in changes["flows"] if flow["needed"]]
    if changes["flows"]:
        rest = len(changes["flows"]) - len(needed)
        yield f"Flows that change: {len(needed)} that are needed" + (f", {rest} others" if rest else "")
    for flow in needed:
        yield f"  {flow['title']}"
        yield f"    before: {flow['before']}"
        yield f"    after:  {flow['after']}"
