"""What EC2 demands of security group rules."""

import re
from typing import Any

from ministack.core.responses import get_account_id, get_region
from ministack.services import ec2

from rehearsal.emulator import prefix_lists, transit_gateways
from rehearsal.emulator.refused import RefusedError
from rehearsal.emulator.resources import lookup

# EC2 API, CreateSecurityGroup ("GroupDescription") and IpRange ("Description")
_DESCRIPTION = re.compile(r"[-A-Za-z0-9 ._:/()#,@\[\]+=&;{}!$*]{0,255}")
_ENDS = {"IpRanges": "CidrIp", "Ipv6Ranges": "CidrIpv6", "UserIdGroupPairs": "GroupId", "PrefixListIds": "PrefixListId"}
_MOST = 60  # inbound or outbound rules of a group, default quota (VPC user guide, "Amazon VPC quotas")


def check_description(text: str) -> None:
    """Refuse what EC2 does not take as the description of a group or of a rule, such as an apostrophe.

    Raises:
        RefusedError: If a character is not allowed, or there are more than 255.
    """
    if not _DESCRIPTION.fullmatch(text):
        allowed = "strings less than 256 characters from the following set: a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*"
        raise RefusedError("InvalidParameterValue", f"Invalid description {text!r}. Valid descriptions are {allowed}")


def check_number(number: int) -> None:
    """Refuse more rules of one direction than the default quota allows.

    Raises:
        RefusedError: If there are more than 60.
    """
    if number > _MOST:
        raise RefusedError("RulesPerSecurityGroupLimitExceeded", f"{number} rules are more than {_MOST}")


def check_rule(vpc_id: str, rule: dict[str, Any]) -> None:
    """Refuse a rule of a group in `vpc_id` for its description or its other end.

    Raises:
        RefusedError: As `check_description` and `check_reference`.
    """
    check_description(rule.get("Description") or "")
    check_reference(vpc_id, rule)


def check_reference(vpc_id: str, rule: dict[str, Any]) -> None:
    """Refuse a rule whose other end is a group that cannot be named from `vpc_id`, or a prefix list that is not there.

    A group of another VPC can be named where a peering connection between the two is active and both are in the same
    region (VPC peering guide, "Update your security groups to reference peer security groups"). What comes in may also
    come from one where both are attached to a transit gateway that has security group referencing, as all of them have
    here; outbound rules do not take such a group (Transit gateways guide, "Security group referencing").

    Raises:
        RefusedError: If the group does not exist or its VPC is not peered; if the list does not exist.
    """
    if listed := rule.get("SourcePrefixListId") or rule.get("DestinationPrefixListId"):
        prefix_lists.check(listed)
    group_id = rule.get("SourceSecurityGroupId") or rule.get("DestinationSecurityGroupId")
    if not group_id:
        return
    owner = rule.get("SourceSecurityGroupOwnerId") or get_account_id()
    found = ec2._security_groups.get_scoped(owner, get_region(), group_id)
    if found is None:
        raise RefusedError("InvalidGroup.NotFound", f"The security group '{group_id}' does not exist")
    peers = {
        record[side]["VpcId"]
        for record in lookup.connections(vpc_id)
        for side in ("RequesterVpcInfo", "AccepterVpcInfo")
    }
    by_gateway = transit_gateways.neighbours(vpc_id) if rule.get("SourceSecurityGroupId") else set()
    if found["VpcId"] not in {vpc_id, *peers, *by_gateway}:
        raise RefusedError(
            "InvalidGroup.NotFound",
            f"You have specified two resources that belong to different networks: {vpc_id}, {group_id}",
        )


def identity(stored: dict[str, Any]) -> tuple[object, ...]:
    """Give what makes a rule another one than the rest of its group; a description does not (londonaicentre/FLIP#886).

    The emulator's own comparison forgets that for rules that name a group.
    """
    ends = [one.get(key) for kind, key in _ENDS.items() for one in stored.get(kind, [])]
    return stored.get("IpProtocol"), stored.get("FromPort"), stored.get("ToPort"), *ends


def referenced_groups(group: dict[str, Any]) -> set[str]:
    """Give the ids of the groups that the rules of a group name."""
    return {
        pair.get("GroupId", "")
        for direction in ("IpPermissions", "IpPermissionsEgress")
        for permission in group.get(direction, [])
        for pair in permission.get("UserIdGroupPairs", [])
    }
