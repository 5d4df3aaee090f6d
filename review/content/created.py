"""What the stacks make, in the order in which they are deployed."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from settings import Settings


def created(settings: Settings) -> list[dict[str, object]]:
    """Return [{stack, makes: [sentence]}]."""
    parts: list[tuple[str, list[str]]] = []
    if settings.cluster:
        parts += [("Network", list(_network(settings))), ("Cluster", list(_cluster(settings)))]
    parts.append(("PodNetworking", list(_pod_networking(settings))))
    if settings.cluster:
        parts.append(("Compute", list(_compute(settings))))
    by_namespace = sorted(settings.workloads, key=lambda workload: workload.namespace)
    for namespace, members in itertools.groupby(by_namespace, key=lambda workload: workload.namespace):
        own = [workload.name for workload in members]
        parts.append((f"Workloads-{namespace}", list(_workloads(settings, namespace, own))))
    return [{"stack": f"{settings.name}-{name}", "makes": makes} for name, makes in parts]


def _network(settings: Settings) -> Iterator[str]:
    network = settings.network
    if network:
        zones = network.availability_zones
        yield f"VPC {network.cidr} with public and private subnets in {', '.join(zones)}"
        yield f"{_count(min(network.nat_gateways, len(zones)), 'NAT gateway')}, for everything that leaves the VPC"
        endpoints = [*["s3"] * network.s3_endpoint, *network.interface_endpoints]
        if endpoints:
            yield f"endpoints: {', '.join(endpoints)}"
        if network.flow_logs:
            yield "flow logs of the VPC"
    else:
        yield f"nothing: uses VPC {' and '.join(settings.any_network.cidrs)}"
    for peer in settings.peers:
        where = ", ".join(filter(None, (peer.account, peer.region))) or "this account and region"
        returns = len(peer.peer_side.route_table_ids) * len(settings.any_network.cidrs) if peer.peer_side else 0
        back = f", {_count(returns, 'return route')}" if peer.peer_side else ""
        names = ", DNS resolution" if peer.dns_resolution and peer.vpc_id else ""
        way = f"attachment of {peer.transit_gateway_id}, for" if peer.transit_gateway_id else "peering connection to"
        yield f"{way} {peer.name} ({' and '.join(peer.cidrs)}, {where}), routes of the private subnets{back}{names}"


def _cluster(settings: Settings) -> Iterator[str]:
    cluster = settings.cluster
    if cluster is None:
        return
    reach = f" from {', '.join(cluster.endpoint_cidrs)[:200]}" if cluster.endpoint_cidrs else ""
    version, services = cluster.kubernetes_version, cluster.service_cidr
    yield f"EKS cluster {version}, services {services}, {cluster.endpoint} endpoint{reach}"
    yield f"add-ons kube-proxy {cluster.kube_proxy_version} and vpc-cni {settings.pod_networking.vpc_cni.version}"


def _pod_networking(settings: Settings) -> Iterator[str]:
    pods = settings.pod_networking
    yield f"the variables of aws-node, put in effect and proven (roll-out limit {pods.rollout_limit_minutes} minutes)"
    if pods.drift.every_minutes:
        does = "repairs" if pods.drift.repair else "reports"
        yield f"a watch that {does} drift every {_count(pods.drift.every_minutes, 'minute')}"
        yield f"three alarms of the watch, which tell {pods.drift.alarm_topic_arn or 'nobody'}"
    yield "the shared pod group, with port 53 to the cluster's group"
    if pods.dns_cache.enabled:
        yield f"the node cache: DaemonSet node-local-dns, {pods.dns_cache.image[:200]}"
        if pods.dns_cache.standby:
            yield "its standby on each node: DaemonSet node-local-dns-standby"
        for zone, resolvers in pods.dns_cache.stub_domains.items():
            yield f"stub domain {zone[:200]} asked at {', '.join(resolvers)}"


def _compute(settings: Settings) -> Iterator[str]:
    for group in settings.node_groups:
        types = ", ".join(group.instance_types)
        yield f"node group {group.name}: {group.min_size} to {group.max_size} nodes of {types} ({group.capacity})"
    yield "a wait for the trunk ENIs of these nodes"
    if settings.cluster:
        yield f"add-on coredns {settings.cluster.coredns_version}"


def _workloads(settings: Settings, namespace: str, names: list[str]) -> Iterator[str]:
    if settings.cluster:
        yield f"namespace {namespace}, which stays when the stack is deleted"
    managed = {peer.name for peer in settings.peers if peer.peer_side and peer.peer_side.security_group_id}
    for workload in settings.workloads:
        if workload.namespace == namespace and workload.name in names:
            ids = ["the shared group", *["its own"] * workload.has_own_group, *workload.security_group_ids]
            yield f"policy {workload.name} with {' and '.join(ids)}"
            for reach in workload.reaches:
                if reach.security_group_id or reach.peer in managed:
                    where = reach.security_group_id or f"peer {reach.peer}"
                    yield f"ingress of {workload.name} at {where}, {reach.protocol} {reach.port}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' * (number != 1)}"
