"""AWS::EC2::VPC with all that it returns."""

from ministack.services import ec2

from rehearsal.emulator.resources.resource_type import Made, Properties, ResourceType


class Vpc(ResourceType):
    """A VPC; its range is among its return values (CloudFormation reference, AWS::EC2::VPC)."""

    name = "AWS::EC2::VPC"
    stricter = True

    def create(self, logical_id: str, properties: Properties, stack: str) -> Made:
        """Make it."""
        return self._whole(super().create(logical_id, properties, stack))

    def update(self, physical_id: str, old: Properties, new: Properties, stack: str, logical_id: str) -> Made:
        """Change it in place."""
        return self._whole(super().update(physical_id, old, new, stack, logical_id))

    @staticmethod
    def _whole(made: Made) -> Made:
        vpc_id, values = made
        return vpc_id, {**values, "CidrBlock": ec2._vpcs[vpc_id]["CidrBlock"]}
