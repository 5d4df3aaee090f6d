"""AWS::EC2::Route, as strict as EC2."""

import ipaddress
from typing import Any

from ministack.services import ec2

from rehearsal.emulator import transit_gateways
from rehearsal.emulator.refused import RefusedError
from rehearsal.emulator.resources import lookup
from rehearsal.emulator.resources.resource_type import Made, Properties, ResourceType

_SIDES = ("RequesterVpcInfo", "AccepterVpcInfo")


class Route(ResourceType):
    """A route whose table and target exist and belong to the same VPC."""

    name = "AWS::EC2::Route"
    stricter = True

    def create(self, logical_id: str, properties: Properties, stack: str) -> Made:
        """Make it.

        Raises:
            RefusedError: If table or target do not exist, or the destination is taken or inside the VPC.
        """
        table = lookup.route_table(properties.get("RouteTableId"))
        destination = properties.get("DestinationCidrBlock")
        if any(destination and route.get("DestinationCidrBlock") == destination for route in table["Routes"]):
            raise RefusedError("RouteAlreadyExists", f"The route identified by {destination} already exists")
        self._check(table, properties)
        return super().create(logical_id, properties, stack)

    def update(self, physical_id: str, old: Properties, new: Properties, stack: str, logical_id: str) -> Made:
        """Change the target.

        Raises:
            RefusedError: As `create` does for the target.
        """
        self._check(lookup.route_table(new.get("RouteTableId")), new)
        return super().update(physical_id, old, new, stack, logical_id)

    @staticmethod
    def _check(table: dict[str, Any], properties: Properties) -> None:
        vpc = lookup.vpc(table["VpcId"])
        destination = properties.get("DestinationCidrBlock")
        ranges = lookup.ranges_of(vpc)
        if destination and any(ipaddress.IPv4Network(destination).subnet_of(own) for own in ranges):
            raise RefusedError(
                "InvalidParameterValue", f"{destination} is not less specific than the VPC's local route"
            )
        for prop, code, what, vpcs in (
            ("NatGatewayId", "InvalidNatGatewayID.NotFound", "natGateway ID", _vpcs_of_nat),
            (
                "VpcPeeringConnectionId",
                "InvalidVpcPeeringConnectionID.NotFound",
                "vpcPeeringConnection ID",
                _vpcs_of_pcx,
            ),
            ("GatewayId", "InvalidGatewayID.NotFound", "gateway ID", _vpcs_of_gateway),
            (
                "TransitGatewayId",
                "InvalidTransitGatewayID.NotFound",
                "transitGateway ID",
                # EC2 knows no gateway that the table's VPC is not attached to (aws/aws-cdk#8584)
                lambda gateway: transit_gateways.vpcs_of(gateway) & {vpc["VpcId"]},
            ),
        ):
            target = properties.get(prop)
            if not target:
                continue
            found = vpcs(target)
            if not found:
                raise RefusedError(code, f"The {what} '{target}' does not exist")
            if table["VpcId"] not in found:
                raise RefusedError(
                    "InvalidParameterValue", f"route table {table['RouteTableId']} and {target} differ in VPC"
                )


def _vpcs_of_nat(target: str) -> set[str]:
    gateway = ec2._nat_gateways.get(target)
    return {gateway["VpcId"]} if gateway and gateway["State"] == "available" else set()


def _vpcs_of_pcx(target: str) -> set[str]:
    connection = ec2._vpc_peering.get(target)
    usable = connection and connection["Status"]["Code"] in {"active", "pending-acceptance"}
    return {connection[side]["VpcId"] for side in _SIDES} if usable else set()


def _vpcs_of_gateway(target: str) -> set[str]:
    gateway = ec2._internet_gateways.get(target)
    if gateway:
        return {attachment["VpcId"] for attachment in gateway["Attachments"]}
    endpoint = ec2._vpc_endpoints.get(target)
    return {endpoint["VpcId"]} if endpoint else set()
