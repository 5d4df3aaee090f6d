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


def environment(vpc, role):
    """Give the settings of prod with one peer, which one workload reaches, and that peer."""
    peer = Peer(name="partner", vpc_id=vpc, cidr="10.97.0.0/16", account=OWNER, accepter_role_arn=role)
    found = load("prod")
    first = found.workloads[0].model_copy(update={"reaches": (Reach(peer="partner", port=5432),)})
    return found.model_copy(update={"account": ACCOUNT, "peers": (peer,), "workloads": (first,)}), peer


def connected(settings, peer):
    """Give the resources of a template that connects a VPC with the peer's."""
    ours = {"VpcId": {"Ref": "Vpc"}, "PeerVpcId": peer.vpc_id}
    theirs = {"PeerOwnerId": peer.account, "PeerRoleArn": peer.accepter_role_arn}
    return {
        "Vpc": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": settings.any_network.cidr}},
        "Connection": {"Type": "AWS::EC2::VPCPeeringConnection", "Properties": {**ours, **theirs}},
    }


def connection_of(cloudformation, name):
    """Give the id of a stack's connection, by the command of docs/peers.md."""
    made = cloudformation.list_stack_resources(StackName=name)["StackResourceSummaries"]
    return next(r["PhysicalResourceId"] for r in made if r["ResourceType"] == "AWS::EC2::VPCPeeringConnection")


def routes_back(theirs, table, settings):
    """Give the connections by which a table leads to our VPC."""
    routes = theirs.describe_route_tables(RouteTableIds=[table])["RouteTables"][0]["Routes"]
    return [r["VpcPeeringConnectionId"] for r in routes if r["DestinationCidrBlock"] == settings.any_network.cidr]


def resolves(theirs, connection):
    """Return whether names of the peer resolve to private addresses here."""
    shown = theirs.describe_vpc_peering_connections(VpcPeeringConnectionIds=[connection])["VpcPeeringConnections"][0]
    return shown["AccepterVpcInfo"]["PeeringOptions"]["AllowDnsResolutionFromRemoteVpc"]


def test_the_owners_template_and_our_connection_fit_each_other(aws, owner):
    """Without the role the connection fails; with it come route, the other half of the DNS option, and rules."""
    theirs = owner("ec2")
    vpc = theirs.create_vpc(CidrBlock="10.97.0.0/16")["Vpc"]["VpcId"]
    table = theirs.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    group = theirs.create_security_group(VpcId=vpc, GroupName="servers", Description="servers")["GroupId"]
    settings, peer = environment(vpc, ROLE)
    ours = connected(settings, peer)
    _, why = deploy(aws("cloudformation"), "too-early", {"Resources": ours})
    assert any("accepter role" in reason for reason in why)

    assert deploy(owner("cloudformation"), "accepter", template(settings, peer, Answer())) == ("CREATE_COMPLETE", [])
    assert deploy(aws("cloudformation"), "requester", {"Resources": ours}) == ("CREATE_COMPLETE", [])
    connection = connection_of(aws("cloudformation"), "requester")
    answer = Answer(connection, [table], group)
    assert deploy(owner("cloudformation"), "accepter", template(settings, peer, answer), update=True) == (
        "UPDATE_COMPLETE",
        [],
    )

    assert routes_back(theirs, table, settings) == [connection]
    rules = theirs.describe_security_groups(GroupIds=[group])["SecurityGroups"][0]["IpPermissions"]
    assert sorted((rule["FromPort"], rule["IpRanges"][0]["CidrIp"]) for rule in rules) == [
        (port, settings.any_network.cidr) for port in (443, 5432)
    ]
    assert resolves(theirs, connection) is True
    for cloudformation, name in ((owner("cloudformation"), "accepter"), (aws("cloudformation"), "requester")):
        cloudformation.delete_stack(StackName=name)


def _logs(owner):
    """Give the log groups of this account that are about the DNS option: they go with what they are about."""
    found = (group["logGroupName"] for group in owner("logs").describe_log_groups()["logGroups"])
    return [name for name in found if "DnsOption" in name and "again" in name]


def test_a_peer_that_comes_again_is_taken_over_by_the_same_stack(aws, owner):
    """Gone here before its owner knew of it; then another connection, and last the template without one."""
    theirs, accepts, asks = owner("ec2"), owner("cloudformation"), aws("cloudformation")
    vpc = theirs.create_vpc(CidrBlock="10.97.0.0/16")["Vpc"]["VpcId"]
    table = theirs.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    group = theirs.create_security_group(VpcId=vpc, GroupName="again", Description="servers")["GroupId"]
    settings, peer = environment(vpc, f"{ROLE}-again")
    ours = connected(settings, peer)
    assert deploy(accepts, "accepts-again", template(settings, peer, Answer())) == ("CREATE_COMPLETE", [])
    assert deploy(asks, "asks-again", {"Resources": ours}) == ("CREATE_COMPLETE", [])

    def told(connection):
        answer = Answer(connection, [table], group) if connection else Answer()
        return deploy(accepts, "accepts-again", template(settings, peer, answer), update=True)

    first = connection_of(asks, "asks-again")
    assert told(first) == ("UPDATE_COMPLETE", [])
    assert ["DnsOptionLogs" in name for name in _logs(owner)] == [True]
    without = {"Resources": {"Vpc": ours["Vpc"]}}
    assert deploy(asks, "asks-again", without, update=True) == ("UPDATE_COMPLETE", [])
    assert deploy(asks, "asks-again", {"Resources": ours}, update=True) == ("UPDATE_COMPLETE", [])
    second = connection_of(asks, "asks-again")
    assert second != first
    assert told(second) == ("UPDATE_COMPLETE", [])
    assert routes_back(theirs, table, settings) == [second]
    assert resolves(theirs, second) is True

    assert told("") == ("UPDATE_COMPLETE", [])
    assert routes_back(theirs, table, settings) == []
    assert theirs.describe_security_groups(GroupIds=[group])["SecurityGroups"][0]["IpPermissions"] == []
    assert _logs(owner) == []
    for cloudformation, name in ((accepts, "accepts-again"), (asks, "asks-again")):
        cloudformation.delete_stack(StackName=name)
