"""The zones of the VPC, and of one that is there already its ranges and whose it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from preflight.errors import NotAskedError
from preflight.look import Look

if TYPE_CHECKING:
    from collections.abc import Iterator

    from preflight.account import Account, Json
    from settings import Settings
    from settings.network import ExistingNetwork


def ranges(vpc: Json) -> set[str]:
    """Return the IPv4 ranges that a VPC has now."""
    every = vpc.get("CidrBlockAssociationSet", ())
    return {vpc["CidrBlock"]} | {one["CidrBlock"] for one in every if one["CidrBlockState"]["State"] == "associated"}


def existing(settings: Settings) -> ExistingNetwork:
    """Return the VPC of the file.

    Raises:
        NotAskedError: If the deploy makes one.
    """
    if settings.existing_network is None:
        raise NotAskedError
    return settings.existing_network


def _zones(settings: Settings, account: Account) -> Iterator[str]:
    found = account.ask("ec2", "describe_availability_zones")["AvailabilityZones"]
    there = {zone["ZoneName"] for zone in found if zone["State"] == "available"}
    section = "network" if settings.network else "existing_network"
    for i, zone in enumerate(settings.any_network.availability_zones):
        if zone not in there:
            yield f"{section}.availability_zones[{i}]: there is no {zone} for this account"


def _vpc(settings: Settings, account: Account) -> Iterator[str]:
    network = existing(settings)
    path = "existing_network"
    for vpc in account.found("Vpcs", {"vpc-id": [network.vpc_id]}):
        if vpc["CidrBlock"] != network.cidr:
            yield f"{path}.cidr: the file has {network.cidr}, and the VPC was made with {vpc['CidrBlock']}"
        there, named = ranges(vpc), {*network.cidrs}
        for cidr in sorted(named - there - {network.cidr}):
            yield f"{path}.further_cidrs: the file has {cidr}, and the VPC has {', '.join(sorted(there))}"
        for cidr in sorted(there - named - {vpc["CidrBlock"]}):
            yield f"{path}.further_cidrs: the VPC has {cidr} too"
        return
    yield f"{path}.vpc_id: there is no {network.vpc_id} in {settings.region}"


def _fit_for_a_cluster(settings: Settings, account: Account) -> Iterator[str]:
    network = existing(settings)
    if settings.cluster is None:
        raise NotAskedError
    path = "existing_network.vpc_id"
    for vpc in account.found("Vpcs", {"vpc-id": [network.vpc_id]}):
        if vpc["OwnerId"] != settings.account:
            yield f"{path}: {network.vpc_id} is shared by {vpc['OwnerId']}: nodes cannot use its default group"
    for key in ("enableDnsSupport", "enableDnsHostnames"):
        answer = account.ask("ec2", "describe_vpc_attribute", VpcId=network.vpc_id, Attribute=key)
        if not answer[f"{key[0].upper()}{key[1:]}"]["Value"]:
            yield f"{path}: {network.vpc_id} has {key}=false"


LOOKS = (
    Look("the zones of the file are there", "`aws ec2 describe-availability-zones` lists the account's", _zones),
    Look("the VPC has the ranges of the file", "write id and ranges of the VPC that is meant", _vpc),
    Look(
        "a new cluster can stand in the VPC",
        "`aws ec2 modify-vpc-attribute --vpc-id <vpc> --enable-dns-hostnames`; a shared VPC takes no nodes of podnet's",
        _fit_for_a_cluster,
    ),
)
