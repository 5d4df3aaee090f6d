"""Rules about instance types: is there a trunk ENI, and does the image start."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from review.data import limits, table
from review.rules.at import At
from review.rules.capacity import LIMITS, TYPES, types
from review.rules.nearest import nearest
from review.rules.rule import rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from settings import Settings

# families whose letters after the generation have a g: m7g, c6gn, x2gd, im4gn
_ARM = re.compile(r"[a-z]+[0-9]+[a-z]*g[a-z]*(?:-[a-z0-9]+)?")
_FIRST_GRAVITON = "a1"  # its kernel panics: amazonlinux/amazon-linux-2023#50
_ACCELERATED = re.compile(r"(?:p|g|gr|inf|trn|dl|f|vt)[0-9]|mac")
_PRIMARY_AND_TRUNK = 2


@rule(
    "instance-type-is-known",
    "error",
    must="be in the table of trunk limits",
    why="the VPC resource controller gives an unknown type no branch ENI, and such pods stay Pending",
    source=LIMITS,
    fix="take a type of the table; for a newer one make the table again, or acknowledge it",
    paths=(TYPES,),
)
def instance_type_is_known(settings: Settings) -> Iterator[At]:
    """Find types that the table lacks, with the nearest ones."""
    for path, instance_type in types(settings):
        if limits(instance_type) is None:
            near = nearest(instance_type, _usable(), most=3)
            yield At(path, instance_type, f"take {near}" if near else "")


def _usable() -> list[str]:
    """Return the types that the other rules take."""
    types: dict[str, list[int]] = table("trunk_limits")["types"]
    starts = [name for name in types if not _ACCELERATED.match(name) and name.split(".")[0] != _FIRST_GRAVITON]
    return [name for name in starts if types[name][2]]


@rule(
    "instance-type-has-a-trunk",
    "error",
    must="support trunk ENIs",
    why="its nodes never get a branch ENI: pods with groups of their own stay Pending there",
    source=f"{LIMITS}; EKS user guide, Security groups for pods",
    fix="take a type with branch interfaces, such as m5.large; no t2, t3, t3a or t4g has any",
    paths=(TYPES,),
)
def instance_type_has_a_trunk(settings: Settings) -> Iterator[At]:
    """Find types without branch interfaces."""
    for path, instance_type in types(settings):
        if (limits(instance_type) or (1, 1, 1))[2] == 0:
            yield At(path, instance_type)


@rule(
    "instance-type-has-the-architecture",
    "error",
    must="be of the group's architecture",
    why="the AL2023 image of the group does not start on it",
    source="EKS user guide, Managed node groups; EC2 user guide, instance type names; amazonlinux/amazon-linux-2023#50",
    fix="set architecture: arm64 for Graviton types, x86_64 for others, and one group for each; take no a1",
    paths=(TYPES, "node_groups[].architecture"),
)
def instance_type_has_the_architecture(settings: Settings) -> Iterator[At]:
    """Find Graviton types among x86_64 and the reverse, and the first Graviton in any."""
    for i, group in enumerate(settings.node_groups):
        for j, name in enumerate(group.instance_types):
            family = name.split(".")[0]
            starts = family != _FIRST_GRAVITON and bool(_ARM.fullmatch(family)) == (group.architecture == "arm64")
            if limits(name) and not starts:
                got = f"{name} in a group for {group.architecture}"
                yield At(f"node_groups[{i}].instance_types[{j}]", got)


@rule(
    "instance-type-needs-no-driver",
    "error",
    must="be a type without GPUs or other accelerators, and no Mac",
    why="a group has the standard image of AL2023, without their drivers: pods cannot use them; EKS has none for Macs",
    source="EKS user guide, Use EKS-optimized accelerated AMIs for GPU instances; aws/aws-cdk#26354",
    fix="let Karpenter or a group of your own make these nodes; acknowledge it where an operator brings the drivers",
    paths=(TYPES,),
)
def instance_type_needs_no_driver(settings: Settings) -> Iterator[At]:
    """Find families whose nodes want an image that podnet does not give them."""
    for path, instance_type in types(settings):
        if _ACCELERATED.match(instance_type):
            yield At(path, instance_type)


@rule(
    "custom-networking-needs-a-third-interface",
    "error",
    must="have three interfaces or more where custom networking is on",
    why="the primary interface then carries no pods, and the trunk ENI takes the second: aws-node ends with `Failed to "
    "attach any ENIs for custom networking` again and again, and the node never gets ready",
    source="aws/amazon-vpc-cni-k8s, pkg/ipamd/ipamd.go, handlePreScaling and hasRoomForEni; "
    "aws/amazon-vpc-cni-k8s#2369 and #2792",
    fix="take a larger type; ENABLE_PREFIX_DELEGATION does not help",
    paths=(TYPES, "pod_networking.env.AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG"),
)
def custom_networking_needs_a_third_interface(settings: Settings) -> Iterator[At]:
    """Find types of two interfaces, one for the node and one for the trunk, beside custom networking."""
    for path, name in types(settings) if settings.pod_networking.custom_networking else ():
        found = limits(name)
        if found and found[2] and found[0] <= _PRIMARY_AND_TRUNK:
            yield At(path, f"{name} with {found[0]} interfaces")


RULES = (
    instance_type_is_known,
    instance_type_has_a_trunk,
    instance_type_has_the_architecture,
    instance_type_needs_no_driver,
    custom_networking_needs_a_third_interface,
)
