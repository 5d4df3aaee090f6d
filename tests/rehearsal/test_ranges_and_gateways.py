"""VPCs of several ranges, transit gateways, and the check that every range has its routes."""

import dataclasses
import functools
import pathlib

import pytest
import yaml
from botocore.exceptions import ClientError

from rehearsal.aws import Aws
from rehearsal.checks import network
from rehearsal.checks.expect import CheckFailedError
from rehearsal.checks.scene import Scene
from rehearsal.client_environment import client_environment
from rehearsal.estate import Estate
from rehearsal.estate.roads import Roads
from rehearsal.workspace import PROJECT, Workspace
from settings import load
from tests.rehearsal.observing import ACCOUNT, BEHIND, PEER, REGION
from tests.rehearsal.templates import VPC, deployed, resource, subnet

GATEWAY = BEHIND["transit_gateway_id"]
TABLE = resource("EC2::RouteTable", VpcId={"Ref": "Vpc"})
ATTACHED = resource(
    "EC2::TransitGatewayVpcAttachment", TransitGatewayId=GATEWAY, VpcId={"Ref": "Vpc"}, SubnetIds=[{"Ref": "Subnet"}]
)
FURTHER = "100.64.0.0/16"


def route(cidr, **target):
    """A route in the template's table."""
    return resource("EC2::Route", RouteTableId={"Ref": "Table"}, DestinationCidrBlock=cidr, **target)


@pytest.fixture
def wide(aws):
    """A VPC of two ranges with a table."""
    ec2 = aws("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.30.0.0/16")["Vpc"]["VpcId"]
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    ec2.associate_vpc_cidr_block(VpcId=vpc, CidrBlock=FURTHER)
    return vpc, table


def test_a_further_range_is_shown_and_has_its_local_route(aws, wide):
    """In DescribeVpcs, the primary range first; a range that meets one of the VPC is refused."""
    ec2, (vpc, table) = aws("ec2"), wide
    shown = ec2.describe_vpcs(VpcIds=[vpc])["Vpcs"][0]["CidrBlockAssociationSet"]
    assert [block["CidrBlock"] for block in shown] == ["10.30.0.0/16", FURTHER]
    routes = ec2.describe_route_tables(RouteTableIds=[table])["RouteTables"][0]["Routes"]
    assert (FURTHER, "local") in [(one["DestinationCidrBlock"], one["GatewayId"]) for one in routes]
    with pytest.raises(ClientError, match=r"InvalidVpc.Range.*100\.64\.0\.0/16"):
        ec2.associate_vpc_cidr_block(VpcId=vpc, CidrBlock="100.64.8.0/24")


def test_a_further_range_counts_like_the_first_one(stack, wide):
    """For subnets, for routes inside the VPC and for what it may be peered with."""
    vpc, table = wide
    inside = {"VpcId": vpc, "AvailabilityZone": "eu-west-1a"}
    assert stack(Subnet=resource("EC2::Subnet", CidrBlock="100.64.1.0/24", **inside)) == ""
    assert "InvalidSubnet.Range" in stack(Subnet=resource("EC2::Subnet", CidrBlock="100.65.1.0/24", **inside))
    local = resource("EC2::Route", RouteTableId=table, DestinationCidrBlock="100.64.9.0/24", NatGatewayId="nat-0")
    assert "not less specific" in stack(Route=local)
    meets = resource("EC2::VPC", CidrBlock="100.64.128.0/17")
    connection = resource("EC2::VPCPeeringConnection", VpcId={"Ref": "Vpc"}, PeerVpcId=vpc)
    assert "OverlappingVpcCidrs" in stack(Vpc=meets, Connection=connection)


def test_a_route_to_a_transit_gateway_needs_the_attachment(stack):
    """EC2 says that the gateway does not exist (aws/aws-cdk#8584); a gateway that nobody shares does not."""
    to = route("10.97.0.0/16", TransitGatewayId=GATEWAY)
    assert "InvalidTransitGatewayID.NotFound" in stack(Vpc=VPC, Table=TABLE, Route=to)
    subnets = {"Subnet": subnet("10.20.0.0/24"), "Attachment": ATTACHED}
    assert stack(Vpc=VPC, Table=TABLE, Route={**to, "DependsOn": "Attachment"}, **subnets) == ""
    other = {**ATTACHED, "Properties": {**ATTACHED["Properties"], "TransitGatewayId": "tgw-0"}}
    assert "InvalidTransitGatewayID.NotFound" in stack(Vpc=VPC, Subnet=subnet("10.20.0.0/24"), Attachment=other)


