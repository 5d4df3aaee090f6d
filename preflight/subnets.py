"""Subnets of a VPC that is there already: zones, route tables, and the way to the internet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from preflight.errors import NotAskedError, NotTriedError
from preflight.look import Look
from preflight.network import existing
from preflight.routes import tables_of, target_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from preflight.account import Account
    from settings import Settings

_EVERYWHERE = "0.0.0.0/0"


def _subnets(settings: Settings, account: Account) -> Iterator[str]:
    network = existing(settings)
    found = {one["SubnetId"]: one for one in account.found("Subnets", {"subnet-id": [*network.private_subnet_ids]})}
    for i, (subnet, zone) in enumerate(zip(network.private_subnet_ids, network.availability_zones, strict=True)):
        path = f"existing_network.private_subnet_ids[{i}]"
        if subnet not in found:
            yield f"{path}: there is no {subnet} in {settings.region}"
        elif found[subnet]["VpcId"] != network.vpc_id:
            yield f"{path}: {subnet} is of {found[subnet]['VpcId']}"
        elif found[subnet]["AvailabilityZone"] != zone:
            yield f"{path}: {subnet} is in {found[subnet]['AvailabilityZone']}, and its zone in the file is {zone}"


def _route_tables(settings: Settings, account: Account) -> Iterator[str]:
    network = existing(settings)
    if not network.private_route_table_ids:
        raise NotAskedError
    found = tables_of(network, account)
    pairs = zip(network.private_subnet_ids, network.private_route_table_ids, strict=True)
    for i, (subnet, named) in enumerate(pairs):
        if found[subnet]["RouteTableId"] != named:
            path = f"existing_network.private_route_table_ids[{i}]"
            yield f"{path}: the file has {named}, and {subnet} uses {found[subnet]['RouteTableId']}"


def _way_out(settings: Settings, account: Account) -> Iterator[str]:
    network = existing(settings)
    if network.behind_nat is None:
        raise NotTriedError("the file does not say existing_network.behind_nat")
    path = "existing_network.behind_nat"
    for subnet, table in tables_of(network, account).items():
        target = target_of(table, _EVERYWHERE)
        if network.behind_nat == "isolated" and target:
            yield f"{path}: the file has isolated, and {subnet} leads to {target}"
        elif network.behind_nat is True and (not target or target.startswith("igw-")):
            yield f"{path}: the file has true, and {subnet} leads to {target or 'nothing outside'}"


LOOKS = (
    Look(
        "private subnets are the VPC's, in the zones of the file",
        "write ids and zones in the same order; `aws ec2 describe-subnets` lists them",
        _subnets,
    ),
    Look(
        "each private subnet uses the route table beside it",
        "write the tables in the order of the subnets; `aws ec2 describe-route-tables` lists them",
        _route_tables,
    ),
    Look(
        "private subnets lead to the internet as the file says",
        "write what is so, or name private subnets: with external SNAT nothing else translates the pods' addresses",
        _way_out,
    ),
)
