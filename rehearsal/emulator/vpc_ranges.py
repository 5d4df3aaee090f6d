"""EC2's AssociateVpcCidrBlock, which the emulator lacks, and all ranges of a VPC in its description."""

import ipaddress
from xml.etree import ElementTree as ET

from ministack.services import ec2

from rehearsal.emulator import query_api
from rehearsal.emulator.query_api import Query
from rehearsal.emulator.refused import RefusedError
from rehearsal.emulator.resources import lookup

_ACTION = "AssociateVpcCidrBlock"


def install() -> None:
    """Add the operation and let DescribeVpcs show what it did."""
    ec2._ACTION_MAP[_ACTION] = query_api.operation(_ACTION, _associate)
    original = ec2._ACTION_MAP["DescribeVpcs"]
    ec2._ACTION_MAP["DescribeVpcs"] = lambda query: query_api.changed(original(query), "vpcSet/item", _describe)


def _associate(query: Query) -> str:
    """Add a range to a VPC, and with it a local route to each of its tables (VPC user guide, "VPC CIDR blocks").

    Raises:
        RefusedError: If the VPC does not exist, or a range of it meets this one.
    """
    vpc, cidr = lookup.vpc(query["VpcId"][0]), query["CidrBlock"][0]
    met = [own for own in lookup.ranges_of(vpc) if own.overlaps(ipaddress.IPv4Network(cidr))]
    if met:
        raise RefusedError("InvalidVpc.Range", f"The CIDR '{cidr}' overlaps {met[0]} of {vpc['VpcId']}")
    vpc.setdefault(lookup.FURTHER, []).append(cidr)
    local = {"DestinationCidrBlock": cidr, "GatewayId": "local", "State": "active", "Origin": "CreateRouteTable"}
    for table in ec2._route_tables.values():
        if table["VpcId"] == vpc["VpcId"]:
            table["Routes"].append(dict(local))
    return f"<vpcId>{vpc['VpcId']}</vpcId>"


def _describe(element: ET.Element, tag: str) -> None:
    vpc = lookup.vpc(element.findtext(f"{tag}vpcId"))
    associations = element.find(f"{tag}cidrBlockAssociationSet")
    for number, cidr in enumerate(vpc.get(lookup.FURTHER, ())):
        if associations is not None:
            item = ET.SubElement(associations, f"{tag}item")
            ET.SubElement(item, f"{tag}cidrBlock").text = cidr
            ET.SubElement(item, f"{tag}associationId").text = f"vpc-cidr-assoc-{number}{vpc['VpcId'][5:]}"
            state = ET.SubElement(item, f"{tag}cidrBlockState")
            ET.SubElement(state, f"{tag}state").text = "associated"
