"""Rules about what CloudFormation can hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from review.rules.at import At
from review.rules.rule import rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from settings import Settings
    from settings.network import Network, Peer, RuleSource
    from settings.workloads import Workload

RESOURCES_PER_STACK = 500
_OF_EVERY_STACK = 1  # CDK's own, AWS::CDK::Metadata


def resources_of_namespace(settings: Settings, namespace: str) -> int:
    """Return how many resources the Workloads stack of a namespace has."""
    workloads = [workload for workload in settings.workloads if workload.namespace == namespace]
    own = sum(_resources_of(settings, workload) for workload in workloads)
    return own + (settings.cluster is not None) + _OF_EVERY_STACK  # the namespace itself


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


def _resources_of(settings: Settings, workload: Workload) -> int:
    """Return those of a workload: policy, group, and the rules that name another group; ranges stand in the group."""
    sent = workload.egress or ()
    alone = sum(_names_a_group(rule.source) for rule in workload.ingress)
    alone += sum(_names_a_group(rule.destination) + (rule.destination.cluster is not None) for rule in sent)
    at_peers = {
        (peer.peer_side.security_group_id, reach.protocol, reach.port)
        for reach in workload.reaches
        for peer in settings.peers
        if peer.name == reach.peer and peer.peer_side and peer.peer_side.security_group_id
    }
    return 1 + workload.has_own_group + alone + len(at_peers)


def _names_a_group(end: RuleSource) -> bool:
    return end.cidr is None and end.peer is None


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
    for namespace in dict.fromkeys(workload.namespace for workload in settings.workloads):
        count = resources_of_namespace(settings, namespace)
        if count > RESOURCES_PER_STACK:
            yield At("workloads", f"{count} in namespace {namespace}", final=True)
    if settings.cluster and (count := resources_of_network(settings)) > RESOURCES_PER_STACK:
        yield At("peers", f"{count} in the network", "give wider ranges that cover several", final=True)


RULES = (stack_holds_its_resources,)
