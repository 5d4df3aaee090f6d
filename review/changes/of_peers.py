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
_OF_OLD_VPC = Effect(
    "refused",
    "peer_side names tables of the old VPC, and EC2 takes no route of theirs to a connection with another one: the "
    "deploy fails. Name the tables, and the group, of the new VPC",
    "hashicorp/terraform#2185: route table and network gateway belong to different networks",
)
_OTHER_WAY = Effect(
    "replacement",
    "the new way and its routes are made, then the old ones are deleted: connections with the peer end, and the owner "
    "of the new way may have to accept",
    f"{_CFN}, AWS::EC2::VPCPeeringConnection and AWS::EC2::TransitGatewayVpcAttachment",
)
_NAMES = Effect(
    "DNS",
    "names of the other side's hosts resolve to private addresses, or public ones again, with the next lookup",
    "VPC peering guide, Enable DNS resolution for a VPC peering connection",
)
_NO_CONNECTION = Effect(
    "nothing",
    "a transit gateway leads to the peer: podnet makes no connection that has an account, a region or a DNS option",
    "environments/schema.json, peers",
)
OWNERS = Effect(
    "nothing",
    "an existing cluster's connections, routes and DNS options are its VPC owner's: podnet makes rules alone",
    "environments/schema.json, peers",
)


def connects(found: Difference) -> bool:
    """Say whether podnet makes connections and routes: for a cluster of its own."""
    return bool(found.whole[1]["cluster"])


def _made_here(told: Callable[[Difference], Iterable[Effect]]) -> Callable[[Difference], Iterable[Effect]]:
    """Tell this only where podnet makes what it is about."""
    return lambda found: told(found) if connects(found) else (OWNERS,)


def _peer(found: Difference) -> Iterator[Effect]:
    source = "VPC peering guide, Update your route tables for a VPC peering connection"
    named = told(ranges(found.after or found.before))
    if _renamed(found):
        yield _TWICE
    elif found.before is None:
        by_gateway = bool(found.after.get("transit_gateway_id"))
        way = "go to the gateway, those to narrower ranges apart" if by_gateway else "take the new connection"
        yield Effect("connections", f"packets to {named} {way}, from all pods and nodes", source)
    else:
        what = "routes and rules at the peer are deleted"
        by_gateway = found.before.get("transit_gateway_id")
        all_of_it = (
            f"{what}, and podnet's attachment with the gateway's last peer" if by_gateway else f"connection, {what}"
        )
        yield Effect("connections", f"connections with {named} end: {all_of_it}", source)


def _renamed(found: Difference) -> bool:
    """Say whether the same VPC, a range or a table of the peer's side is another peer's on the other side."""
    peer, other = (found.before, found.whole[1]) if found.after is None else (found.after, found.whole[0])
    return any(_same(one, peer) for one in other["peers"])


def _same(one: Mapping[str, Any], peer: Mapping[str, Any]) -> bool:
    vpc, ((way, tables), (other_way, others)) = peer["vpc_id"], map(back, (one, peer))
    twice = not set(ranges(one)).isdisjoint(ranges(peer)) or (way != other_way and not tables.isdisjoint(others))
    return (vpc is not None and one["vpc_id"] == vpc) or twice


def ranges(part: Mapping[str, Any]) -> list[str]:
    """Return all ranges of a peer or of an existing network, the first one first."""
    return [part["cidr"], *part["further_cidrs"]]


def told(named: list[str]) -> str:
    """Return ranges as a sentence has them."""
    return ", ".join(named)[:200]


def _way_of_peer(found: Difference) -> tuple[Effect, ...]:
    """Another VPC, with tables of its own, is connected beside the old one; whatever else changes has the same routes.

    Whoever owns it, or wherever it lies, may change with it. To a gateway and from one, ranges and tables must change.
    """
    before, after = (peer["vpc_id"] for peer in found.around)
    if _stays_behind_its_gateway(found):
        return (_NO_CONNECTION,)
    if after is not None and after in [peer["vpc_id"] for peer in found.whole[0]["peers"]]:
        return (_TWICE,)
    (_, one), (_, other) = map(back, found.around)
    if None in (before, after):
        routed = {cidr for peer in found.whole[0]["peers"] for cidr in ranges(peer)}
        return (_TWICE,) if one & other or not routed.isdisjoint(ranges(found.around[1])) else (_OTHER_WAY,)
    return (_OF_OLD_VPC,) if one & other else (_CONNECTION,)


def _stays_behind_its_gateway(found: Difference) -> bool:
    one, other = (peer["transit_gateway_id"] for peer in found.around)
    return one is not None and one == other


def _names(found: Difference) -> tuple[Effect, ...]:
    return (_NO_CONNECTION if found.around[1]["transit_gateway_id"] else _NAMES,)


def back(peer: Mapping[str, Any]) -> tuple[str, set[str]]:
    """Return what the routes from a peer stand under in the template, and their tables."""
    return peer["transit_gateway_id"] or peer["name"], {*(peer["peer_side"] or {}).get("route_table_ids", ())}


TABLE: Table = {
    "peers.*": _made_here(_peer),
    "peers.*.vpc_id": _made_here(_way_of_peer),
    "peers.*.transit_gateway_id": _made_here(_way_of_peer),
    "peers.*.account": _made_here(_way_of_peer),
    "peers.*.region": _made_here(_way_of_peer),
    "peers.*.accepter_role_arn": _made_here(_way_of_peer),
    "peers.*.dns_resolution": _made_here(_names),
}
