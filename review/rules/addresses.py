"""Rules about the addresses that nodes and pods take from the private subnets."""

from __future__ import annotations

import ipaddress
import math
from typing import TYPE_CHECKING

from review.data import limits
from review.rules.at import At
from review.rules.ranges import PUBLIC_SUBNET
from review.rules.rule import rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from settings import Settings
    from settings.cluster import NodeGroup

_OWN, _OF_AWS, _PREFIX = 2, 5, 16


@rule(
    "addresses-suffice-for-the-nodes",
    "warning",
    must="have addresses for the most nodes of all groups",
    why="a node takes one for itself, one for its trunk ENI, and those that aws-node holds ready, all of the primary "
    "ENI's without WARM_IP_TARGET; each pod with groups of its own takes one more: without addresses nodes do not get "
    "ready, and pods stay Pending",
    source="aws/amazon-vpc-cni-k8s, README.md, WARM_ENI_TARGET and WARM_IP_TARGET; VPC user guide, Subnet sizing",
    fix="take a wider range or fewer nodes, or hold fewer addresses ready: WARM_IP_TARGET and MINIMUM_IP_TARGET",
    paths=("network.cidr", "network.availability_zones", "node_groups[].max_size", "pod_networking.env"),
)
def addresses_suffice_for_the_nodes(settings: Settings) -> Iterator[At]:
    """Find new VPCs that are too small even without a pod; how large an existing one's subnets are is not told."""
    if settings.network:
        have = private_addresses(settings.network.cidr, len(settings.network.availability_zones))
        nodes = sum(group.max_size for group in settings.node_groups)
        need = sum(group.max_size * _of_a_node(settings, group) for group in settings.node_groups)
        if 0 < have < need:  # of none vpc-range-holds-its-subnets tells
            taken = f"{nodes:,} nodes take {need:,} at least"
            yield At("network.cidr", f"{settings.network.cidr} with {have:,} in its private subnets, and {taken}")


def private_addresses(cidr: str, zones: int) -> int:
    """Return how many addresses the private subnets have that CDK cuts from a range, behind the public ones.

    aws-cdk-lib, aws-ec2, NetworkBuilder: the rest is split evenly, into the next power of two below.
    """
    each = (ipaddress.IPv4Network(cidr).num_addresses - zones * PUBLIC_SUBNET) // zones
    return zones * max(2 ** int(math.log2(each)) - _OF_AWS, 0) if each > 0 else 0


def _of_a_node(settings: Settings, group: NodeGroup) -> int:
    """Return how many addresses of the private subnets a node without pods takes at least."""
    pods, env = settings.pod_networking, settings.pod_networking.env
    if pods.custom_networking:  # trunk and pods have other subnets
        return 1
    if pods.prefixes:
        return _OWN + _PREFIX
    targets = [int(env[name]) for name in ("WARM_IP_TARGET", "MINIMUM_IP_TARGET") if env.get(name, "").isdecimal()]
    held = max(targets, default=0)  # to aws-node 0 is no target (pkg/ipamd/ipamd.go, warmIPTargetsDefined)
    if held or env.get("WARM_ENI_TARGET") == "0":
        return _OWN + held
    return _OWN + min((found[1] for found in map(limits, group.instance_types) if found), default=1) - 1


RULES = (addresses_suffice_for_the_nodes,)
