"""EC2's ModifyVpcPeeringConnectionOptions, which the emulator lacks, and its result in the description."""

from typing import Any, cast
from xml.etree import ElementTree as ET

from ministack.core import iam_actions
from ministack.core.responses import get_account_id, get_region
from ministack.services import ec2

Reply = tuple[int, dict[str, str], bytes]
Query = dict[str, list[str]]

_ACTION = "ModifyVpcPeeringConnectionOptions"
_OPTION = "AllowDnsResolutionFromRemoteVpc"
_SIDES = {"Requester": "RequesterVpcInfo", "Accepter": "AccepterVpcInfo"}
_XMLNS = "http://ec2.amazonaws.com/doc/2016-11-15/"


def install() -> None:
    """Add the operation and let the description show what was set."""
    ec2._ACTION_MAP[_ACTION] = _modify
    original = ec2._ACTION_MAP["DescribeVpcPeeringConnections"]
    ec2._ACTION_MAP["DescribeVpcPeeringConnections"] = lambda query: _with_options(original(query))
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


def _modify(query: Query) -> Reply:
    """Store the option of each side that is the caller's own; AWS lets each owner change its side only."""
    connection_id = query.get("VpcPeeringConnectionId", [""])[0]
    connection = ec2._vpc_peering.get(connection_id)
    if connection is None:
        return _error("InvalidVpcPeeringConnectionID.NotFound", f"The ID '{connection_id}' does not exist")
    if connection["Status"]["Code"] != "active":
        return _error("OperationNotPermitted", f"{connection_id} is not active")
    wanted = {
        side: query[name][0].lower() == "true"
        for side in _SIDES
        if (name := f"{side}PeeringConnectionOptions.{_OPTION}") in query
    }
    for side in wanted:
        info = connection[_SIDES[side]]
        if (info["OwnerId"], info["Region"]) != (get_account_id(), get_region()):
            return _error("OperationNotPermitted", f"User {get_account_id()} cannot modify options of the {side}")
    for info in (connection[key] for key in _SIDES.values()):  # each side has a record of its own
        record = ec2._vpc_peering.get_scoped(info["OwnerId"], info["Region"], connection_id)
        for side, value in wanted.items():
            record[_SIDES[side]][_OPTION] = value
    return 200, {"Content-Type": "text/xml"}, _document("ModifyVpcPeeringConnectionOptionsResponse", "")


def _with_options(reply: Reply) -> Reply:
    """Add to each connection of an answer its options and the ranges of its VPCs."""
    status, headers, body = reply
    root = ET.fromstring(body)  # noqa: S314  (the emulator's own answer)
    namespace = root.tag.partition("}")[0].strip("{") if root.tag.startswith("{") else ""
    tag = f"{{{namespace}}}" if namespace else ""
    ET.register_namespace("", namespace or _XMLNS)
    for item in root.findall(f"{tag}vpcPeeringConnectionSet/{tag}item"):
        connection = ec2._vpc_peering[item.findtext(f"{tag}vpcPeeringConnectionId")]
        for key in _SIDES.values():
            element = item.find(f"{tag}{key[0].lower()}{key[1:]}")
            if element is not None:
                _describe(element, tag, connection[key])
    return status, headers, ET.tostring(root, xml_declaration=True, encoding="utf-8")


def _describe(element: ET.Element, tag: str, info: dict[str, Any]) -> None:
    vpc = ec2._vpcs.get_scoped(info["OwnerId"], info["Region"], info["VpcId"])
    if vpc:
        ET.SubElement(element, f"{tag}cidrBlock").text = vpc["CidrBlock"]
    options = ET.SubElement(element, f"{tag}peeringOptions")
    ET.SubElement(options, f"{tag}allowDnsResolutionFromRemoteVpc").text = str(info.get(_OPTION, False)).lower()


def _error(code: str, message: str) -> Reply:
    content = f"<Errors><Error><Code>{code}</Code><Message>{message[:300]}</Message></Error></Errors>"
    return 400, {"Content-Type": "text/xml"}, _document("Response", content)


def _document(name: str, content: str) -> bytes:
    return f'<{name} xmlns="{_XMLNS}"><requestId>rehearsal</requestId>{content}<return>true</return></{name}>'.encode()
