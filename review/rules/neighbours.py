"""Rules about the environments of one folder: what only one of them can make.

They warn: the other file may be an example, or be deployed by nobody.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from review.flows.conditions import overlapping
from review.ranges import OF_VPC
from review.rules.at import At
from review.rules.rule import rule
from settings import neighbours

if TYPE_CHECKING:
    from collections.abc import Iterator

    from settings import Settings
    from settings.network import Peer

_WAYS = ("peers[].vpc_id", "peers[].transit_gateway_id")


@rule(
    "one-environment-has-a-cluster",
    "warning",
    must="be a cluster that no other environment beside this file describes",
    why="both would apply the cache and its Service to it, and set the variables to their own values in turn",
    source="environments/schema.json, existing_cluster; decision 1",
    fix="keep one of the two files, with the workloads of both",
    paths=("existing_cluster.name", "account", "region"),
)
def one_environment_has_a_cluster(settings: Settings) -> Iterator[At]:
    """Find other files for the same existing cluster; the name of a new one is CloudFormation's."""
    for other in neighbours(settings) if settings.existing_cluster else ():
        if _cluster(other) == _cluster(settings):
            yield At("existing_cluster.name", f"{_cluster(settings)[-1]}, which {other.name} describes too")


@rule(
    "peers-tell-environments-apart",
    "warning",
    must="not overlap another environment's where both reach the same peer VPC, or by the same transit gateway",
    why="a route table leads a range back to one VPC: a second route to it is refused, and of two ranges the narrower "
    "one draws the answers for both",
    source="VPC peering guide, VPC peering limitations; EC2 API reference, CreateRoute",
    fix="give one of the two another range before its VPC is made; acknowledge it where only one of them is deployed",
    paths=(*OF_VPC, *_WAYS),
)
def peers_tell_environments_apart(settings: Settings) -> Iterator[At]:
    """Find ranges of two VPCs that one peer cannot tell apart, where podnet makes the way to it."""
    section = "network" if settings.network else "existing_network"
    for other in neighbours(settings) if settings.cluster else ():
        peers = [peer.name for peer in settings.peers if _way(peer) in map(_way, other.peers)]
        both = ((one, cidr) for one in settings.any_network.cidrs for cidr in other.any_network.cidrs)
        twice = next((pair for pair in both if overlapping(*pair)), None)
        if peers and twice and not _same_vpc(settings, other):
            got = f"{twice[0]}, and {other.name} has {twice[1]} and reaches {peers[0]} too"
            yield At(f"{section}.cidr", got)


@rule(
    "one-environment-connects-a-vpc",
    "warning",
    must="be left to one environment where the new clusters of several stand in one VPC",
    why="EC2 takes no second connection between two VPCs, nor a second route of a table to one range: the deploy fails",
    source="VPC peering guide, VPC peering limitations; EC2 API reference, CreateRoute",
    fix="remove the peer from one of the two, and write its ranges there; routes of its own tables are the VPC owner's",
    paths=(*_WAYS, "existing_network.vpc_id", "existing_network.private_route_table_ids"),
)
def one_environment_connects_a_vpc(settings: Settings) -> Iterator[At]:
    """Find ways to peers that another environment makes from the same VPC, or from one of its tables."""
    others = [other for other in neighbours(settings) if other.cluster and _same_vpc(settings, other)]
    for i, peer in enumerate(settings.peers if settings.cluster else ()):
        for other in others:
            same = [one for one in other.peers if _way(one) == _way(peer)]
            if same and (peer.vpc_id or (_tables(settings) & _tables(other) and {*peer.cidrs} & {*same[0].cidrs})):
                key = "vpc_id" if peer.vpc_id else "transit_gateway_id"
                yield At(f"peers[{i}].{key}", f"{_way(peer)}, to which {other.name} leads from the same VPC")


def _cluster(settings: Settings) -> tuple[str, str, str | None]:
    there = settings.existing_cluster
    return settings.account, settings.region, there.name if there else None


def _way(peer: Peer) -> str | None:
    return peer.vpc_id or peer.transit_gateway_id


def _same_vpc(one: Settings, other: Settings) -> bool:
    there, beside = one.existing_network, other.existing_network
    return bool(there and beside and there.vpc_id == beside.vpc_id)


def _tables(settings: Settings) -> set[str]:
    return {*(settings.existing_network.private_route_table_ids if settings.existing_network else ())}


RULES = (one_environment_has_a_cluster, peers_tell_environments_apart, one_environment_connects_a_vpc)