def test_a_vpc_is_attached_once_and_with_one_subnet_of_a_zone(stack):
    """As CreateTransitGatewayVpcAttachment demands."""
    again = {**ATTACHED, "DependsOn": "Attachment"}
    reason = stack(Vpc=VPC, Subnet=subnet("10.20.0.0/24"), Attachment=ATTACHED, Again=again)
    assert "DuplicateTransitGatewayAttachment" in reason
    two = {**ATTACHED["Properties"], "SubnetIds": [{"Ref": "Subnet"}, {"Ref": "Other"}]}
    same = {"Subnet": subnet("10.20.0.0/24"), "Other": subnet("10.20.1.0/24")}
    assert "DuplicateSubnetsInSameZone" in stack(Vpc=VPC, Attachment={**ATTACHED, "Properties": two}, **same)


def test_an_attachment_is_not_moved_to_other_subnets(aws):
    """CloudFormation makes the new one first, and the gateway still has the old one."""
    parts, cloudformation = (
        {"Vpc": VPC, "Attachment": ATTACHED, "Subnet": subnet("10.20.0.0/24")},
        aws("cloudformation"),
    )
    assert deployed(cloudformation, "attached", {"Resources": parts})[0] == "CREATE_COMPLETE"
    moved = {**ATTACHED, "Properties": {**ATTACHED["Properties"], "SubnetIds": [{"Ref": "Other"}]}}
    parts |= {"Other": subnet("10.20.1.0/24"), "Attachment": moved}
    status, events = deployed(cloudformation, "attached", {"Resources": parts}, update=True)
    assert status == "UPDATE_ROLLBACK_COMPLETE"
    assert "DuplicateTransitGatewayAttachment" in str([event.get("ResourceStatusReason") for event in events])
    cloudformation.delete_stack(StackName="attached")


def test_a_rule_may_name_a_group_across_a_gateway(stack):
    """Of a VPC that is attached to the same one, and of no other."""
    group = resource("EC2::SecurityGroup", GroupDescription="pods", VpcId={"Ref": "Vpc"})
    ends = {"GroupId": BEHIND["security_group_ids"][0], "SourceSecurityGroupId": {"Ref": "Group"}}
    rule = resource("EC2::SecurityGroupIngress", IpProtocol="tcp", FromPort=6379, ToPort=6379, **ends)
    assert "different networks" in stack(Vpc=VPC, Group=group, Rule=rule)
    subnets = {"Subnet": subnet("10.20.0.0/24"), "Attachment": ATTACHED}
    assert stack(Vpc=VPC, Group=group, Rule={**rule, "DependsOn": "Attachment"}, **subnets) == ""


def test_an_outbound_rule_names_no_group_across_a_gateway(stack):
    """Transit gateways guide, Security group referencing: inbound rules alone may."""
    group = resource("EC2::SecurityGroup", GroupDescription="pods", VpcId={"Ref": "Vpc"})
    ends = {"GroupId": {"Ref": "Group"}, "DestinationSecurityGroupId": BEHIND["security_group_ids"][0]}
    rule = resource("EC2::SecurityGroupEgress", IpProtocol="tcp", FromPort=6379, ToPort=6379, **ends)
    parts = {"Vpc": VPC, "Subnet": subnet("10.20.0.0/24"), "Attachment": ATTACHED, "Group": group}
    assert "different networks" in stack(**parts, Rule={**rule, "DependsOn": "Attachment"})


@dataclasses.dataclass
class Standing(Scene):
    """A scene without a cluster: its VPC is the network's of the file."""

    @functools.cached_property
    def vpc_id(self):
        """The VPC of the file."""
        return self.settings.existing_network.vpc_id


