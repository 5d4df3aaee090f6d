"""AWS::EC2::SecurityGroupIngress."""

from rehearsal.emulator.resources.security_group_rule import SecurityGroupRule


class SecurityGroupIngress(SecurityGroupRule):
    """A rule for what comes in."""

    name = "AWS::EC2::SecurityGroupIngress"
    direction = "Ingress"
    stored = "IpPermissions"
    replaced_by = (
        *SecurityGroupRule.replaced_by,
        "SourcePrefixListId",
        "SourceSecurityGroupId",
        "SourceSecurityGroupOwnerId",
    )
