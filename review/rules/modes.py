"""Rules about the four variables of aws-node and what they do to packets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from review.flows import conditions_of, flows_of, predict
from review.flows.conditions import overlapping
from review.flows.environment import external_services
from review.rules.at import At
from review.rules.rule import rule
from review.uses import peer_uses
from settings.problems import show

if TYPE_CHECKING:
    from collections.abc import Iterator

    from settings import Settings

_MODE = "pod_networking.enforcing_mode"
_CACHE = "pod_networking.dns_cache.enabled"
_SNAT = "pod_networking.external_snat"
_EXCLUDED = "pod_networking.exclude_snat_cidrs"
_DEMUX = "pod_networking.disable_tcp_early_demux"
_EXTERNAL = "pod_networking.env.AWS_EXTERNAL_SERVICE_CIDRS"


@rule(
    "node-cache-needs-standard",
    "error",
    must="be standard where the node cache is enabled",
    why="in strict mode a pod with groups of its own sends every packet into the VPC and loses all DNS to the cache",
    source="EKS best practices, Security groups per pod; aws/amazon-vpc-cni-k8s#1384",
    fix="set enforcing_mode: standard, or dns_cache.enabled: false",
    paths=(_MODE, _CACHE),
)
def node_cache_needs_standard(settings: Settings) -> Iterator[At]:
    """Find DNS that fails."""
    lost = {flow.id for flow in flows_of(settings) if not flow.arrives and not flow.moment}
    if settings.pod_networking.dns_cache.enabled and "sgp-to-cluster-dns" in lost:
        yield At(_MODE, settings.pod_networking.enforcing_mode)


@rule(
    "strict-needs-early-demux-off",
    "error",
    must="be true where enforcing_mode is strict",
    why="kubelet's TCP probes of pods with groups of their own fail, and TCP from such a pod to its own node hangs",
    source="aws/amazon-vpc-cni-k8s, README.md, DISABLE_TCP_EARLY_DEMUX",
    fix="set disable_tcp_early_demux: true, or enforcing_mode: standard",
    paths=(_DEMUX, _MODE),
)
def strict_needs_early_demux_off(settings: Settings) -> Iterator[At]:
    """Find probes that fail."""
    if any(flow.id == "kubelet-to-sgp" and not flow.arrives for flow in predict(conditions_of(settings))):
        yield At(_DEMUX, "false")


@rule(
    "strict-loses-node-services",
    "warning",
    must="be standard, or no pod with groups of its own may need its node's services",
    why="in strict mode such pods do not reach link-local services of the node (Pod Identity agent), NodePorts with "
    "externalTrafficPolicy: Local do not reach them, answers to the node's connected UDP sockets are lost, and "
    "kube-proxy must not be in ipvs mode",
    source="EKS user guide, Security groups for pods; aws/amazon-vpc-cni-k8s#2797 and README.md",
    fix="set enforcing_mode: standard, or acknowledge it",
    paths=(_MODE,),
)
def strict_loses_node_services(settings: Settings) -> Iterator[At]:
    """Find what strict mode takes beside DNS."""
    lost = [flow.id for flow in predict(conditions_of(settings)) if flow.id == "sgp-to-link-local" and not flow.arrives]
    if lost:
        yield At(_MODE, settings.pod_networking.enforcing_mode)


@rule(
    "peer-sees-pod-address",
    "error",
    must="be true, or exclude_snat_cidrs must hold the ranges of all peers that workloads reach",
    why="traffic to the peer leaves with the node's address and security groups: a peer that admits the pod's group "
    "refuses it, and the pod's egress rules do not judge it",
    source="EKS user guide, Assign security groups to individual Pods; aws/amazon-vpc-cni-k8s#2797",
    fix="set external_snat: true",
    paths=(_SNAT, _EXCLUDED, "workloads[].reaches", "workloads[].egress", "peers[].cidr"),
)
def peer_sees_pod_address(settings: Settings) -> Iterator[At]:
    """Find peers that would see the node."""
    for peer in dict.fromkeys(use.peer for use in peer_uses(settings) if use.direction == "to"):
        flows = {flow.id: flow for flow in predict(conditions_of(settings, peer.cidr))}
        if flows["sgp-to-peer"].source == "node":
            users = sorted({use.workload for use in peer_uses(settings) if use.peer == peer and use.direction == "to"})
            got = f"false, and {', '.join(users)[:200]} must reach peer {peer.name} ({peer.cidr})"
            yield At(_SNAT, got, f"set external_snat: true, or add {peer.cidr} to exclude_snat_cidrs")


@rule(
    "no-vpc-range-among-external-services",
    "error",
    must="hold IPv4 ranges with no address of the VPC or of a peer",
    why="such traffic of a pod with groups of its own leaves by the primary ENI, and the VPC's source check drops it",
    source="aws/amazon-vpc-cni-k8s, README.md, AWS_EXTERNAL_SERVICE_CIDRS; measured with AWS's CNI code",
    fix="remove the range: peers need no entry there",
    paths=(_EXTERNAL, "peers[].cidr"),
)
def no_vpc_range_among_external_services(settings: Settings) -> Iterator[At]:
    """Find ranges that would take traffic off the branch ENI."""
    named = [("the VPC", settings.any_network.cidr), *((f"peer {peer.name}", peer.cidr) for peer in settings.peers)]
    ranges, others = external_services(settings)
    yield from (At(_EXTERNAL, show(part), "write IPv4 ranges such as 198.51.100.0/24") for part in others)
    for given in ranges:
        for name, cidr in named:
            if overlapping(given, cidr):
                yield At(_EXTERNAL, f"{given}, which has addresses of {name} ({cidr})")


@rule(
    "excluded-ranges-have-effect",
    "warning",
    must="be empty where external_snat is true",
    why="with AWS_VPC_K8S_CNI_EXTERNALSNAT=true the node translates nothing, so there is nothing to exclude",
    source="aws/amazon-vpc-cni-k8s, README.md, AWS_VPC_K8S_CNI_EXCLUDE_SNAT_CIDRS",
    fix="remove exclude_snat_cidrs, or set external_snat: false",
    paths=(_EXCLUDED, _SNAT),
)
def excluded_ranges_have_effect(settings: Settings) -> Iterator[At]:
    """Find exclusions from nothing."""
    pods = settings.pod_networking
    if pods.external_snat and pods.exclude_snat_cidrs:
        yield At(_EXCLUDED, ", ".join(pods.exclude_snat_cidrs)[:200])


RULES = (
    node_cache_needs_standard,
    strict_needs_early_demux_off,
    strict_loses_node_services,
    peer_sees_pod_address,
    no_vpc_range_among_external_services,
    excluded_ranges_have_effect,
)
