"""What changes of peers' ranges do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from review.changes.effect import Effect, Table
from review.changes.of_peers import connects, ranges, told
from review.changes.of_reaches import is_kept_in
from review.changes.workload_rules import end_of, rules_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from review.changes.difference import Difference

_CFN = "CloudFormation user guide"
_ROUTES = f"{_CFN}, AWS::EC2::Route; VPC peering guide, Update your route tables for a VPC peering connection"
MOVED = Effect(
    "refused",
    "CloudFormation makes the new before it deletes the old, and EC2 takes no second route of a table to one range: "
    "the deploy fails. Remove the range in one deploy and add it in the next, or leave it where it is",
    "EC2 API reference, CreateRoute; CloudFormation user guide, AWS::EC2::Route",
)
_RANGE = Effect(
    "connections",
    "routes are made anew: connections with addresses that lie in the old range only end",
    f"{_CFN}, AWS::EC2::Route, DestinationCidrBlock",
)
_NEW_WAY = Effect(
    "connections", "routes and rules for these ranges come with the new way to the peer: no connection goes on", _ROUTES
)
ORDER = Effect("nothing", "the order of ranges means nothing", "docs/peers.md")
_RULES = Effect(
    "connections",
    "rules of workloads that name the peer follow at once, for running pods too; routes are the VPC owner's",
    "EC2 user guide, Security groups; environments/schema.json, peers",
)
_NO_RULE = Effect(
    "nothing",
    "no rule of a workload has the peer's ranges; routes are the VPC owner's",
    "environments/schema.json, peers",
)


def _first(found: Difference) -> tuple[Effect, ...]:
    """Tell of another first range; one that was routed before, as a further one or another peer's, is routed twice."""
    if not connects(found):
        return (_by_rules(found),)
    return (MOVED if _routed(found, [found.after]) else _NEW_WAY if _goes_another_way(found) else _RANGE,)


def _goes_another_way(found: Difference) -> bool:
    return any(found.around[0][way] != found.around[1][way] for way in ("vpc_id", "transit_gateway_id"))


def _further(found: Difference) -> Iterator[Effect]:
    """Tell of further ranges that came and went: each has a route of its own, so that no other one is touched."""
    if not connects(found):
        yield _by_rules(found)
        return
    if _routed(found, _without(found.after, found.before)):
        yield MOVED
        return
    if _goes_another_way(found):
        yield _NEW_WAY
        return
    yield from listed(
        found,
        "routes and rules for {} are made, and packets there take the way to the peer; connections with its other "
        "ranges go on",
        "connections with {} end, for their routes and rules are deleted; those with its other ranges go on",
    )


def _by_rules(found: Difference) -> Effect:
    """Tell what rules have of a peer where podnet makes no route."""
    if in_other_places(found):
        return ORDER
    return _RULES if _is_named(found) else _NO_RULE


def in_other_places(found: Difference) -> bool:
    """Say whether the ranges are those that they were, the first one and further ones together."""
    one, other = map(ranges, found.around)
    return {*one} == {*other}


def _is_named(found: Difference) -> bool:
    """Say whether a rule of a workload has the peer's ranges, in either environment."""
    name, workloads = found.path[1], [workload for whole in found.whole for workload in whole["workloads"]]
    reaches = [reach for workload in workloads if is_kept_in(workload) for reach in workload["reaches"]]
    return name in [end["peer"] for end in (*map(end_of, rules_of(workloads)), *reaches)]


def listed(found: Difference, came: str, gone: str) -> Iterator[Effect]:
    """Tell what those do that came and those that went; they stand where the texts have braces.

    One that becomes the first range, or was it, stays.
    """
    old, new = map(ranges, found.around)
    sides = ((came, _without(found.after, old)), (gone, _without(found.before, new)))
    effects = [Effect("connections", text.format(told(named)), _ROUTES) for text, named in sides if named]
    yield from effects or [ORDER]


def _routed(found: Difference, named: list[str]) -> bool:
    """Say whether one of these was a peer's range before, in whatever place."""
    return any(not set(named).isdisjoint(ranges(peer)) for peer in found.whole[0]["peers"])


def _without(some: Iterable[str], others: Iterable[str]) -> list[str]:
    return [cidr for cidr in some if cidr not in others]


TABLE: Table = {"peers.*.cidr": _first, "peers.*.further_cidrs": _further}
