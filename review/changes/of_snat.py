"""What another translation of addresses does: to connections with what lies outside the VPC."""

from __future__ import annotations

from typing import TYPE_CHECKING

from review.changes.effect import Effect
from review.changes.of_mode import MEASURED, ROLL

if TYPE_CHECKING:
    from collections.abc import Iterator

    from review.changes.difference import Difference


def of_whom(found: Difference) -> str:
    """Return ` of plain pods` where the mode stays strict: in it pods with groups of their own keep their address."""
    modes = {whole["pod_networking"]["enforcing_mode"] for whole in found.whole}
    return " of plain pods" if modes == {"strict"} else ""


def snat(found: Difference) -> Iterator[Effect]:
    """Tell whose address others see from then on."""
    yield ROLL
    seen = "the pod's address and groups" if found.after is True else "the node's address and groups"
    also = "; what leaves the VPC is translated by the NAT gateways" if found.after is True else ""
    but = ", but not to excluded ranges," if found.around[not found.after]["exclude_snat_cidrs"] else ""
    new = f"new ones{of_whom(found)} to peers and the internet{but} carry {seen}{also}"
    yield Effect("connections", f"open connections go on as they are, {new}: have peers admit them before", MEASURED)


def excluded(found: Difference) -> Iterator[Effect]:
    """Tell to which ranges that differs."""
    yield ROLL
    if found.around[0]["external_snat"] != found.around[1]["external_snat"]:
        named = ", ".join(found.before if found.around[1]["external_snat"] else found.after)[:200]
        if named:
            what = "what plain pods send" if of_whom(found) else "what goes"
            told = f"{what} to {named} carries the pod's address and groups, before and after"
            yield Effect("nothing", f"{told}: external_snat takes the place of the ranges, or they take its", MEASURED)
        return
    for text, ranges in (("the pod's", found.after), ("the node's", found.before)):
        others = found.before if ranges is found.after else found.after
        changed = ", ".join(cidr for cidr in ranges if cidr not in others)[:200]
        if changed:
            yield Effect(
                "connections",
                f"open connections go on as they are, new ones{of_whom(found)} to {changed} carry {text} address and "
                "groups, where external_snat is false",
                MEASURED,
            )
