"""Ports of rules, and rules between two groups."""

import aws_cdk as cdk
import pytest
from aws_cdk import assertions
from aws_cdk import aws_ec2 as ec2

from podnet.pod_security_group import SharedPodGroup, admit, let_out, port


@pytest.mark.parametrize(
    ("given", "rule"),
    [
        (("tcp", 443), ("tcp", 443, 443)),
        (("tcp", 9000, 9010), ("tcp", 9000, 9010)),
        (("udp", 53), ("udp", 53, 53)),
        (("udp", 53, 54), ("udp", 53, 54)),
        (("icmp",), ("icmp", -1, -1)),
        (("all",), ("-1", None, None)),
    ],
    ids=str,
)
def test_a_port_is_what_the_rule_says(given, rule):
    """Protocol, first and last port; all of them where there is none."""
    made = port(*given).to_rule_json()
    assert (made["ipProtocol"], made.get("fromPort"), made.get("toPort")) == rule


@pytest.mark.parametrize(("given", "got"), [(("tcp",), "None with tcp"), (("sctp", 5), "5 with sctp")])
def test_what_would_open_something_else_is_refused(given, got):
    """Every port, or those of UDP."""
    with pytest.raises(ValueError, match=f"port must be given with tcp or udp, got {got}"):
        port(*given)


def test_each_direction_names_both_groups_and_why():
    """Ours lets in what comes from theirs, and out what goes there."""
    stack = cdk.Stack()
    admit(stack, "In", group="sg-ours", source="sg-theirs", port=ec2.Port.tcp_range(1, 2), why="in")
    let_out(stack, "Out", group="sg-ours", target="sg-theirs", port=ec2.Port.udp(53), why="out")
    resources = assertions.Template.from_stack(stack).to_json()["Resources"].values()
    made = {one["Type"]: one["Properties"] for one in resources}
    rule = {"GroupId": "sg-ours", "IpProtocol": "tcp", "FromPort": 1, "ToPort": 2, "Description": "in"}
    assert made["AWS::EC2::SecurityGroupIngress"] == {**rule, "SourceSecurityGroupId": "sg-theirs"}
    rule = {"GroupId": "sg-ours", "IpProtocol": "udp", "FromPort": 53, "ToPort": 53, "Description": "out"}
    assert made["AWS::EC2::SecurityGroupEgress"] == {**rule, "DestinationSecurityGroupId": "sg-theirs"}


@pytest.mark.parametrize(("given", "admitted"), [({}, {53}), ({"probes_through_vpc": True}, {53, 0})])
def test_the_shared_group_admits_probes_where_they_are_asked_for(given, admitted):
    """In the standard mode they never leave the node."""
    stack = cdk.Stack()
    vpc = ec2.Vpc.from_vpc_attributes(stack, "Vpc", vpc_id="vpc-ours", availability_zones=["a"])
    SharedPodGroup(stack, "Shared", vpc=vpc, cluster_security_group_id="sg-nodes", **given)
    rules = assertions.Template.from_stack(stack).find_resources("AWS::EC2::SecurityGroupIngress").values()
    assert {rule["Properties"]["FromPort"] for rule in rules} == admitted


def test_the_shared_group_lets_nothing_out_but_dns():
    """Every pod with a group of its own has it: a rule for everything would undo the egress rules of the file."""
    stack = cdk.Stack()
    vpc = ec2.Vpc.from_vpc_attributes(stack, "Vpc", vpc_id="vpc-ours", availability_zones=["a"])
    SharedPodGroup(stack, "Shared", vpc=vpc, cluster_security_group_id="sg-nodes")
    template = assertions.Template.from_stack(stack)
    (group,) = template.find_resources("AWS::EC2::SecurityGroup").values()
    assert [rule["CidrIp"] for rule in group["Properties"]["SecurityGroupEgress"]] == ["255.255.255.255/32"]
    out = [rule["Properties"] for rule in template.find_resources("AWS::EC2::SecurityGroupEgress").values()]
    assert {(rule["DestinationSecurityGroupId"], rule["FromPort"], rule["ToPort"]) for rule in out} == {
        ("sg-nodes", 53, 53)
    }
