"""Rules about peered VPCs: who makes what on either side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from review.flows import resolvers_in
from review.rules.at import At
from review.rules.rule import rule
from review.uses import elsewhere, peer_uses
from settings.alike import some

if TYPE_CHECKING:
    from collections.abc import Iterator

    from settings import Settings
    from settings.network import Peer

_PEERING = "VPC peering guide, Update your security groups to reference peer security groups"


def _needed(settings: Settings) -> Iterator[tuple[int, Peer, str]]:
    """Yield the peers that workloads talk with, or that the cache asks: index, peer, who."""
    asked = settings.peers if settings.pod_networking.dns_cache.enabled else ()
    users = {peer.name: {"the node cache (port 53)"} for peer in asked if resolvers_in(settings, peer)}
    for use in peer_uses(settings):
        users.setdefault(use.peer.name, set()).add(use.workload)
    for i, peer in enumerate(settings.peers):
        if peer.name in users:
            yield i, peer, some(sorted(users[peer.name]))


@rule(
    "security-group-stays-in-its-region",
    "error",
    must="be left out where the peer lies in another region",
    why="a rule cannot name a security group of another region; it can only name a range",
    source=_PEERING,
    fix="remove peer_side.security_group_id and let the peer's owner admit the range of this VPC",
    paths=("peers[].peer_side.security_group_id", "peers[].region"),
)
def security_group_stays_in_its_region(settings: Settings) -> Iterator[At]:
    """Find references across regions."""
    for i, peer in enumerate(settings.peers):
        if elsewhere(settings, peer)[1] and peer.peer_side and peer.peer_side.security_group_id:
            yield At(f"peers[{i}].peer_side.security_group_id", f"a group in {peer.region}")


@rule(
    "peer-side-is-ours",
    "error",
    must="be left out where the peer lies in another account or region",
    why="a stack cannot change route tables or groups of another account or region",
    source="CloudFormation user guide, AWS::EC2::Route; VPC peering guide",
    fix="remove peer_side; its owner adds the return route and the ingress rule",
    paths=("peers[].peer_side", "peers[].account", "peers[].region"),
)
def peer_side_is_ours(settings: Settings) -> Iterator[At]:
    """Find changes that this account and region cannot make."""
    for i, peer in enumerate(settings.peers):
        account, region = elsewhere(settings, peer)
        if peer.peer_side and (account or (region and peer.peer_side.route_table_ids)):
            yield At(
                f"peers[{i}].peer_side", f"one in {peer.account or settings.account}, {peer.region or 'this region'}"
            )


@rule(
    "accepter-role-accepts",
    "error",
    must="name a role of the peer's account where that is another one",
    why="CloudFormation assumes it to accept the connection; without one the stack fails",
    source="CloudFormation user guide, AWS::EC2::VPCPeeringConnection",
    fix="give the role that the peer's owner made for it",
    paths=("peers[].accepter_role_arn", "peers[].account"),
)
def accepter_role_accepts(settings: Settings) -> Iterator[At]:
    """Find connections that nobody would accept. An existing cluster's are not made here."""
    for i, peer in enumerate(settings.peers if settings.cluster else ()):
        owner = peer.accepter_role_arn.split(":")[4] if peer.accepter_role_arn else None
        account = peer.account or settings.account
        if peer.vpc_id and owner not in (account, None if account == settings.account else account):
            yield At(f"peers[{i}].accepter_role_arn", f"{peer.accepter_role_arn or 'none'} for account {account}")


@rule(
    "peer-routes-return",
    "error",
    must="hold the peer's route tables where workloads or the cache talk with the peer",
    why="the connection carries answers only where the peer has a route back to this VPC",
    source="VPC peering guide, Update your route tables for a VPC peering connection",
    fix="list the route tables of the peer's subnets; if its owner adds the route, acknowledge it",
    paths=("peers[].peer_side.route_table_ids", "workloads[].reaches", "pod_networking.dns_cache.stub_domains"),
)
def peer_routes_return(settings: Settings) -> Iterator[At]:
    """Find peers whose side is managed here, without a route. Of an existing cluster's peers podnet routes none."""
    for i, peer, users in _needed(settings) if settings.cluster else ():
        if peer.peer_side and not peer.peer_side.route_table_ids and not any(elsewhere(settings, peer)):
            yield At(f"peers[{i}].peer_side.route_table_ids", f"none, though the peer is needed by {users}")


@rule(
    "peer-owner-does-the-rest",
    "warning",
    must="be given, or the peer's owner must add what is missing there",
    why="without a return route and an ingress rule at the peer no connection comes about",
    source="VPC peering guide, Work with VPC peering connections",
    fix="have the owner add them, and acknowledge it when that is done",
    paths=("peers[].peer_side", "workloads[].reaches", "pod_networking.dns_cache.stub_domains"),
)
def peer_owner_does_the_rest(settings: Settings) -> Iterator[At]:
    """Find peers that somebody else must change."""
    for i, peer, users in _needed(settings):
        ranges, side = ", ".join(settings.any_network.cidrs)[:200], peer.peer_side
        if side is None:
            yield At(f"peers[{i}].peer_side", f"none: it must route {ranges} back and admit {users}")
        elif side.security_group_id is None:
            yield At(f"peers[{i}].peer_side.security_group_id", f"none: the peer must admit {users} itself")


@rule(
    "peers-of-an-existing-cluster",
    "warning",
    must="be connected already where the cluster is an existing one",
    why="podnet makes connections and routes only with a cluster of its own",
    source="environments/schema.json, peers",
    fix="have connection and routes made by the VPC's owner, and acknowledge it",
    paths=("peers", "existing_cluster"),
)
def peers_of_an_existing_cluster(settings: Settings) -> Iterator[At]:
    """Find peers that nobody connects here."""
    if settings.existing_cluster and settings.peers:
        yield At("peers", ", ".join(peer.name for peer in settings.peers)[:200])


RULES = (
    security_group_stays_in_its_region,
    peer_side_is_ours,
    accepter_role_accepts,
    peer_routes_return,
    peer_owner_does_the_rest,
    peers_of_an_existing_cluster,
)
