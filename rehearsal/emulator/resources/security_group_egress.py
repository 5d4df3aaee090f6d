"""AWS::EC2::SecurityGroupEgress."""

from rehearsal.emulator.resources.security_group_rule import SecurityGroupRule


class SecurityGroupEgress(SecurityGroupRule):
    """A rule for what goes out."""

    name = "AWS::EC2::SecurityGroupEgress"
    direction = "Egress"
    stored = "IpPermissionsEgress"
    replaced_by = (*SecurityGroupRule.replaced_by, "DestinationPrefixListId", "DestinationSecurityGroupId")
