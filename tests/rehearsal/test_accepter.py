"""A peer of another account: the owner's template and podnet's connection, each in its own account of the emulator."""

import boto3
import pytest

from accepter.answer import Answer
from accepter.template import template
from settings import load
from settings.network import Peer
from settings.workloads import Reach
from tests.rehearsal.observing import ACCOUNT, REGION
from tests.rehearsal.templates import deployed

OWNER = "333333333333"
ROLE = f"arn:aws:iam::{OWNER}:role/peering-accepter"


@pytest.fixture
def owner(emulator):
    """A function that gives a boto3 client in the owner's account."""
    session = boto3.Session(aws_access_key_id=OWNER, aws_secret_access_key="rehearsal", region_name=REGION)
    return lambda service: session.client(service, endpoint_url=emulator.endpoint, verify=str(emulator.ca))


def deploy(cloudformation, name, body, *, update=False):
    """Deploy a template and wait; give the state that it ends in, and why it failed."""
    state, events = deployed(cloudformation, name, body, update=update, capability="CAPABILITY_NAMED_IAM", seconds=60)
    return state, [e["ResourceStatusReason"] for e in events if e["ResourceStatus"].endswith("_FAILED")]


def test_the_owners_template_and_our_connection_fit_each_other(aws, owner):
    """Without the role the connection fails; with it come route, the other half of the DNS option, and rules."""
    theirs = owner("ec2")
    vpc = theirs.create_vpc(CidrBlock="10.97.0.0/16")["Vpc"]["VpcId"]
    table = theirs.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    group = theirs.create_security_group(VpcId=vpc, GroupName="servers", Description="servers")["GroupId"]
    peer = Peer(name="partner", vpc_id=vpc, cidr="10.97.0.0/16", account=OWNER, accepter_role_arn=ROLE)
    found = load("prod")
    first = found.workloads[0].model_copy(update={"reaches": (Reach(peer="partner", port=5432),)})
    settings = found.model_copy(update={"account": ACCOUNT, "peers": (peer,), "workloads": (first,)})
    ours = {
        "Vpc": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": settings.any_network.cidr}},
        "Connection": {
            "Type": "AWS::EC2::VPCPeeringConnection",
            "Properties": {"VpcId": {"Ref": "Vpc"}, "PeerVpcId": vpc, "PeerOwnerId": OWNER, "PeerRoleArn": ROLE},
        },
    }
    _, why = deploy(aws("cloudformation"), "too-early", {"Resources": ours})
    assert any("accepter role" in reason for reason in why)

    assert deploy(owner("cloudformation"), "accepter", template(settings, peer, Answer())) == ("CREATE_COMPLETE", [])
    assert deploy(aws("cloudformation"), "requester", {"Resources": ours}) == ("CREATE_COMPLETE", [])
    made = aws("cloudformation").describe_stack_resources(StackName="requester")["StackResources"]
    connection = next(r["PhysicalResourceId"] for r in made if r["LogicalResourceId"] == "Connection")
    answer = Answer(connection, [table], group)
    assert deploy(owner("cloudformation"), "accepter", template(settings, peer, answer), update=True) == (
        "UPDATE_COMPLETE",
        [],
    )

    (back,) = [
        route
        for route in theirs.describe_route_tables(RouteTableIds=[table])["RouteTables"][0]["Routes"]
        if route["DestinationCidrBlock"] == settings.any_network.cidr
    ]
    assert back["VpcPeeringConnectionId"] == connection
    rules = theirs.describe_security_groups(GroupIds=[group])["SecurityGroups"][0]["IpPermissions"]
    assert sorted((rule["FromPort"], rule["IpRanges"][0]["CidrIp"]) for rule in rules) == [
        (port, settings.any_network.cidr) for port in (443, 5432)
    ]
    shown = theirs.describe_vpc_peering_connections(VpcPeeringConnectionIds=[connection])["VpcPeeringConnections"][0]
    assert shown["AccepterVpcInfo"]["PeeringOptions"]["AllowDnsResolutionFromRemoteVpc"] is True
    for cloudformation, name in ((owner("cloudformation"), "accepter"), (aws("cloudformation"), "requester")):
        cloudformation.delete_stack(StackName=name)
