"""VPC and peering."""

import ipaddress
import json

import aws_cdk as cdk
import pytest
from aws_cdk import assertions
from networks import NETWORK

from review.rules.addresses import private_addresses
from review.rules.quotas import policy_length
from settings import load
from stacks.network_stack import NetworkStack


def test_nodes_have_private_subnets_behind_nat_and_no_public_addresses(synthesized):
    """With external SNAT a NAT gateway must translate (S7)."""
    dev = synthesized("dev")
    subnets = dev.resources("Network", "AWS::EC2::Subnet")
    assert len(subnets) == 4
    assert all(subnet["Properties"]["MapPublicIpOnLaunch"] is False for subnet in subnets.values())
    assert len(dev.resources("Network", "AWS::EC2::NatGateway")) == 1
    assert len(synthesized("prod").resources("Network", "AWS::EC2::NatGateway")) == 3


@pytest.mark.parametrize(("cidr", "zones"), [("10.20.0.0/16", 6), ("10.20.0.0/22", 2), ("10.20.0.0/22", 3)])
def test_the_rule_knows_how_many_addresses_private_subnets_get(cidr, zones):
    """One in each zone of the file; five addresses of each are AWS's."""
    dev = load("dev")
    names = tuple(f"eu-west-1{letter}" for letter in "abcdef"[:zones])
    network = dev.network.model_copy(update={"cidr": cidr, "availability_zones": names})
    stack = NetworkStack(cdk.App(), "Network", settings=dev.model_copy(update={"network": network}))
    private = {"Tags": assertions.Match.array_with([{"Key": "aws-cdk:subnet-type", "Value": "Private"}])}
    found = assertions.Template.from_stack(stack).find_resources("AWS::EC2::Subnet", {"Properties": private})
    sizes = [ipaddress.IPv4Network(one["Properties"]["CidrBlock"]).num_addresses for one in found.values()]
    assert len(sizes) == zones
    assert private_addresses(cidr, zones) == sum(sizes) - 5 * zones


@pytest.mark.parametrize("wanted", [True, False])
def test_the_gateway_endpoint_of_s3_is_an_option(wanted):
    """Image layers pass the NAT gateways without it."""
    dev = load("dev")
    network = dev.network.model_copy(update={"s3_endpoint": wanted})
    stack = NetworkStack(cdk.App(), "Network", settings=dev.model_copy(update={"network": network}))
    template = assertions.Template.from_stack(stack)
    template.resource_count_is("AWS::EC2::VPCEndpoint", int(wanted))


def test_every_private_route_table_reaches_the_peer_and_the_peer_every_way_back(synthesized):
    """A pod's branch ENI stands in the node's subnet, so each private table needs the route."""
    dev = synthesized("dev")
    connection, _ = dev.only("Network", "AWS::EC2::VPCPeeringConnection")
    routes = [found["Properties"] for found in dev.resources("Network", "AWS::EC2::Route").values()]
    there = [r for r in routes if r.get("VpcPeeringConnectionId", {}).get("Fn::GetAtt", [""])[0] == connection]
    assert [r["DestinationCidrBlock"] for r in there] == ["10.99.0.0/16"] * 2 + ["10.20.0.0/16"]
    tables = [name for name in dev.resources("Network", "AWS::EC2::RouteTable") if "Private" in name]
    assert sorted(r["RouteTableId"]["Ref"] for r in there[:2]) == sorted(tables)
    assert there[2]["RouteTableId"] == "rtb-0d1a2b3c4d5e6f702"


def test_names_are_resolved_on_both_sides_in_one_account_and_on_ours_otherwise(synthesized):
    """Each side's option is set by its owner."""
    prod = synthesized("prod")
    calls = {
        name: str(found["Properties"]["Create"]) for name, found in prod.resources("Network", "Custom::AWS").items()
    }
    (data,) = [call for name, call in calls.items() if "data" in name]
    (partner,) = [call for name, call in calls.items() if "partner" in name]
    assert "RequesterPeeringConnectionOptions" in data
    assert "AccepterPeeringConnectionOptions" in data
    assert "RequesterPeeringConnectionOptions" in partner
    assert "AccepterPeeringConnectionOptions" not in partner


def test_a_peer_of_another_account_is_accepted_by_its_role(synthesized):
    """CloudFormation assumes the accepter's role there."""
    peers = synthesized("prod").resources("Network", "AWS::EC2::VPCPeeringConnection")
    (partner,) = [found["Properties"] for name, found in peers.items() if "partner" in name]
    assert partner["PeerOwnerId"] == "333333333333"
    assert partner["PeerRoleArn"] == "arn:aws:iam::333333333333:role/peering-accepter"


