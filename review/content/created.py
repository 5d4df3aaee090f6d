"""What the stacks make, in the order in which they are deployed."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from review.uses import elsewhere, groups_at_peers, ports

if TYPE_CHECKING:
    from collections.abc import Iterator

    from settings import Settings
    from settings.workloads import Workload


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
        yield f"{_count(min(network.nat_gateways, len(zones)), 'NAT gateway')}, for what goes to the internet"
        endpoints = [*["s3"] * network.s3_endpoint, *network.interface_endpoints]
        if endpoints:
            yield f"endpoints: {', '.join(endpoints)}"
        if network.flow_logs:
            yield "flow logs of the VPC"
    else:
        nothing = "no VPC" if settings.peers else "nothing"
        yield f"{nothing}: uses VPC {' and '.join(settings.any_network.cidrs)}"
    yield from _peers(settings)


def _peers(settings: Settings) -> Iterator[str]:
    """Yield a sentence for each peer. A gateway is attached once, and peers behind it share their routes."""
    known: set[tuple[str | None, str]] = set()
    attached = set() if settings.network else {peer.transit_gateway_id for peer in settings.peers}
    for peer in settings.peers:
        where = ", ".join(filter(None, (peer.account, peer.region))) or "this account and region"
        back = {(peer.transit_gateway_id, table) for table in peer.peer_side.route_table_ids} if peer.peer_side else ()
        returns = len({*back} - known) * len(settings.any_network.cidrs)
        known |= {*back}
        told = f", {_count(returns, 'return route')}" if peer.peer_side else ""
        whose = " of names of this VPC" if any(elsewhere(settings, peer)) else ""
        names = f", DNS resolution{whose}" if peer.dns_resolution and peer.vpc_id else ""
        way = "peering connection to"
        if gateway := peer.transit_gateway_id:
            attach = (
                "the same attachment, for" if settings.network else f"{gateway}, which the VPC's owner attaches, to"
            )
            way = attach if gateway in attached else f"attachment of {gateway}, for"
            attached.add(gateway)
        yield f"{way} {peer.name} ({' and '.join(peer.cidrs)}, {where}), routes of the private subnets{told}{names}"


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
    group = settings.node_security_group_id or "the cluster's group"
    probes = ", and all TCP from it, for probes" if pods.enforcing_mode == "strict" else ""
    yield f"the shared pod group, with port 53 to {group}{probes}"
    if pods.dns_cache.enabled:
        yield f"the node cache: DaemonSet node-local-dns, {pods.dns_cache.image[:200]}"
        if pods.dns_cache.standby:
            yield "its standby on each node: DaemonSet node-local-dns-standby"
        for zone, resolvers in pods.dns_cache.stub_domains.items():
            yield f"stub domain {zone[:200]} asked at {', '.join(resolvers)}"


def _compute(settings: Settings) -> Iterator[str]:
    for group in settings.node_groups:
        types = ", ".join(group.instance_types)
        fewest = f"{group.min_size} to " * (group.min_size != group.max_size)
        yield f"node group {group.name}: {fewest}{_count(group.max_size, 'node')} of {types} ({group.capacity})"
    awaited = [group.name for group in settings.node_groups if group.min_size]
    of = "these nodes" if len(awaited) == len(settings.node_groups) else f"the nodes of {', '.join(awaited)}"
    yield f"a wait for the trunk ENIs of {of}" if awaited else "no wait for trunk ENIs: each group may be empty"
    if settings.cluster:
        configured = ", ".join(key[:100] for key in settings.cluster.coredns_configuration or ())
        of_file = f" with {configured} of the file" if configured else ""
        yield f"add-on coredns {settings.cluster.coredns_version}{of_file}"


def _workloads(settings: Settings, namespace: str, names: list[str]) -> Iterator[str]:
    if settings.cluster:
        yield f"namespace {namespace}, which stays when the stack is deleted"
    for workload in settings.workloads:
        if workload.namespace == namespace and workload.name in names:
            yield from _workload(settings, workload)
    pairs = [sorted((one.namespace, end.namespace)) for one in settings.workloads for end in one.ends if end.namespace]
    if earlier := sorted({first for first, later in pairs if later == namespace}):
        yield f"rules with workloads of {' and '.join(earlier)}, in the groups of both"


def _workload(settings: Settings, workload: Workload) -> Iterator[str]:
    ids = ["the shared group", *["its own"] * workload.has_own_group, *workload.security_group_ids]
    yield f"policy {workload.name} with {' and '.join(ids)}"
    for sent in workload.egress or ():
        if sent.destination.cluster:
            nodes = settings.node_security_group_id or "the cluster's group"
            yield f"ingress of {workload.name} at {nodes}, {ports(sent)}"
    groups = groups_at_peers(settings)
    let_in: dict[object, str] = {}  # two peers may share a group, and a rule in it
    for reach in workload.reaches:
        if group := reach.security_group_id or groups.get(reach.peer):
            where = reach.security_group_id or f"peer {reach.peer}"
            told = f"ingress of {workload.name} at {where}, {reach.protocol} {reach.port}"
            let_in.setdefault((group, reach.protocol, reach.port), told)
    yield from let_in.values()


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' * (number != 1)}"
