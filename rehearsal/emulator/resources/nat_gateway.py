"""AWS::EC2::NatGateway."""

from ministack.services import ec2
from ministack.services.cloudformation import provisioners

from rehearsal.emulator.operations import call_ec2, text_of
from rehearsal.emulator.refused import RefusedError
from rehearsal.emulator.resources import lookup
from rehearsal.emulator.resources.resource_type import Made, Properties, ResourceType


class NatGateway(ResourceType):
    """A NAT gateway; a public one needs an elastic IP address of its own."""

    name = "AWS::EC2::NatGateway"
    replaced_by = ("AllocationId", "ConnectivityType", "PrivateIpAddress", "SubnetId")

    def create(self, logical_id: str, properties: Properties, stack: str) -> Made:
        """Make it.

        Raises:
            RefusedError: If subnet or address do not exist, or another NAT gateway has the address.
        """
        lookup.subnet(properties.get("SubnetId"))
        kind, allocation = properties.get("ConnectivityType", "public"), properties.get("AllocationId")
        if kind == "public" and allocation not in ec2._addresses:
            raise RefusedError("InvalidAllocationID.NotFound", f"The allocation ID '{allocation}' does not exist")
        others = ec2._nat_gateways.values()
        if allocation and any(o["AllocationId"] == allocation and o["State"] == "available" for o in others):
            raise RefusedError("Resource.AlreadyAssociated", f"elastic IP address {allocation} is already associated")
        answer = call_ec2(
            "CreateNatGateway", SubnetId=properties["SubnetId"], AllocationId=allocation, ConnectivityType=kind
        )
        gateway = text_of(answer, "natGatewayId")
        provisioners._ec2_apply_tags(gateway, properties)
        return gateway, {"NatGatewayId": gateway}

    def update(self, physical_id: str, old: Properties, new: Properties, stack: str, logical_id: str) -> Made:
        """Change the tags."""
        provisioners._ec2_apply_tags(physical_id, new, old)
        return physical_id, {"NatGatewayId": physical_id}

    def delete(self, physical_id: str, properties: Properties) -> None:
        """Delete it."""
        if physical_id in ec2._nat_gateways:
            call_ec2("DeleteNatGateway", NatGatewayId=physical_id)
