"""Rules about who translates addresses, and what that does to peers, to the internet and to services outside."""

from __future__ import annotations

from typing import TYPE_CHECKING

from review.flows import conditions_of, facts, flows_of, predict
from review.flows.conditions import overlapping
from review.flows.environment import external_services
from review.ranges import OF_PEERS, of_peers, of_vpc
from review.rules.at import At
from review.rules.rule import rule
from review.uses import may_reach, peer_uses
from settings.alike import some
from settings.problems import show

if TYPE_CHECKING:
    from collections.abc import Iterator

    from settings import Settings
    from settings.network import Peer

_SNAT = "pod_networking.external_snat"
_EXCLUDED = "pod_networking.exclude_snat_cidrs"
_EXTERNAL = "pod_networking.env.AWS_EXTERNAL_SERVICE_CIDRS"


@rule(
    "peer-sees-pod-address",
    "error",
    must="be true, or exclude_snat_cidrs must hold the ranges of all peers that workloads reach",
    why="traffic to the peer leaves with the node's address and security groups: a peer that admits the pod's group "
    "refuses it, and the pod's egress rules do not judge it",
    source="EKS user guide, Assign security groups to individual Pods; aws/amazon-vpc-cni-k8s#2797",
    fix="set external_snat: true",
    paths=(_SNAT, _EXCLUDED, "workloads[].reaches", "workloads[].egress", *OF_PEERS),
)
def peer_sees_pod_address(settings: Settings) -> Iterator[At]:
    """Find peers that would see the node."""
    sent = [use for use in peer_uses(settings) if use.direction == "to"]
    for peer in settings.peers:
        uses = [use for use in sent if use.peer.name == peer.name]
        seen = {cidr: {use.workload for use in uses if cidr in use.cidrs} for cidr in _translated(settings, peer)}
        users, ranges = sorted(set().union(*seen.values())), ", ".join(filter(seen.get, seen))[:200]
        if users:
            got = f"false, and {some(users)} must reach peer {peer.name} ({ranges})"
            yield At(_SNAT, got, f"set external_snat: true, or add {ranges} to exclude_snat_cidrs")


def _translated(settings: Settings, peer: Peer) -> list[str]:
    """Return the peer's ranges in which the node's address is seen in place of the pod's."""
    return [
        cidr
        for cidr in peer.cidrs
        for flow in predict(conditions_of(settings, cidr))
        if flow.id == "sgp-to-peer" and flow.source == "node"
    ]


@rule(
    "peer-may-see-node-address",
    "warning",
    must="be true where a workload may send to a peer",
    why="its rules let it reach the peer though the file does not say that it does; what it sends there leaves with "
    "the node's address and is judged by the node's group",
    source="EKS user guide, Assign security groups to individual Pods",
    fix="set external_snat: true, exclude the peers' ranges, or acknowledge that nobody reaches them",
    paths=(_SNAT, _EXCLUDED, "workloads[].egress", *OF_PEERS),
)
def peer_may_see_node_address(settings: Settings) -> Iterator[At]:
    """Find workloads that are let to a peer which would see the node."""
    needed = {(use.workload, cidr) for use in peer_uses(settings) if use.direction == "to" for cidr in use.cidrs}
    senders = {name for _, name in may_reach(settings)}
    for peer in settings.peers:
        seen = {cidr: {name for name in senders if (name, cidr) not in needed} for cidr in _translated(settings, peer)}
        names, ranges = sorted(set().union(*seen.values())), ", ".join(filter(seen.get, seen))[:200]
        if names:
            yield At(_SNAT, f"false, and {some(names)} may send to peer {peer.name} ({ranges})")


@rule(
    "no-vpc-range-among-external-services",
    "error",
    must="hold IPv4 ranges with no address of the VPC or of a peer",
    why="such traffic of a pod with groups of its own leaves by the primary ENI, and the VPC's source check drops it",
    source="aws/amazon-vpc-cni-k8s, README.md, AWS_EXTERNAL_SERVICE_CIDRS; measured with AWS's CNI code",
    fix="remove the range: peers need no entry there",
    paths=(_EXTERNAL, "existing_network.further_cidrs", *OF_PEERS),
)
def no_vpc_range_among_external_services(settings: Settings) -> Iterator[At]:
    """Find ranges that would take traffic off the branch ENI."""
    ranges, others = external_services(settings)
    yield from (At(_EXTERNAL, show(part), "write IPv4 ranges such as 198.51.100.0/24") for part in others)
    for given in ranges:
        for found in (*of_vpc(settings), *of_peers(settings)):
            if overlapping(given, found.cidr):
                yield At(_EXTERNAL, f"{given}, which has addresses of {found.whose} ({found.cidr})")


@rule(
    "external-services-are-translated",
    "error",
    must="be ranges to which the node translates addresses",
    why="otherwise such traffic of a pod with groups of its own leaves by the primary ENI with the branch ENI's "
    "address, and the VPC's source check drops it",
    source="aws/amazon-vpc-cni-k8s, README.md, AWS_EXTERNAL_SERVICE_CIDRS; measured with AWS's CNI code",
    fix="remove the range: with external_snat: true nothing outside needs an entry there",
    paths=(_EXTERNAL, _SNAT, _EXCLUDED),
)
def external_services_are_translated(settings: Settings) -> Iterator[At]:
    """Find ranges whose traffic would be lost."""
    for flow in flows_of(settings):
        if flow.id == "sgp-to-external-service" and flow.fact is facts.SOURCE_CHECK:
            yield At(_EXTERNAL, flow.range)


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
    peer_sees_pod_address,
    peer_may_see_node_address,
    no_vpc_range_among_external_services,
    external_services_are_translated,
    excluded_ranges_have_effect,
)
