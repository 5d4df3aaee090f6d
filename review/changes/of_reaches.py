"""What other `reaches` do. Where podnet makes no rule at the peer, its owner must admit the workload."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from review.changes.effect import Effect
from review.changes.of_peers import ranges
from review.changes.workload_rules import by_range, described_anew

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from review.changes.difference import Difference

IN_FORCE = Effect(
    "connections",
    "in force at once, for running pods too; a connection that a removed rule had let in may go on until it ends",
    "EC2 user guide, Security group connection tracking",
)
ANEW = Effect(
    "connections",
    "a rule for a range whose description changes is taken away and made again: for a moment nothing new is let "
    "through",
    "aws-cloudformation/cloudformation-coverage-roadmap#2259",
)
_NONE = Effect(
    "nothing",
    "no rule changes: podnet makes one where egress is restricted, for a peer's ranges, and one for its group",
    "docs/peers.md",
)
_MOST = 5  # services that a sentence names


def waits(found: Difference, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Effect]:
    """Tell of services that a workload newly reaches at peers of others; a warning that was acknowledged does not."""
    ours = {name for name, group in _sides(found.whole[1]).items() if group}
    known = {_service(reach) for reach in before.get("reaches", ())}
    reached = {*_ways(found.whole[0], before)}
    new = [
        _service(reach)
        for reach in after["reaches"]
        if reach["peer"] not in (None, *ours)
        and _service(reach) not in known
        and not reached >= {*_ways(found.whole[1], {"reaches": [reach]})}
    ]
    if new:
        told = ", ".join(dict.fromkeys(new[:_MOST])) + (f" and {len(new) - _MOST} more" if len(new) > _MOST else "")
        yield Effect(
            "connections",
            f"{told}: podnet makes no rule there, so nothing answers before the peer's owner admits this workload",
            "docs/peers.md",
        )


def rules(found: Difference) -> Iterator[Effect]:
    """Tell of rules that are not those that they were, if only by their description, and that none changes at all.

    An existing cluster's peer can have another name: no route stands under it.
    """
    sides = [*zip(found.whole, found.around, strict=True)]
    one, other = (sent(*side) for side in sides)
    same = one.keys() == other.keys() and at_groups(*sides[0]) == at_groups(*sides[1])
    anew = described_anew(one, other)
    if not same:
        yield IN_FORCE
    if new := ", ".join(sorted({group for *_, group in _given(found.around[1]) - at_groups(*sides[0])})):
        yield Effect(
            "connections",
            f"a rule for this workload that somebody has made at {new[:200]} by hand stands in the way, since EC2 "
            "takes no second one: remove it right before the deploy",
            "EC2 API reference, AuthorizeSecurityGroupIngress",
        )
    if anew:
        yield ANEW
    elif same:
        yield _NONE


def is_kept_in(workload: Mapping[str, Any]) -> bool:
    """Say whether podnet makes rules for what it sends."""
    sent = workload["egress"]
    return sent is not None and not any(
        rule["protocol"] == "all" and rule["to"]["cidr"] == "0.0.0.0/0" for rule in sent
    )


def sent(whole: Mapping[str, Any], workload: Mapping[str, Any]) -> dict[tuple[str | int | None, ...], str]:
    """Return the description of each rule for a range that the workload may send to; of two, the first one's."""
    if not is_kept_in(workload):
        return {("all", None, None, "0.0.0.0/0"): ""}
    found = by_range(whole, workload["egress"])
    for (protocol, port, cidr), name in _ways(whole, workload).items():
        found.setdefault((protocol, port, port, cidr), f"to {name}")
    return found


def _ways(whole: Mapping[str, Any], workload: Mapping[str, Any]) -> dict[tuple[str, int, str], str]:
    """Return the peer's name by protocol, port and range of what is reached."""
    return {
        (reach["protocol"], reach["port"], cidr): peer["name"]
        for reach, peer in _reached(whole, workload)
        for cidr in ranges(peer)
    }


def at_groups(whole: Mapping[str, Any], workload: Mapping[str, Any]) -> set[tuple[str, int, str]]:
    """Return protocol, port and group of each rule at a peer, or at a group of this VPC."""
    sides = _sides(whole)
    groups = ((reach, reach["security_group_id"] or sides.get(reach["peer"])) for reach in workload["reaches"])
    return {(reach["protocol"], reach["port"], group) for reach, group in groups if group}


def _sides(whole: Mapping[str, Any]) -> dict[str, str | None]:
    """Return {peer: the group of its servers}, None where podnet changes none."""
    return {peer["name"]: (peer["peer_side"] or {}).get("security_group_id") for peer in whole["peers"]}


def _given(workload: Mapping[str, Any]) -> set[tuple[str, int, str]]:
    """Return protocol, port and group of what is reached in this VPC."""
    reaches = [reach for reach in workload["reaches"] if reach["security_group_id"]]
    return {(reach["protocol"], reach["port"], reach["security_group_id"]) for reach in reaches}


def _reached(
    whole: Mapping[str, Any], workload: Mapping[str, Any]
) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    peers = {peer["name"]: peer for peer in whole["peers"]}
    for reach in workload.get("reaches", ()):
        if reach["peer"]:
            yield reach, peers[reach["peer"]]


def _service(reach: Mapping[str, Any]) -> str:
    return f"{reach['protocol']} {reach['port']} at peer {reach['peer']}"
