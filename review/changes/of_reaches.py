"""What a new `reaches` waits for: where podnet makes no rule at the peer, its owner must admit the workload."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from review.changes.effect import Effect

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from review.changes.difference import Difference

_MOST = 5  # services that a sentence names


def waits(found: Difference, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Effect]:
    """Tell of services that a workload newly reaches at peers of others; a warning that was acknowledged does not."""
    ours = {peer["name"] for peer in found.whole[1]["peers"] if (peer["peer_side"] or {}).get("security_group_id")}
    known = {_service(reach) for reach in before.get("reaches", ())}
    new = [_service(reach) for reach in after["reaches"] if reach["peer"] not in ours and _service(reach) not in known]
    if new:
        told = ", ".join(dict.fromkeys(new[:_MOST])) + (f" and {len(new) - _MOST} more" if len(new) > _MOST else "")
        yield Effect(
            "connections",
            f"{told}: podnet makes no rule there, so nothing answers before the peer's owner admits this workload",
            "docs/peers.md",
        )


def _service(reach: Mapping[str, Any]) -> str:
    return f"{reach['protocol']} {reach['port']} at peer {reach['peer']}"