@pytest.fixture
def standing(emulator, tmp_path):
    """An existing network of two ranges whose owner has made the ways to two peers of several ranges each."""
    content = yaml.safe_load((PROJECT / "environments" / "existing.yaml").read_text())
    content["existing_network"] |= {
        "further_cidrs": [FURTHER],
        "private_route_table_ids": ["rtb-0e1a2b3c4d5e6f721"] * 2,
    }
    by_vpc = {"vpc_id": PEER["vpc_id"], "cidr": PEER["cidrs"][0]}
    by_gateway = {"transit_gateway_id": GATEWAY, "cidr": BEHIND["cidrs"][0], "further_cidrs": BEHIND["cidrs"][1:]}
    content["peers"] = [
        {"name": name, **way, "peer_side": {"route_table_ids": peer["route_table_ids"]}}
        for name, way, peer in (("data", by_vpc, PEER), ("hall", by_gateway, BEHIND))
    ]
    del content["workloads"], content["acknowledge"]
    file = tmp_path / "existing.yaml"
    file.write_text(yaml.safe_dump(content))
    where = {"endpoint": emulator.endpoint, "account": ACCOUNT, "region": REGION, "ca": emulator.ca}
    api = Aws(client_environment(Workspace(tmp_path / "state"), **where))
    settings = load(str(file))
    estate = Estate(file, settings.model_copy(update={"existing_cluster": None}), api)
    estate.make()
    outputs = estate._outputs
    ids = {
        "vpc_id": outputs["Vpc"],
        "private_subnet_ids": tuple(outputs["Subnets"].split(",")),
        "private_route_table_ids": tuple(outputs["RouteTables"].split(",")),
    }
    found = settings.existing_network.model_copy(update=ids)
    settings = settings.model_copy(update={"existing_network": found})
    Roads(settings, found, api, found.private_route_table_ids).make()
    yield Standing(settings, api, None, "none", pathlib.Path(), pathlib.Path())
    for table in (*PEER["route_table_ids"], *BEHIND["route_table_ids"]):
        for cidr in found.cidrs:
            api.ec2.delete_route(RouteTableId=table, DestinationCidrBlock=cidr)
    for one in api.ec2.describe_vpc_peering_connections()["VpcPeeringConnections"]:
        if one["RequesterVpcInfo"]["VpcId"] == found.vpc_id:
            api.ec2.delete_vpc_peering_connection(VpcPeeringConnectionId=one["VpcPeeringConnectionId"])
    api.cloudformation.delete_stack(StackName="platform-team")


def test_every_range_has_its_routes_there_and_back(standing):
    """Over a connection and over a gateway; the owner's network has no cluster where the file makes one."""
    told = network.peers_are_reachable(standing)
    assert "2 routes there, 2 back, 0 admitted, hall: " + GATEWAY + ", 4 routes there, 2 back" in told
    ec2, private = standing.aws.ec2, standing.settings.existing_network.private_route_table_ids
    for table, cidr, target in (
        (private[1], BEHIND["cidrs"][1], {"TransitGatewayId": GATEWAY}),
        (BEHIND["route_table_ids"][0], FURTHER, {"TransitGatewayId": GATEWAY}),
    ):
        ec2.delete_route(RouteTableId=table, DestinationCidrBlock=cidr)
        with pytest.raises(CheckFailedError, match=f"route to {cidr} in {table}"):
            network.peers_are_reachable(standing)
        ec2.create_route(RouteTableId=table, DestinationCidrBlock=cidr, **target)
    assert network.peers_are_reachable(standing) == told


def test_a_range_that_the_peer_does_not_have_is_told(standing):
    """The file's ranges must be the VPC's."""
    peer = standing.settings.peers[0].model_copy(update={"further_cidrs": ("10.95.0.0/16",)})
    ec2 = standing.aws.ec2
    for table in standing.settings.existing_network.private_route_table_ids:
        routes = ec2.describe_route_tables(RouteTableIds=[table])["RouteTables"][0]["Routes"]
        target = next(one for one in routes if "VpcPeeringConnectionId" in one)
        way = {"VpcPeeringConnectionId": target["VpcPeeringConnectionId"]}
        ec2.create_route(RouteTableId=table, DestinationCidrBlock="10.95.0.0/16", **way)
    standing.settings = standing.settings.model_copy(update={"peers": (peer,)})
    with pytest.raises(CheckFailedError, match=f"ranges of {PEER['vpc_id']} must be"):
        network.peers_are_reachable(standing)


def test_a_peer_of_another_account_is_accepted_by_its_owner(standing):
    """Who sets the other half of the DNS option too; this side's alone is the file's."""
    settings, found = standing.settings, standing.settings.existing_network
    far = standing.aws.at("333333333333", "eu-west-2")
    vpc = far.ec2.create_vpc(CidrBlock="10.94.0.0/16")["Vpc"]["VpcId"]
    where = {"vpc_id": vpc, "cidr": "10.94.0.0/16", "account": "333333333333", "region": "eu-west-2"}
    peer = settings.peers[0].model_copy(update={**where, "name": "far", "peer_side": None})
    standing.settings = settings.model_copy(update={"peers": (peer,)})
    Roads(standing.settings, found, standing.aws, found.private_route_table_ids).make()
    assert network.peers_are_reachable(standing).endswith(", 2 routes there, 0 back, 0 admitted")


def test_an_estate_without_a_cluster_has_none(standing):
    """Its owner's stack has a condition for what belongs to one."""
    kinds = standing.aws.cloudformation.list_stack_resources(StackName="platform-team")["StackResourceSummaries"]
    assert not [one for one in kinds if one["ResourceType"].startswith("AWS::EKS")]
    assert standing.aws.eks.list_clusters()["clusters"] == []
