"""AWS::EC2::Subnet, as strict as EC2."""

import ipaddress

from ministack.services import ec2

from rehearsal.emulator.refused import RefusedError
from rehearsal.emulator.resources import lookup
from rehearsal.emulator.resources.resource_type import Made, Properties, ResourceType

_LARGEST, _SMALLEST = 16, 28  # prefix lengths of an IPv4 subnet (VPC user guide, "Subnet sizing")


class Subnet(ResourceType):
    """A subnet inside its VPC that overlaps no other one."""

    name = "AWS::EC2::Subnet"
    stricter = True

    def create(self, logical_id: str, properties: Properties, stack: str) -> Made:
        """Make it.

        Raises:
            RefusedError: If the VPC does not exist, or the range is outside of it, of a wrong size or taken.
        """
        vpc = lookup.vpc(properties.get("VpcId"))
        cidr = ipaddress.IPv4Network(properties["CidrBlock"])
        ranges = lookup.ranges_of(vpc)
        if not _LARGEST <= cidr.prefixlen <= _SMALLEST or not any(cidr.subnet_of(own) for own in ranges):
            known = ", ".join(map(str, ranges))
            raise RefusedError("InvalidSubnet.Range", f"The CIDR '{cidr}' is invalid in {vpc['VpcId']} {known}")
        siblings = (s for s in ec2._subnets.values() if s["VpcId"] == vpc["VpcId"])
        if any(cidr.overlaps(ipaddress.IPv4Network(s["CidrBlock"])) for s in siblings):
            raise RefusedError("InvalidSubnet.Conflict", f"The CIDR '{cidr}' conflicts with another subnet")
        return super().create(logical_id, properties, stack)
