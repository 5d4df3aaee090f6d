"""AWS::EC2::EIP."""

from typing import Any

from ministack.services import ec2
from ministack.services.cloudformation import provisioners

from rehearsal.emulator.operations import call_ec2, text_of
from rehearsal.emulator.resources.resource_type import Made, Properties, ResourceType


class ElasticIp(ResourceType):
    """An elastic IP address; its physical id is the address, as CloudFormation's `Ref` gives it."""

    name = "AWS::EC2::EIP"
    replaced_by = ("Domain", "NetworkBorderGroup")

    def create(self, logical_id: str, properties: Properties, stack: str) -> Made:
        """Allocate the address."""
        answer = call_ec2("AllocateAddress", Domain=properties.get("Domain", "vpc"))
        address, allocation = text_of(answer, "publicIp"), text_of(answer, "allocationId")
        provisioners._ec2_apply_tags(allocation, properties)
        return address, {"AllocationId": allocation, "PublicIp": address}

    def update(self, physical_id: str, old: Properties, new: Properties, stack: str, logical_id: str) -> Made:
        """Change the tags."""
        allocation = self._allocation(physical_id)
        provisioners._ec2_apply_tags(allocation, new, old)
        return physical_id, {"AllocationId": allocation, "PublicIp": physical_id}

    def delete(self, physical_id: str, properties: Properties) -> None:
        """Release the address."""
        allocation = self._allocation(physical_id)
        if allocation:
            call_ec2("ReleaseAddress", AllocationId=allocation)

    @staticmethod
    def _allocation(address: str) -> str:
        records: list[dict[str, Any]] = list(ec2._addresses.values())
        return next((record["AllocationId"] for record in records if record["PublicIp"] == address), "")
