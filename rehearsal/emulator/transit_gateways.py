"""Transit gateways of somebody else, and EC2's attachments to them, which the emulator lacks."""

import uuid
from typing import Any

from ministack.core.responses import AccountRegionScopedDict, get_account_id
from ministack.services import ec2

from rehearsal.emulator import query_api
from rehearsal.emulator.query_api import Query
from rehearsal.emulator.refused import RefusedError
from rehearsal.emulator.resources import lookup

Record = dict[str, Any]

_KIND = "TransitGatewayVpcAttachment"
_gateways: set[str] = set()  # whoever owns one shares it with every account here
_attachments = AccountRegionScopedDict()


def install() -> None:
    """Add the operations; each attachment is accepted at once (TransitGatewayRequestOptions)."""
    for verb, run in (("Create", _create), ("Delete", _delete)):
        ec2._ACTION_MAP[f"{verb}{_KIND}"] = query_api.operation(f"{verb}{_KIND}", run)
    ec2._ACTION_MAP[f"Describe{_KIND}s"] = query_api.operation(f"Describe{_KIND}s", _describe)


def make(gateway_id: str) -> None:
    """Let there be a gateway."""
    _gateways.add(gateway_id)


def attach(gateway: str, vpc: str, subnets: list[str]) -> Record:
    """Attach a VPC of the current account and region; a peer's owner tells nobody in which subnets."""
    name = f"tgw-attach-{uuid.uuid4().hex[:17]}"
    ids = {"TransitGatewayAttachmentId": name, "TransitGatewayId": gateway, "VpcId": vpc}
    made = {**ids, "VpcOwnerId": get_account_id(), "SubnetIds": subnets, "State": "available"}
    _attachments[name] = made
    return made


def vpcs_of(gateway_id: str) -> set[str]:
    """Give the VPCs that are attached to a gateway, in whatever account."""
    return {one["VpcId"] for one in _attachments.all_values() if one["TransitGatewayId"] == gateway_id and _lives(one)}


def neighbours(vpc_id: str) -> set[str]:
    """Give the VPCs that are attached to a gateway of this one."""
    return {vpc for gateway in _gateways if vpc_id in vpcs_of(gateway) for vpc in vpcs_of(gateway)}


def _create(query: Query) -> str:
    """Attach a VPC.

    Raises:
        RefusedError: If gateway, VPC or a subnet does not exist, the VPC is attached, or two subnets share a zone.
    """
    gateway, vpc = query["TransitGatewayId"][0], query["VpcId"][0]
    subnets = query_api.values(query, "SubnetIds")
    if gateway not in _gateways:
        raise RefusedError(
            "InvalidTransitGatewayID.NotFound", f"Transit Gateway {gateway} was deleted or does not exist"
        )
    _check_subnets(vpc, subnets)
    if vpc in vpcs_of(gateway):
        raise RefusedError("DuplicateTransitGatewayAttachment", f"{gateway} has non-deleted attachments to {vpc}")
    return f"<transitGatewayVpcAttachment>{_xml(attach(gateway, vpc, subnets))}</transitGatewayVpcAttachment>"


def _check_subnets(vpc: str, subnets: list[str]) -> None:
    lookup.vpc(vpc)
    zones = [lookup.subnet(name)["AvailabilityZone"] for name in subnets or [""]]
    if len(set(zones)) < len(zones):
        raise RefusedError("DuplicateSubnetsInSameZone", f"Duplicate subnets for the same AZ: {zones}")


def _delete(query: Query) -> str:
    """Detach a VPC.

    Raises:
        RefusedError: If there is no such attachment.
    """
    name = query["TransitGatewayAttachmentId"][0]
    found: Record | None = _attachments.get(name)
    if found is None or not _lives(found):
        raise RefusedError("InvalidTransitGatewayAttachmentID.NotFound", f"The ID '{name}' does not exist")
    found["State"] = "deleted"
    return f"<transitGatewayVpcAttachment>{_xml(found)}</transitGatewayVpcAttachment>"


def _describe(_query: Query) -> str:
    """Give all attachments of the account and region; no filter is looked at."""
    items = "".join(f"<item>{_xml(one)}</item>" for one in _attachments.values())
    return f"<transitGatewayVpcAttachments>{items}</transitGatewayVpcAttachments>"


def _lives(attachment: Record) -> bool:
    return bool(attachment["State"] == "available")


def _xml(attachment: Record) -> str:
    names = ("TransitGatewayAttachmentId", "TransitGatewayId", "VpcId", "VpcOwnerId", "State")
    texts = [f"<{name[0].lower()}{name[1:]}>{attachment[name]}</{name[0].lower()}{name[1:]}>" for name in names]
    subnets = "".join(f"<item>{subnet}</item>" for subnet in attachment["SubnetIds"])
    return f"{''.join(texts)}<subnetIds>{subnets}</subnetIds>"
