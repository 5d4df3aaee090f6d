"""EC2's ModifyVpcPeeringConnectionOptions, which the emulator lacks, and its result in the description."""

from typing import Any, cast
from xml.etree import ElementTree as ET

from ministack.core import iam_actions
from ministack.core.responses import get_account_id, get_region
from ministack.services import ec2

from rehearsal.emulator import query_api
from rehearsal.emulator.query_api import Query
from rehearsal.emulator.refused import RefusedError
from rehearsal.emulator.resources import lookup

_ACTION = "ModifyVpcPeeringConnectionOptions"
_OPTION = "AllowDnsResolutionFromRemoteVpc"
_SIDES = {"Requester": "RequesterVpcInfo", "Accepter": "AccepterVpcInfo"}


def install() -> None:
    """Add the operation and let the description show what was set."""
    ec2._ACTION_MAP[_ACTION] = query_api.operation(_ACTION, _modify)
    original, items = ec2._ACTION_MAP["DescribeVpcPeeringConnections"], "vpcPeeringConnectionSet/item"
    ec2._ACTION_MAP["DescribeVpcPeeringConnections"] = lambda query: query_api.changed(original(query), items, _show)
    _judge_by_connection()


def _judge_by_connection() -> None:
    """Let IAM judge the operation on the connection's ARN (Service Authorization Reference, Amazon EC2)."""
    original = iam_actions.extract_resource_arn

    def resource_arn(service: str, *request: object) -> str:
        query, region, account = cast("tuple[dict[str, Any], str, str]", request[-3:])
        if service == "ec2" and _first(query.get("Action")) == _ACTION:
            return f"arn:aws:ec2:{region}:{account}:vpc-peering-connection/{_first(query['VpcPeeringConnectionId'])}"
        return cast("str", original(service, *request))

    iam_actions.extract_resource_arn = resource_arn


def _first(value: object) -> object:
    """Give the first of a query's values, which the router hands over with or without a list around them."""
    return value[0] if isinstance(value, list) and value else value


def _modify(query: Query) -> str:
    """Store the option of each side that is the caller's own; AWS lets each owner change its side only.

    Raises:
        RefusedError: If there is no such connection, it is not active, or a side is another's.
    """
    connection_id = query.get("VpcPeeringConnectionId", [""])[0]
    connection = ec2._vpc_peering.get(connection_id)
    if connection is None:
        raise RefusedError("InvalidVpcPeeringConnectionID.NotFound", f"The ID '{connection_id}' does not exist")
    if connection["Status"]["Code"] != "active":
        raise RefusedError("OperationNotPermitted", f"{connection_id} is not active")
    wanted = {
        side: query[name][0].lower() == "true"
        for side in _SIDES
        if (name := f"{side}PeeringConnectionOptions.{_OPTION}") in query
    }
    for side in wanted:
        info = connection[_SIDES[side]]
        if (info["OwnerId"], info["Region"]) != (get_account_id(), get_region()):
            raise RefusedError("OperationNotPermitted", f"User {get_account_id()} cannot modify options of the {side}")
    for info in (connection[key] for key in _SIDES.values()):  # each side has a record of its own
        record = ec2._vpc_peering.get_scoped(info["OwnerId"], info["Region"], connection_id)
        for side, value in wanted.items():
            record[_SIDES[side]][_OPTION] = value
    return "<return>true</return>"


def _show(item: ET.Element, tag: str) -> None:
    """Add to a connection of an answer its options and the ranges of its VPCs."""
    connection = ec2._vpc_peering[item.findtext(f"{tag}vpcPeeringConnectionId")]
    for key in _SIDES.values():
        element = item.find(f"{tag}{key[0].lower()}{key[1:]}")
        if element is not None:
            _describe(element, tag, connection[key])


def _describe(element: ET.Element, tag: str, info: dict[str, Any]) -> None:
    vpc = ec2._vpcs.get_scoped(info["OwnerId"], info["Region"], info["VpcId"])
    if vpc:
        ET.SubElement(element, f"{tag}cidrBlock").text = vpc["CidrBlock"]
        ranges = ET.SubElement(element, f"{tag}cidrBlockSet")
        for cidr in lookup.ranges_of(vpc):
            ET.SubElement(ET.SubElement(ranges, f"{tag}item"), f"{tag}cidrBlock").text = str(cidr)
    options = ET.SubElement(element, f"{tag}peeringOptions")
    ET.SubElement(options, f"{tag}allowDnsResolutionFromRemoteVpc").text = str(info.get(_OPTION, False)).lower()
