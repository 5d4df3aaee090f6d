"""Rules about regions: they exist, and an ARN or an address of AWS lies in the right one, or in its partition."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from review.data import table
from review.rules.at import At
from review.rules.nearest import nearest
from review.rules.rule import rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from settings import Settings

_PARTITIONS = {
    "cn-": "aws-cn",
    "us-gov-": "aws-us-gov",
    "eusc-": "aws-eusc",
    "us-iso-": "aws-iso",
    "us-isob-": "aws-iso-b",
    "eu-isoe-": "aws-iso-e",
    "us-isof-": "aws-iso-f",
}
_EKS = re.compile(r"\.([a-z0-9-]+)\.eks\.amazonaws\.com(?:\.cn)?(?::[0-9]+)?$", re.IGNORECASE)
_URL = "existing_cluster.endpoint_url"
_NEWER = "acknowledge this rule for a region that is newer than its table"


def partition(region: str) -> str:
    """Return the partition that a region lies in."""
    return next((name for start, name in _PARTITIONS.items() if region.startswith(start)), "aws")


def _arns(settings: Settings) -> Iterator[tuple[str, str]]:
    """Yield the ARNs that the environment's own stacks use: path, ARN. Peering never leaves a partition either."""
    for i, peer in enumerate(settings.peers):
        yield f"peers[{i}].accepter_role_arn", peer.accepter_role_arn or ""
    for i, arn in enumerate(settings.cluster.admin_role_arns if settings.cluster else ()):
        yield f"cluster.admin_role_arns[{i}]", arn
    yield "pod_networking.drift.alarm_topic_arn", settings.pod_networking.drift.alarm_topic_arn or ""


@rule(
    "region-is-known",
    "error",
    must="be a region of AWS",
    why="bootstrap and deploy find no host of AWS there; EC2 makes no connection to a peer there",
    source="review/data/regions.json",
    fix=f"mend its name; {_NEWER}",
    paths=("region", "peers[].region"),
)
def region_is_known(settings: Settings) -> Iterator[At]:
    """Find regions that the table lacks, with the nearest ones."""
    known = [name for names in table("regions")["partitions"].values() for name in names]
    given = [
        ("region", settings.region),
        *((f"peers[{i}].region", peer.region) for i, peer in enumerate(settings.peers)),
    ]
    for path, region in given:
        if region and region not in known:
            near = nearest(region, known, most=3)
            yield At(path, region, f"write {near}; {_NEWER}" if near else "")


@rule(
    "arns-lie-in-the-partition",
    "error",
    must="be an ARN of the region's partition",
    why="accounts of one partition know nothing of another's: the role or the topic is not found, and the stack fails",
    source="IAM user guide, Amazon Resource Names (ARNs), partition",
    fix="copy the ARN from the account that is meant",
    paths=("peers[].accepter_role_arn", "cluster.admin_role_arns", "pod_networking.drift.alarm_topic_arn", "region"),
)
def arns_lie_in_the_partition(settings: Settings) -> Iterator[At]:
    """Find ARNs of other partitions."""
    wanted = partition(settings.region)
    for path, arn in _arns(settings):
        found = arn.split(":")[1] if arn else wanted
        if found != wanted:
            yield At(path, f"{arn}, and {settings.region} is in {wanted}", f"give one that begins with arn:{wanted}:")


@rule(
    "endpoint-lies-in-the-region",
    "error",
    must="be the address of a cluster in the environment's region",
    why="roles, subnets and functions are made in the region of this file, and would call another region's cluster",
    source="EKS user guide, Cluster API server endpoint",
    fix="copy `cluster.endpoint` of the cluster that is meant, or mend region",
    paths=(_URL, "region"),
)
def endpoint_lies_in_the_region(settings: Settings) -> Iterator[At]:
    """Find addresses that name another region; one without a region's name may be anybody's."""
    url = settings.existing_cluster.endpoint_url if settings.existing_cluster else ""
    found = _EKS.search(url)
    if found and found[1].lower() != settings.region:
        yield At(_URL, f"one in {found[1][:40]}, and region is {settings.region}")


@rule(
    "peers-lie-in-the-partition",
    "error",
    must="be a region of the environment's partition",
    why="no peering connection leads from one partition to another: the stack fails",
    source="VPC peering guide, VPC peering limitations; IAM user guide, Amazon Resource Names (ARNs), partition",
    fix="mend the region, or lead there by a VPN behind a transit gateway: transit_gateway_id",
    paths=("peers[].region", "region"),
)
def peers_lie_in_the_partition(settings: Settings) -> Iterator[At]:
    """Find connections across partitions."""
    wanted = partition(settings.region)
    for i, peer in enumerate(settings.peers):
        found = partition(peer.region or settings.region)
        if peer.vpc_id and found != wanted:
            yield At(f"peers[{i}].region", f"{peer.region} in {found}, and {settings.region} is in {wanted}")


RULES = (region_is_known, arns_lie_in_the_partition, endpoint_lies_in_the_region, peers_lie_in_the_partition)
