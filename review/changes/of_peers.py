"""What changes of peers do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from review.changes.effect import Effect, Table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from review.changes.difference import Difference

_CFN = "CloudFormation user guide"
_TWICE = Effect(
    "refused",
    "CloudFormation makes the new before it deletes the old, and EC2 takes no second connection between two VPCs, nor "
    "a second route to a range: the deploy fails. Remove the peer in one deploy and add it in the next",
    "VPC peering guide, VPC peering limitations; EC2 API reference, CreateRoute",
)
_CONNECTION = Effect(
    "replacement",
    "the peering connection and its routes are made anew: connections with the peer end, and its owner may have to "
    "accept again",
    f"{_CFN}, AWS::EC2::VPCPeeringConnection",
)
AT_PEER = Effect(
    "connections",
    "routes and rules at the peer move to what is named now: connections that only the old ones carried end",
    f"{_CFN}, AWS::EC2::Route and AWS::EC2::SecurityGroupIngress",
)
_BY_HAND = Effect(
    "connections",
    "a return route or a rule that somebody has made there by hand stands in the way, since EC2 takes no second one: "
    "remove it right before the deploy",
    "EC2 API reference, CreateRoute and AuthorizeSecurityGroupIngress",
)
_TABLE = Effect(
    "refused",
    "a table was another peer's, and EC2 takes no second route of it to this VPC before that one is deleted: the "
    "deploy fails. Take it out in one deploy and add it in the next",
    "EC2 API reference, CreateRoute",
)
_OWNERS = Effect(
    "nothing",
    "an existing cluster's connections, routes and DNS options are its VPC owner's: podnet makes rules alone",
    "environments/schema.json, peers",
)


def connects(found: Difference) -> bool:
    """Say whether podnet makes connections and routes: for a cluster of its own."""
    return bool(found.whole[1]["cluster"])


def _made_here(told: Effect | Callable[[Difference], Iterable[Effect]]) -> Callable[[Difference], Iterable[Effect]]:
    """Tell this only where podnet makes what it is about."""

    def effects(found: Difference) -> Iterable[Effect]:
        if not connects(found):
            return (_OWNERS,)
        return told(found) if callable(told) else (told,)

    return effects


def _peer(found: Difference) -> Iterator[Effect]:
    source = "VPC peering guide, Update your route tables for a VPC peering connection"
    named = told(ranges(found.after or found.before))
    if _renamed(found):
        yield _TWICE
    elif found.before is None:
        yield Effect("connections", f"packets to {named} take the new connection, from all pods and nodes", source)
    else:
        yield Effect(
            "connections", f"connections with {named} end: connection, routes and rules at the peer are deleted", source
        )


def _renamed(found: Difference) -> bool:
    """Say whether the same VPC, or one of the ranges, is a peer of another name on the other side."""
    peer, other = (found.before, found.whole[1]) if found.after is None else (found.after, found.whole[0])
    return any(_same(one, peer) for one in other["peers"])


def _same(one: Mapping[str, Any], peer: Mapping[str, Any]) -> bool:
    vpc = peer["vpc_id"]
    return (vpc is not None and one["vpc_id"] == vpc) or not set(ranges(one)).isdisjoint(ranges(peer))


def ranges(part: Mapping[str, Any]) -> list[str]:
    """Return all ranges of a peer or of an existing network, the first one first."""
    return [part["cidr"], *part["further_cidrs"]]


def told(named: list[str]) -> str:
    """Return ranges as a sentence has them."""
    return ", ".join(named)[:200]


def _way_of_peer(found: Difference) -> tuple[Effect, ...]:
    """Another VPC replaces the connection; a gateway in its place, or another one, cannot have the same routes."""
    connected = [peer["vpc_id"] for peer in found.whole[0]["peers"]]
    another = found.path[-1] == "vpc_id" and None not in (found.before, found.after)
    return (_CONNECTION,) if another and found.after not in connected else (_TWICE,)


def _side(found: Difference) -> Iterator[Effect]:
    if found.path[-1] == "route_table_ids" and not connects(found):
        yield _OWNERS
        return
    if connects(found) and _of_another_way(found):
        yield _TABLE
        return
    yield AT_PEER
    one, other = ({*value} if isinstance(value, list) else value for value in (found.before, found.after))
    if not one or (isinstance(one, set) and other - one):
        yield _BY_HAND


def _of_another_way(found: Difference) -> bool:
    """Say whether a peer's new table had a route back already, through another connection or gateway."""
    after, *_ = (back(peer) for peer in found.whole[1]["peers"] if peer["name"] == found.path[1])
    return any(one[0] != after[0] and one[1] & after[1] for one in map(back, found.whole[0]["peers"]))


def back(peer: Mapping[str, Any]) -> tuple[str, set[str]]:
    """Return what the routes from a peer stand under in the template, and their tables."""
    return peer["transit_gateway_id"] or peer["name"], {*(peer["peer_side"] or {}).get("route_table_ids", ())}


TABLE: Table = {
    "peers.*": _made_here(_peer),
    "peers.*.vpc_id": _made_here(_way_of_peer),
    "peers.*.transit_gateway_id": _made_here(_way_of_peer),
    "peers.*.account": _made_here(_TWICE),
    "peers.*.region": _made_here(_TWICE),
    "peers.*.accepter_role_arn": _made_here(_TWICE),
    "peers.*.dns_resolution": _made_here(
        Effect(
            "DNS",
            "names of the other side's hosts resolve to private addresses, or public ones again, with the next lookup",
            "VPC peering guide, Enable DNS resolution for a VPC peering connection",
        )
    ),
    "peers.*.peer_side": _side,
}
