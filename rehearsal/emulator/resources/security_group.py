"""AWS::EC2::SecurityGroup, as strict as EC2."""

from ministack.services import ec2

from rehearsal.emulator.refused import RefusedError
from rehearsal.emulator.resources import lookup, rules
from rehearsal.emulator.resources.resource_type import Made, Properties, ResourceType


class SecurityGroup(ResourceType):
    """A security group whose VPC and referenced groups exist, and that goes only when nothing refers to it."""

    name = "AWS::EC2::SecurityGroup"
    stricter = True

    def create(self, logical_id: str, properties: Properties, stack: str) -> Made:
        """Make it.

        Raises:
            RefusedError: If the VPC or a referenced group does not exist, there are too many rules, or EC2
                does not take the name or a description.
        """
        vpc = lookup.vpc(properties.get("VpcId"))
        _check_name(properties.get("GroupName") or f"{stack}-{logical_id}")
        self._check(vpc["VpcId"], properties)
        return super().create(logical_id, properties, stack)

    def update(self, physical_id: str, old: Properties, new: Properties, stack: str, logical_id: str) -> Made:
        """Change rules and tags.

        Raises:
            RefusedError: As `create`.
        """
        self._check(new["VpcId"], new)
        return super().update(physical_id, old, new, stack, logical_id)

    def delete(self, physical_id: str, properties: Properties) -> None:
        """Delete it.

        Raises:
            RefusedError: If a rule of another group refers to it, or an interface carries it; EC2 answers so until that
                is gone.
        """
        for interface in ec2._network_interfaces.values():
            if any(group["GroupId"] == physical_id for group in interface["Groups"]):
                held = interface["NetworkInterfaceId"]
                raise RefusedError("DependencyViolation", f"resource {physical_id} has a dependent object: {held}")
        for other in ec2._security_groups.values():
            if other["GroupId"] != physical_id and physical_id in rules.referenced_groups(other):
                raise RefusedError(
                    "DependencyViolation", f"resource {physical_id} has a dependent object: {other['GroupId']}"
                )
        super().delete(physical_id, properties)

    @staticmethod
    def _check(vpc_id: str, properties: Properties) -> None:
        rules.check_description(properties["GroupDescription"])
        for kind in ("SecurityGroupIngress", "SecurityGroupEgress"):
            listed = properties.get(kind) or []
            for rule in listed:
                rules.check_rule(vpc_id, rule)
            rules.check_number(len(listed))


def _check_name(name: str) -> None:
    """Refuse a name that could be an id (EC2 API, CreateSecurityGroup); CloudFormation makes it of the stack's name."""
    if name.startswith("sg-"):
        words = f"Value ({name}) for parameter GroupName is invalid. Group names may not be in the format sg-*."
        raise RefusedError("InvalidParameterValue", words)
