"""What changes of ranges do: of peers' and of an existing VPC's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from review.changes.effect import Effect, Table
from review.changes.of_peer_sides import AT_PEER
from review.changes.of_peers import back, connects, ranges, told
from review.changes.of_reaches import is_kept_in
from review.changes.workload_rules import end_of, rules_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from review.changes.difference import Difference

_CFN = "CloudFormation user guide"
_ROUTES = f"{_CFN}, AWS::EC2::Route; VPC peering guide, Update your route tables for a VPC peering connection"
_MOVED = Effect(
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
_ORDER = Effect("nothing", "the order of further ranges means nothing", "docs/peers.md")
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
_BY_OWNERS = Effect(
    "connections",
    "peers' owners must route back and admit the range that is named now: no table of theirs is podnet's",
    "docs/peers.md",
)
_TOLD = Effect(
    "nothing", "it only says which ranges the VPC has: no peer's table is podnet's", "environments/schema.json"
)


def _first(found: Difference) -> tuple[Effect, ...]:
    """Tell of another first range; one that was routed before, as a further one or another peer's, is routed twice."""
    if not connects(found):
        return (_RULES if _is_named(found) else _NO_RULE,)
    return (_MOVED if _routed(found, [found.after]) else _NEW_WAY if _goes_another_way(found) else _RANGE,)


def _goes_another_way(found: Difference) -> bool:
    return any(found.around[0][way] != found.around[1][way] for way in ("vpc_id", "transit_gateway_id"))


def _further(found: Difference) -> Iterator[Effect]:
    """Tell of further ranges that came and went: each has a route of its own, so that no other one is touched."""
    if not connects(found):
        named = _RULES if _is_named(found) else _NO_RULE
        yield named if {*found.before} != {*found.after} else _ORDER
        return
    if _routed(found, _without(found.after, found.before)):
        yield _MOVED
        return
    if _goes_another_way(found):
        yield _NEW_WAY
        return
    yield from _listed(
        found,
        "routes and rules for {} are made, and packets there take the way to the peer; connections with its other "
        "ranges go on",
        "connections with {} end, for their routes and rules are deleted; those with its other ranges go on",
    )


def _is_named(found: Difference) -> bool:
    """Say whether a rule of a workload has the peer's ranges, in either environment."""
    name, workloads = found.path[1], [workload for whole in found.whole for workload in whole["workloads"]]
    reaches = [reach for workload in workloads if is_kept_in(workload) for reach in workload["reaches"]]
    return name in [end["peer"] for end in (*map(end_of, rules_of(workloads)), *reaches)]


def _listed(found: Difference, came: str, gone: str) -> Iterator[Effect]:
    """Tell what those do that came and those that went; they stand where the texts have braces."""
    sides = ((came, _without(found.after, found.before)), (gone, _without(found.before, found.after)))
    effects = [Effect("connections", text.format(told(named)), _ROUTES) for text, named in sides if named]
    yield from effects or [_ORDER]


def _routed(found: Difference, named: list[str]) -> bool:
    """Say whether one of these was a peer's range before, in whatever place."""
    return any(not set(named).isdisjoint(ranges(peer)) for peer in found.whole[0]["peers"])


def _first_of_vpc(found: Difference) -> tuple[Effect, ...]:
    """Tell of another first range of an existing VPC."""
    if not _has_peers(found):
        return (_TOLD,)
    before, after = map(_tables, found.whole)
    if not after:
        return (_BY_OWNERS,)
    return (_MOVED,) if found.after in ranges(found.around[0]) and before & after else (AT_PEER,)


def _further_of_vpc(found: Difference) -> Iterator[Effect]:
    """Tell of further ranges of an existing VPC: peers route them back, each by a route of its own."""
    if not _has_peers(found):
        yield _TOLD
        return
    before, after = map(_tables, found.whole)
    if found.around[0]["cidr"] in _without(found.after, found.before) and before & after:
        yield _MOVED
        return
    yield from _listed(
        found,
        "{} are routed back where podnet may change a peer's tables, and other peers' owners must do so; connections "
        "of other ranges go on",
        "connections of {} with peers end, for the routes back are deleted; those of others go on",
    )


def _has_peers(found: Difference) -> bool:
    return connects(found) and bool(found.whole[1]["peers"])


def _tables(whole: Mapping[str, Any]) -> set[str]:
    """Return the tables of all peers; a range has one route in each at a time."""
    return set[str]().union(*(back(peer)[1] for peer in whole["peers"]))


def _without(some: Iterable[str], others: Iterable[str]) -> list[str]:
    return [cidr for cidr in some if cidr not in others]


TABLE: Table = {
    "existing_network.cidr": _first_of_vpc,
    "existing_network.further_cidrs": _further_of_vpc,
    "peers.*.cidr": _first,
    "peers.*.further_cidrs": _further,
}