def test_the_dns_option_may_change_that_one_connection_only(synthesized):
    """The handler's policy names the connection, not every one of the account."""
    dev = synthesized("dev")
    statements = [
        statement
        for policy in dev.resources("Network", "AWS::IAM::Policy").values()
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
        if statement["Action"] == "ec2:ModifyVpcPeeringConnectionOptions"
    ]
    connection, _ = dev.only("Network", "AWS::EC2::VPCPeeringConnection")
    assert len(statements) == 1
    assert connection in str(statements[0]["Resource"])
    assert statements[0]["Resource"] != "*"


def test_a_table_that_subnets_share_or_that_is_named_twice_is_routed_once():
    """EC2 refuses a second route of a table to one range."""
    settings = load("dev")
    (peer,) = settings.peers
    side = peer.peer_side.model_copy(update={"route_table_ids": peer.peer_side.route_table_ids * 2})
    network = NETWORK.model_copy(update={"private_route_table_ids": NETWORK.private_route_table_ids[:1] * 2})
    changes = {"network": None, "existing_network": network, "peers": (peer.model_copy(update={"peer_side": side}),)}
    stack = NetworkStack(cdk.App(), "Network", settings=settings.model_copy(update=changes))
    template = assertions.Template.from_stack(stack)
    routes = template.find_resources("AWS::EC2::Route").values()
    assert sorted(route["Properties"]["RouteTableId"] for route in routes) == [
        "rtb-0d1a2b3c4d5e6f702",
        "rtb-0e1a2b3c4d5e6f721",
    ]
    # in an app without cdk.json, as one of others: CDK's own choice is to fetch one from npm in each deploy
    (option,) = template.find_resources("Custom::AWS").values()
    assert option["Properties"]["InstallLatestAwsSdk"] is False


@pytest.mark.parametrize("wanted", [True, False])
def test_dns_resolution_is_an_option(synthesized, wanted):
    """Switched off it is taken back: a connection keeps what it was once told."""
    settings = load("dev")
    peer = settings.peers[0].model_copy(update={"dns_resolution": wanted})
    found = synthesized(settings.model_copy(update={"peers": (peer,)}))
    (call,) = found.resources("Network", "Custom::AWS").values()
    ((_, parts),) = call["Properties"]["Update"].values()
    told = json.loads("".join(part if isinstance(part, str) else "pcx" for part in parts))
    option = {"AllowDnsResolutionFromRemoteVpc": wanted}
    sides = {"RequesterPeeringConnectionOptions": option, "AccepterPeeringConnectionOptions": option}
    assert (told["action"], told["parameters"]) == (
        "modifyVpcPeeringConnectionOptions",
        {"VpcPeeringConnectionId": "pcx", **sides},
    )


def test_the_dns_option_is_set_some_time_after_its_policy(synthesized):
    """Routes stand between them: a policy that was just written takes seconds to hold."""
    found = synthesized("dev")
    routes = {name for name, one in found.resources("Network", "AWS::EC2::Route").items() if "Peer" in name}
    (call,) = found.resources("Network", "Custom::AWS").values()
    (policy,) = (one for name, one in found.resources("Network", "AWS::IAM::Policy").items() if "DnsResolution" in name)
    assert len(routes) > 1
    assert routes <= {*call["DependsOn"]}
    assert routes.isdisjoint(policy.get("DependsOn", ()))


@pytest.mark.parametrize("region", ["eu-west-1", "cn-northwest-1"])
def test_the_policy_of_a_dns_option_is_as_long_as_the_review_says(synthesized, region):
    """All of them are one role's, which takes 10,240 characters."""
    settings = load("dev")
    zones = tuple(f"{region}{letter}" for letter in "ab")
    there = {"region": region, "network": settings.network.model_copy(update={"availability_zones": zones})}
    found = synthesized(settings.model_copy(update=there))
    (policy,) = (one for name, one in found.resources("Network", "AWS::IAM::Policy").items() if "DnsResolution" in name)
    document = policy["Properties"]["PolicyDocument"]
    start, connection, *rest = document["Statement"][0]["Resource"]["Fn::Join"][1]
    assert (connection, rest) == ({"Fn::GetAtt": ["PeerdataB594A00F", "Id"]}, [])
    document["Statement"][0]["Resource"] = f"{start}pcx-0123456789abcdef0"
    assert len(json.dumps(document, separators=(",", ":"))) == policy_length(region, settings.account)


def test_flow_logs_are_kept_for_a_month_and_go_with_the_stack(synthesized):
    """As the setting says; the service's own default is for ever, CDK's two years and retained."""
    _, flow_log = synthesized("prod").only("Network", "AWS::EC2::FlowLog")
    logs = synthesized("prod").resources("Network", "AWS::Logs::LogGroup")[
        flow_log["Properties"]["LogGroupName"]["Ref"]
    ]
    assert (logs["Properties"]["RetentionInDays"], logs["DeletionPolicy"]) == (30, "Delete")
