"""What the two types of single security group rules share."""

from typing import ClassVar

from ministack.services import ec2

from rehearsal.emulator.operations import call_ec2, text_of
from rehearsal.emulator.refused import RefusedError
from rehearsal.emulator.resources import lookup, rules
from rehearsal.emulator.resources.resource_type import Made, Properties, ResourceType

_PERMISSION = "IpPermissions__1__"


class SecurityGroupRule(ResourceType):
    """One rule of a security group.

    Attributes:
        direction: `Ingress` or `Egress`.
        stored: Key of the rules in EC2's record of a group.
    """

    direction: ClassVar[str]
    stored: ClassVar[str]
    replaced_by: ClassVar[tuple[str, ...]] = ("CidrIp", "CidrIpv6", "FromPort", "GroupId", "IpProtocol", "ToPort")

    def create(self, logical_id: str, properties: Properties, stack: str) -> Made:
        """Add the rule.

        Raises:
            RefusedError: If a group does not exist, its VPC is not peered, the description has characters that EC2 does
                not take, the rule exists or the quota is used up.
        """
        group = lookup.security_group(properties.get("GroupId"))
        rules.check_rule(group["VpcId"], properties)
        before = len(group[self.stored])
        rules.check_number(before + 1)
        answer = call_ec2(f"AuthorizeSecurityGroup{self.direction}", **self._query(properties))
        stored = group[self.stored]
        there = [rules.identity(one) for one in stored[:before]]
        if len(stored) == before or rules.identity(stored[-1]) in there:
            del stored[before:]
            raise RefusedError(
                "InvalidPermission.Duplicate", f"the specified rule already exists in {group['GroupId']}"
            )
        rule = text_of(answer, "securityGroupRuleId")
        return rule, {"Id": rule}

    def update(self, physical_id: str, old: Properties, new: Properties, stack: str, logical_id: str) -> Made:
        """Change the description, the only property that can be changed: take the rule away and add it again."""
        self.delete(physical_id, old)
        return self.create(logical_id, new, stack)

    def delete(self, physical_id: str, properties: Properties) -> None:
        """Take the rule away."""
        group = ec2._security_groups.get(properties.get("GroupId"))
        if group and any(rule.get("SecurityGroupRuleId") == physical_id for rule in group[self.stored]):
            action = f"RevokeSecurityGroup{self.direction}"
            call_ec2(action, GroupId=group["GroupId"], SecurityGroupRuleId__1=physical_id)

    @staticmethod
    def _query(rule: Properties) -> dict[str, object]:
        """Give a rule's properties as the query API writes them."""
        pairs = {
            "IpProtocol": rule["IpProtocol"],
            "FromPort": rule.get("FromPort"),
            "ToPort": rule.get("ToPort"),
            "IpRanges__1__CidrIp": rule.get("CidrIp"),
            "IpRanges__1__Description": rule.get("Description") if rule.get("CidrIp") else None,
            "Ipv6Ranges__1__CidrIpv6": rule.get("CidrIpv6"),
        }
        group = rule.get("SourceSecurityGroupId") or rule.get("DestinationSecurityGroupId")
        if group:
            pairs["Groups__1__GroupId"] = group
            pairs["Groups__1__UserId"] = rule.get("SourceSecurityGroupOwnerId")
            pairs["Groups__1__Description"] = rule.get("Description")
        if listed := rule.get("SourcePrefixListId") or rule.get("DestinationPrefixListId"):
            pairs["PrefixListIds__1__PrefixListId"] = listed
            pairs["PrefixListIds__1__Description"] = rule.get("Description")
        return {"GroupId": rule["GroupId"], **{_PERMISSION + name: value for name, value in pairs.items()}}
