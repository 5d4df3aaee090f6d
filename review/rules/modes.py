"""Rules about the four variables of aws-node and what they do to packets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from review.flows import conditions_of, predict
from review.rules.at import At
from review.rules.rule import rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from settings import Settings

_MODE = "pod_networking.enforcing_mode"
_CACHE = "pod_networking.dns_cache.enabled"
_DEMUX = "pod_networking.disable_tcp_early_demux"


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
    """Find DNS that fails; without the cache it never does."""
    if any(flow.id == "sgp-to-cluster-dns" and not flow.arrives for flow in predict(conditions_of(settings))):
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
    "externalTrafficPolicy: Local do not reach them, and answers to the node's connected UDP sockets are lost",
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
    "strict-admits-plain-pods",
    "warning",
    must="be standard, or plain pods may reach every TCP port of pods with groups of their own",
    why="in strict mode kubelet's probes come by the VPC, on ports that no file names: the shared group admits all TCP "
    "from the nodes' group, which plain pods carry too, whatever the ingress of a workload says",
    source="EKS user guide, Security groups for pods: probes, and the groups of a node",
    fix="set enforcing_mode: standard; or give untrusted pods groups of their own too, and acknowledge it",
    paths=(_MODE,),
)
def strict_admits_plain_pods(settings: Settings) -> Iterator[At]:
    """Find workloads whose ingress keeps no plain pod out."""
    if settings.workloads and settings.pod_networking.enforcing_mode == "strict":
        yield At(_MODE, "strict")


RULES = (node_cache_needs_standard, strict_needs_early_demux_off, strict_loses_node_services, strict_admits_plain_pods)
