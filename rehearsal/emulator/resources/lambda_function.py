"""AWS::Lambda::Function, as strict as Lambda where a function is in a VPC."""

from ministack.services import lambda_svc

from rehearsal.emulator import rights
from rehearsal.emulator.refused import RefusedError
from rehearsal.emulator.resources import lookup
from rehearsal.emulator.resources.resource_type import Made, Properties, ResourceType

# Lambda developer guide, "Giving Lambda functions access to resources in an Amazon VPC", required IAM permissions
_INTERFACES = ("CreateNetworkInterface", "DescribeNetworkInterfaces", "DeleteNetworkInterface")


class LambdaFunction(ResourceType):
    """A function; the emulator's own type drops `VpcConfig`, and so asks for nothing that belongs to it."""

    name = "AWS::Lambda::Function"
    stricter = True

    def check(self, properties: Properties) -> None:
        """Look at its place in a VPC.

        Raises:
            RefusedError: If its subnets or groups do not exist, or its role does not let Lambda make interfaces there.
        """
        network = properties.get("VpcConfig") or {}
        for subnet in network.get("SubnetIds", []):
            lookup.subnet(subnet)
        for group in network.get("SecurityGroupIds", []):
            lookup.security_group(group)
        for action in _INTERFACES if network.get("SubnetIds") else ():
            if not rights.allows(str(properties.get("Role", "")), f"ec2:{action}"):
                why = f"The provided execution role does not have permissions to call {action} on EC2"
                raise RefusedError("InvalidParameterValueException", why)

    def create(self, logical_id: str, properties: Properties, stack: str) -> Made:
        """Make the function, and keep where it is."""
        return _placed(super().create(logical_id, properties, stack), properties)

    def update(self, physical_id: str, old: Properties, new: Properties, stack: str, logical_id: str) -> Made:
        """Change code or configuration."""
        return _placed(super().update(physical_id, old, new, stack, logical_id), new)


def _placed(made: Made, properties: Properties) -> Made:
    """Keep where the function is."""
    if network := properties.get("VpcConfig"):
        subnets, groups = network.get("SubnetIds", []), network.get("SecurityGroupIds", [])
        vpc = lookup.subnet(subnets[0])["VpcId"] if subnets else ""
        lambda_svc._functions[made[0]]["config"]["VpcConfig"] = {
            "SubnetIds": list(subnets),
            "SecurityGroupIds": list(groups),
            "VpcId": vpc,
        }
    return made
