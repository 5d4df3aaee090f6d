"""Things of EC2 by id, or the refusal that AWS answers with."""

import ipaddress
from typing import Any

from ministack.services import ec2

from rehearsal.emulator.refused import RefusedError

Record = dict[str, Any]
FURTHER = "FurtherCidrBlocks"
"""Key of the ranges of a VPC but for the primary one; the emulator itself knows one."""


def vpc(vpc_id: str | None) -> Record:
    """Give a VPC of the current account and region."""
    return _get(ec2._vpcs, vpc_id, "InvalidVpcID.NotFound", "vpc ID")


def subnet(subnet_id: str | None) -> Record:
    """Give a subnet."""
    return _get(ec2._subnets, subnet_id, "InvalidSubnetID.NotFound", "subnet ID")


def route_table(table_id: str | None) -> Record:
    """Give a route table."""
    return _get(ec2._route_tables, table_id, "InvalidRouteTableID.NotFound", "routeTable ID")


def security_group(group_id: str | None) -> Record:
    """Give a security group."""
    return _get(ec2._security_groups, group_id, "InvalidGroup.NotFound", "security group")


def ranges_of(record: Record) -> list[ipaddress.IPv4Network]:
    """Give the ranges of a VPC, the primary one first."""
    return [*map(ipaddress.IPv4Network, (record["CidrBlock"], *record.get(FURTHER, ())))]


def connections(vpc_id: str) -> list[Record]:
    """Give the active peering connections of a VPC."""
    sides = ("RequesterVpcInfo", "AccepterVpcInfo")
    return [
        record
        for record in ec2._vpc_peering.values()
        if record["Status"]["Code"] == "active" and any(record[side]["VpcId"] == vpc_id for side in sides)
    ]


def _get(store: Any, key: str | None, code: str, what: str) -> Record:  # noqa: ANN401  (the emulator's own store)
    found: Record | None = store.get(key or "")
    if found is None:
        raise RefusedError(code, f"The {what} '{key}' does not exist")
    return found
