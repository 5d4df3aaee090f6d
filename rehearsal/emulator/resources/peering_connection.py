"""AWS::EC2::VPCPeeringConnection."""

import itertools
from typing import Any

from ministack.core.responses import get_account_id, get_region, request_scope
from ministack.services import ec2, iam
from ministack.services.cloudformation import provisioners

from rehearsal.emulator.operations import call_ec2, text_of
from rehearsal.emulator.refused import RefusedError
from rehearsal.emulator.resources import lookup
from rehearsal.emulator.resources.resource_type import Made, Properties, ResourceType


class PeeringConnection(ResourceType):
    """A VPC peering connection, accepted by CloudFormation itself.

    In the same account it accepts without more ("accepted without a peering role"), in another one it assumes
    `PeerRoleArn`, which must exist there (CloudFormation reference, AWS::EC2::VPCPeeringConnection).
    """

    name = "AWS::EC2::VPCPeeringConnection"
    replaced_by = ("PeerOwnerId", "PeerRegion", "PeerRoleArn", "PeerVpcId", "VpcId", "AssumeRoleRegion")

    def create(self, logical_id: str, properties: Properties, stack: str) -> Made:
        """Ask for the connection and accept it on the peer's side.

        Raises:
            RefusedError: If a VPC does not exist, the ranges overlap, the two are connected already, or the accepter
                role is missing.
        """
        account, region = get_account_id(), get_region()
        owner = properties.get("PeerOwnerId") or account
        far = properties.get("PeerRegion") or region
        mine = lookup.vpc(properties.get("VpcId"))
        theirs = ec2._vpcs.get_scoped(owner, far, properties.get("PeerVpcId"))
        if theirs is None:
            raise RefusedError("InvalidVpcID.NotFound", f"The vpc ID '{properties.get('PeerVpcId')}' does not exist")
        self._check_ranges(mine, theirs)
        self._check_connected(mine["VpcId"], theirs["VpcId"])
        self._check_role(owner, account, properties.get("PeerRoleArn"))
        answer = call_ec2(
            "CreateVpcPeeringConnection",
            VpcId=mine["VpcId"],
            PeerVpcId=theirs["VpcId"],
            PeerOwnerId=owner,
            PeerRegion=far,
        )
        connection = text_of(answer, "vpcPeeringConnectionId")
        with request_scope(owner, far):
            call_ec2("AcceptVpcPeeringConnection", VpcPeeringConnectionId=connection)
        provisioners._ec2_apply_tags(connection, properties)
        return connection, {"Id": connection}

    def update(self, physical_id: str, old: Properties, new: Properties, stack: str, logical_id: str) -> Made:
        """Change the tags."""
        provisioners._ec2_apply_tags(physical_id, new, old)
        return physical_id, {"Id": physical_id}

    def delete(self, physical_id: str, properties: Properties) -> None:
        """Delete the connection; its routes turn into black holes, as on AWS."""
        if physical_id in ec2._vpc_peering:
            call_ec2("DeleteVpcPeeringConnection", VpcPeeringConnectionId=physical_id)

    @staticmethod
    def _check_ranges(mine: dict[str, Any], theirs: dict[str, Any]) -> None:
        for ours, other in itertools.product(lookup.ranges_of(mine), lookup.ranges_of(theirs)):
            if ours.overlaps(other):
                raise RefusedError("OverlappingVpcCidrs", f"the VPCs have overlapping CIDR ranges {ours} and {other}")

    @staticmethod
    def _check_connected(mine: str, theirs: str) -> None:
        """Refuse a second connection between two VPCs (EC2 API reference, error codes)."""
        for record in lookup.connections(mine):
            if theirs in (record["RequesterVpcInfo"]["VpcId"], record["AccepterVpcInfo"]["VpcId"]):
                words = f"{record['VpcPeeringConnectionId']} between {mine} and {theirs} already exists"
                raise RefusedError("VpcPeeringConnectionAlreadyExists", words)

    @staticmethod
    def _check_role(owner: str, account: str, role_arn: str | None) -> None:
        if owner == account:
            return
        role = (role_arn or "").rpartition("/")[2]
        if not iam._roles.get_scoped(owner, "", role):
            raise RefusedError("AccessDenied", f"account {owner} must have the accepter role, got {role_arn!r}")
