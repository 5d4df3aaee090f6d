"""Prefix lists in security group rules, as EC2 takes and refuses them."""

import pytest

from tests.rehearsal.observing import PREFIX_LISTS
from tests.rehearsal.templates import VPC, deployed, resource

GROUP = resource("EC2::SecurityGroup", GroupDescription="pods", VpcId={"Ref": "Vpc"})
ENDS = {"Ingress": "Source", "Egress": "Destination"}


def _rule(direction, list_id, **more):
    ends = {"GroupId": {"Ref": "Group"}, f"{ENDS[direction]}PrefixListId": list_id, **more}
    return resource(f"EC2::SecurityGroup{direction}", IpProtocol="tcp", FromPort=443, ToPort=443, **ends)


def _lists(aws, group, direction):
    (found,) = aws("ec2").describe_security_groups(GroupIds=[group])["SecurityGroups"]
    kept = found["IpPermissions" if direction == "Ingress" else "IpPermissionsEgress"]
    return [(one["PrefixListId"], one.get("Description")) for rule in kept for one in rule["PrefixListIds"]]


@pytest.mark.parametrize("direction", ENDS)
def test_a_rule_names_a_list_and_goes_alone(aws, direction):
    """Two lists are two rules; the one that goes takes the other one with it neither here nor in EC2."""
    cloudformation, name = aws("cloudformation"), f"prefix-lists-{direction.lower()}"
    one, two = (_rule(direction, list_id, Description=f"to {list_id}") for list_id in PREFIX_LISTS)
    outputs = {"Group": {"Value": {"Fn::GetAtt": ["Group", "GroupId"]}}}
    template = {"Resources": {"Vpc": VPC, "Group": GROUP, "One": one, "Two": two}, "Outputs": outputs}
    try:
        status, events = deployed(cloudformation, name, template)
        assert status == "CREATE_COMPLETE", events
        (stack,) = cloudformation.describe_stacks(StackName=name)["Stacks"]
        group = stack["Outputs"][0]["OutputValue"]
        assert sorted(_lists(aws, group, direction)) == [(list_id, f"to {list_id}") for list_id in PREFIX_LISTS]
        del template["Resources"]["One"]
        assert deployed(cloudformation, name, template, update=True)[0] == "UPDATE_COMPLETE"
        assert _lists(aws, group, direction) == [(PREFIX_LISTS[1], f"to {PREFIX_LISTS[1]}")]
    finally:
        cloudformation.delete_stack(StackName=name)


@pytest.mark.parametrize("direction", ENDS)
def test_a_list_that_is_not_there_is_refused(stack, direction):
    """As EC2 does for an id of another region."""
    rule = _rule(direction, "pl-0d1a2b3c4d5e6f7ff")
    assert "InvalidPrefixListID.NotFound" in stack(Vpc=VPC, Group=GROUP, Rule=rule)


def test_the_same_list_twice_is_refused(stack):
    """Another description is no other rule."""
    rules = {name: _rule("Egress", PREFIX_LISTS[0], Description=name) for name in ("One", "Two")}
    assert "InvalidPermission.Duplicate" in stack(Vpc=VPC, Group=GROUP, **rules)
