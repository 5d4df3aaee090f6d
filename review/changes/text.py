"""Changes for the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def lines(changes: Mapping[str, Any]) -> Iterator[str]:
    """Yield what changes, the gravest first, with what each does; then the flows that take another way."""
    yield f"Changes since {changes['against']}: {len(changes['changes']) or 'none'}"
    if changes["problem"]:
        yield f"  cannot be told: {changes['problem']}"
    if changes["kinds"]:
        yield f"  to running pods: {'; '.join(kind['told'] for kind in changes['kinds'])}"
    for change in changes["changes"]:
        yield f"  {change['path']}: {change['before']} -> {change['after']}"
        yield from (f"    {effect['kind']}: {effect['sentence']}" for effect in change["effects"])
    needed = [flow for flow in changes["flows"] if flow["needed"]]
    if changes["flows"]:
        others = len(changes["flows"]) - len(needed)
        yield f"Flows that change: {len(needed)} that are needed" + (f", {others} others" if others else "")
    for flow in needed:
        yield f"  {flow['title']}"
        yield f"    before: {flow['before']}"
        yield f"    after:  {flow['after']}"
