"""Rules about how many pods with groups of their own the node groups carry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from review.data import limits
from review.rules.at import At
from review.rules.rule import rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from settings import Settings
    from settings.cluster import NodeGroup

TYPES = "node_groups[].instance_types"
LIMITS = "aws/amazon-vpc-resource-controller-k8s, pkg/aws/vpc/limits.go"
_ONE_FOR_ADDRESSES = 2


def types(settings: Settings) -> Iterator[tuple[str, str]]:
    """Yield the path and the name of every instance type of the file."""
    for i, group in enumerate(settings.node_groups):
        for j, instance_type in enumerate(group.instance_types):
            yield f"node_groups[{i}].instance_types[{j}]", instance_type


def branches(group: NodeGroup) -> list[int]:
    """Return the branch ENIs of one node for each of the group's known types."""
    return [found[2] for found in map(limits, group.instance_types) if found]


@rule(
    "instance-types-are-alike",
    "warning",
    must="have one number of branch ENIs within a group",
    why="how many pods with groups of their own a group carries then depends on which type was to be had",
    source=LIMITS,
    fix="make a group for each size, or plan with the lowest number",
    paths=(TYPES,),
)
def instance_types_are_alike(settings: Settings) -> Iterator[At]:
    """Find groups of mixed limits."""
    for i, group in enumerate(settings.node_groups):
        if len(set(branches(group))) > 1:
            pairs = (f"{name}: {found[2]}" for name in group.instance_types if (found := limits(name)))
            yield At(f"node_groups[{i}].instance_types", ", ".join(pairs)[:200])


@rule(
    "flex-instances-carry-less",
    "warning",
    must="be counted with their own limits where they are flex types",
    why="a flex type has fewer branch ENIs than the type whose name it shares",
    source=LIMITS,
    fix="take the type without -flex, or acknowledge the number",
    paths=(TYPES,),
)
def flex_instances_carry_less(settings: Settings) -> Iterator[At]:
    """Find flex types, with both numbers."""
    for path, name in types(settings):
        own, other = limits(name), limits(name.replace("-flex", ""))
        if "-flex." in name and own and other and own[2] < other[2]:
            yield At(path, f"{name} with {own[2]} branch ENIs ({name.replace('-flex', '')} has {other[2]})")


@rule(
    "trunk-leaves-addresses",
    "warning",
    must="have more than two interfaces",
    why="the trunk ENI takes one, so plain pods have only the addresses of the primary one",
    source="aws/amazon-vpc-cni-k8s, pkg/ipamd/ipamd.go, hasRoomForEni",
    fix="take a larger type, or ENABLE_PREFIX_DELEGATION",
    paths=(TYPES,),
)
def trunk_leaves_addresses(settings: Settings) -> Iterator[At]:
    """Find types on which plain pods get few addresses; prefixes make them many, and custom networking leaves none."""
    pods = settings.pod_networking
    for path, name in () if pods.prefixes or pods.custom_networking else types(settings):
        found = limits(name)
        if found and found[2] and found[0] <= _ONE_FOR_ADDRESSES:
            yield At(path, f"{name} with {found[0]} interfaces of {found[1]} addresses")


@rule(
    "branch-interfaces-suffice",
    "error",
    must="carry at least one pod of each workload",
    why="every such pod takes a branch ENI; beyond them pods stay Pending (Insufficient vpc.amazonaws.com/pod-eni)",
    source=f"{LIMITS}; aws/amazon-vpc-cni-k8s#2123",
    fix="raise max_size, or take larger instances",
    paths=("node_groups[].max_size", TYPES, "workloads"),
)
def branch_interfaces_suffice(settings: Settings) -> Iterator[At]:
    """Find environments with more workloads than branch ENIs; how many pods each has is not in the file."""
    most = sum(group.max_size * min(branches(group)) for group in settings.node_groups if branches(group))
    if settings.node_groups and all(map(branches, settings.node_groups)) and 0 < most < len(settings.workloads):
        yield At("node_groups", f"{most} branch ENIs at most for {len(settings.workloads)} workloads")


@rule(
    "autoscaler-knows-empty-groups",
    "warning",
    must="be 1 or more where Cluster Autoscaler is to make nodes for pods with groups of their own",
    why="it takes a group without nodes for one without branch ENIs: such pods stay Pending and no node is made",
    source="kubernetes/autoscaler#6021, and cluster-autoscaler/cloudprovider/aws/README.md",
    fix="set min_size: 1; or tag the node group with the number that its nodes carry, and acknowledge it",
    paths=("node_groups[].min_size", "workloads"),
)
def autoscaler_knows_empty_groups(settings: Settings) -> Iterator[At]:
    """Find groups that may be empty, with the tag that tells what their nodes would carry."""
    for i, group in enumerate(settings.node_groups if settings.workloads else ()):
        if not group.min_size and (carried := min(branches(group), default=0)):
            tag = f"k8s.io/cluster-autoscaler/node-template/resources/vpc.amazonaws.com/pod-eni={carried}"
            fix = f"set min_size: 1; or tag the node group {tag}, and acknowledge it; Karpenter needs neither"
            yield At(f"node_groups[{i}].min_size", "0", fix)


@rule(
    "coredns-has-nodes",
    "warning",
    must="have a group with desired_size 1 or more",
    why="without a node CoreDNS runs nowhere: EKS calls the add-on DEGRADED, which CloudFormation takes for made, and "
    "no pod resolves a name until a node comes",
    source="terraform-aws-modules/terraform-aws-eks#3001; hashicorp/terraform-provider-aws#44669",
    fix="let one group begin with a node",
    paths=("node_groups[].desired_size",),
)
def coredns_has_nodes(settings: Settings) -> Iterator[At]:
    """Find new clusters in which every group begins empty."""
    if settings.node_groups and not any(group.desired_size for group in settings.node_groups):
        yield At("node_groups", "0 in each group")


RULES = (
    instance_types_are_alike,
    flex_instances_carry_less,
    trunk_leaves_addresses,
    branch_interfaces_suffice,
    autoscaler_knows_empty_groups,
    coredns_has_nodes,
)
