"""Rules about what CloudFormation can hold."""

from __future__ import annotations

import collections
from typing import TYPE_CHECKING

from review.rules.at import At
from review.rules.rule import rule
from review.uses import groups_at_peers

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from settings import Settings
    from settings.network import Network, Peer
    from settings.workloads import Workload

RESOURCES_PER_STACK, EXPORTS_PER_STACK = 500, 200
_OF_EVERY_STACK = 1  # CDK's own, AWS::CDK::Metadata


def resources_of_namespaces(settings: Settings) -> dict[str, int]:
    """Return how many resources the Workloads stack of each namespace has."""
    found: collections.Counter[str] = collections.Counter()
    at_peers = groups_at_peers(settings)
    for workload in settings.workloads:
        found[workload.namespace] += _resources_of(workload, at_peers)
        found.update(_rules_of(workload))
    # the namespace itself
    return {namespace: count + (settings.cluster is not None) + _OF_EVERY_STACK for namespace, count in found.items()}


def resources_of_network(settings: Settings) -> int:
    """Return how many resources the Network stack has; a route that two peers behind one gateway share counts twice."""
    back = len(settings.any_network.cidrs)
    if settings.network:
        own, tables = _resources_of_vpc(settings.network), len(settings.network.availability_zones)
    else:
        given = settings.existing_network.private_route_table_ids if settings.existing_network else ()
        own, tables = 0, len(set(given))
    routes = sum(tables * len(peer.cidrs) + back * len(_tables_of(peer)) for peer in settings.peers)
    connected = sum(peer.vpc_id is not None for peer in settings.peers)
    gateways = {peer.transit_gateway_id for peer in settings.peers if peer.transit_gateway_id and settings.network}
    # connection, DNS option and its policy; one function with its role sets all options
    return own + routes + 3 * connected + 2 * bool(connected) + len(gateways) + _OF_EVERY_STACK


def _resources_of_vpc(network: Network) -> int:
    zones, endpoints = len(network.availability_zones), len(network.interface_endpoints)
    # the VPC, its internet gateway with attachment, its default group emptied by a function with a role; in each zone a
    # public and a private subnet, each with table, association and default route; address and gateway of each NAT
    found = 6 + 8 * zones + 2 * min(network.nat_gateways, zones)
    return found + network.s3_endpoint + endpoints + bool(endpoints) + 4 * network.flow_logs


def _tables_of(peer: Peer) -> set[str]:
    return set(peer.peer_side.route_table_ids) if peer.peer_side else set()


def _resources_of(workload: Workload, at_peers: Mapping[str | None, str | None]) -> int:
    """Return those of a workload: policy, group, and the rules for what it reaches, at both ends."""
    there = {(one.security_group_id or at_peers.get(one.peer), one.protocol, one.port) for one in workload.reaches}
    let_out = {(one.security_group_id, one.protocol, one.port) for one in workload.reaches if one.security_group_id}
    for sent in workload.egress or ():
        if sent.port == (sent.to_port or sent.port):
            let_out.discard((sent.destination.security_group_id, sent.protocol, sent.port or 0))
    alone = 0 if workload.sends_everything else len(let_out)
    return 1 + workload.has_own_group + sum(target is not None for target, *_ in there) + alone


def _rules_of(workload: Workload) -> collections.Counter[str]:
    """Return how many rules that name a group stand in each namespace's stack; ranges stand in the group itself."""
    to_cluster = [rule.destination for rule in workload.egress or () if rule.destination.cluster]  # at both ends
    alone = [end for end in (*workload.ends, *to_cluster) if end.cidr is None and end.peer is None]
    return collections.Counter(max(workload.namespace, end.namespace or "") for end in alone)


@rule(
    "stack-holds-its-resources",
    "error",
    must="make at most 500 resources in each stack",
    why="a namespace is a stack, the network another one, and CloudFormation refuses a template with more",
    source="CloudFormation user guide, Understand CloudFormation quotas",
    fix="let workloads share a policy and a group, name ranges or peers in place of groups, which take a resource for "
    "each rule, or spread workloads over namespaces",
    paths=("workloads", "peers"),
)
def stack_holds_its_resources(settings: Settings) -> Iterator[At]:
    """Find namespaces with too many workloads and rules, and a network with too many routes."""
    for namespace, count in resources_of_namespaces(settings).items():
        if count > RESOURCES_PER_STACK:
            yield At("workloads", f"{count} in namespace {namespace}", final=True)
    if settings.cluster and (count := resources_of_network(settings)) > RESOURCES_PER_STACK:
        yield At("peers", f"{count} in the network", "give wider ranges that cover several", final=True)


@rule(
    "stack-exports-its-groups",
    "error",
    must="have at most 200 workloads with a group of their own in each of several namespaces",
    why="each stack exports their ids, for rules of the others, and CloudFormation takes 200 outputs of a stack",
    source="CloudFormation user guide, Understand CloudFormation quotas",
    fix="let workloads share a policy and a group, or spread them over namespaces",
    paths=("workloads",),
)
def stack_exports_its_groups(settings: Settings) -> Iterator[At]:
    """Find namespaces with too many groups."""
    groups = collections.Counter(workload.namespace for workload in settings.workloads if workload.has_own_group)
    for namespace, count in groups.items() if len(settings.namespaces) > 1 else ():
        if count > EXPORTS_PER_STACK:
            yield At("workloads", f"{count} in namespace {namespace}", final=True)


RULES = (stack_holds_its_resources, stack_exports_its_groups)
