"""Several peers, in other accounts and regions."""

import json

import aws_cdk as cdk
import pytest
from aws_cdk import assertions
from aws_cdk import aws_ec2 as ec2
from networks import NETWORK

from podnet.transit_gateway import TransitGateway
from settings import load
from settings.network import Peer, PeerSide
from settings.workloads import EgressRule, Reach, Rule

FAR = Peer(
    name="far",
    vpc_id="vpc-0aaaaaaaaaaaaaaa1",
    cidr="10.96.0.0/16",
    account="444444444444",
    region="us-east-1",
    accepter_role_arn="arn:aws:iam::444444444444:role/accepter",
)
NEAR = Peer(name="near", vpc_id="vpc-0aaaaaaaaaaaaaaa2", cidr="10.95.0.0/16", region="eu-central-1")

HUB = Peer(
    name="hub",
    transit_gateway_id="tgw-0aaaaaaaaaaaaaaa1",
    cidr="10.94.0.0/16",
    peer_side=PeerSide(route_table_ids=("rtb-0aaaaaaaaaaaaaaa1",), security_group_id="sg-0aaaaaaaaaaaaaaa1"),
)
SPOKE = Peer(name="spoke", transit_gateway_id="tgw-0aaaaaaaaaaaaaaa1", cidr="10.93.0.0/16", account="444444444444")


def with_peers(*peers):
    """dev.yaml with more peers, all of which its first workload reaches, with restricted egress."""
    settings = load("dev")
    reaches = tuple(Reach(peer=peer.name, port=5000 + number) for number, peer in enumerate((*settings.peers, *peers)))
    nothing = (EgressRule.model_validate({"protocol": "tcp", "port": 443, "to": {"cidr": "0.0.0.0/0"}}),)
    first = settings.workloads[0].model_copy(update={"reaches": reaches, "egress": nothing})
    workloads = (first, *settings.workloads[1:])
    return settings.model_copy(update={"peers": (*settings.peers, *peers), "workloads": workloads})


def test_each_peer_has_its_connection_its_routes_and_its_half_of_the_dns_option(synthesized):
    """Account, region and role as the file says; one route for each private table and peer."""
    found = synthesized(with_peers(FAR, NEAR))
    connections = {
        found["Properties"]["PeerVpcId"]: found["Properties"]
        for found in found.resources("Network", "AWS::EC2::VPCPeeringConnection").values()
    }
    assert len(connections) == 3
    far, near = connections[FAR.vpc_id], connections[NEAR.vpc_id]
    assert (far["PeerOwnerId"], far["PeerRegion"]) == ("444444444444", "us-east-1")
    assert far["PeerRoleArn"] == FAR.accepter_role_arn
    assert near["PeerRegion"] == "eu-central-1"
    assert "PeerOwnerId" not in near
    routes = [r["Properties"]["DestinationCidrBlock"] for r in found.resources("Network", "AWS::EC2::Route").values()]
    assert [routes.count(cidr) for cidr in ("10.99.0.0/16", "10.96.0.0/16", "10.95.0.0/16")] == [2, 2, 2]
    options = [str(call["Properties"]["Create"]) for call in found.resources("Network", "Custom::AWS").values()]
    assert sum("RequesterPeeringConnectionOptions" in option for option in options) == 3
    assert sum("AccepterPeeringConnectionOptions" in option for option in options) == 1


def test_the_dns_option_is_that_of_the_connection_which_the_routes_take_before_it(synthesized):
    """Of nothing else: the function may change this connection alone."""
    dev = synthesized("dev")
    connection, _ = dev.only("Network", "AWS::EC2::VPCPeeringConnection")
    there = {"Fn::GetAtt": [connection, "Id"]}
    routes = {
        name
        for name, route in dev.resources("Network", "AWS::EC2::Route").items()
        if route["Properties"].get("VpcPeeringConnectionId") == there
    }
    assert len(routes) == 3  # two of ours and the peer's
    _, option = dev.only("Network", "Custom::AWS")
    assert {connection, *routes} <= set(option["DependsOn"])
    call = option["Properties"]["Create"]["Fn::Join"][1]
    told = "".join("pcx-there" if part == there else part for part in call)
    answers = {"AllowDnsResolutionFromRemoteVpc": True}
    sides = {f"{side}PeeringConnectionOptions": answers for side in ("Requester", "Accepter")}
    assert json.loads(told)["parameters"] == {"VpcPeeringConnectionId": "pcx-there", **sides}
    policies = dev.resources("Network", "AWS::IAM::Policy").values()
    (allowed,) = [p for p in policies if "ModifyVpcPeering" in str(p)]
    (statement,) = allowed["Properties"]["PolicyDocument"]["Statement"]
    assert statement["Resource"]["Fn::Join"][1][-1] == there


OWN = load("dev")


@pytest.mark.parametrize(
    ("account", "region", "accepters"),
    [(OWN.account, OWN.region, 2), (OWN.account, "eu-central-1", 1), ("444444444444", OWN.region, 1)],
)
def test_a_peer_is_our_own_where_account_and_region_are_written_out_too(synthesized, account, region, accepters):
    """Then both halves of the DNS option are set there, as at the peer of dev that writes neither."""
    peer = Peer(**NEAR.model_dump() | {"account": account, "region": region})
    found = synthesized(with_peers(peer)).resources("Network", "Custom::AWS").values()
    options = [str(call["Properties"]["Create"]) for call in found]
    assert sum("AccepterPeeringConnectionOptions" in option for option in options) == accepters
    assert len(options) == 2


def test_groups_are_named_at_our_own_peer_only_and_ranges_are_let_out_to_all(synthesized):
    """A rule of another region cannot name a group; the far owners admit by the accepter's template."""
    found = synthesized(with_peers(FAR, NEAR))
    named = [
        rule["Properties"] for rule in found.resources("Workloads-shop", "AWS::EC2::SecurityGroupIngress").values()
    ]
    assert {rule["GroupId"] for rule in named if rule.get("FromPort") == 5000} == {"sg-0d1a2b3c4d5e6f703"}
    assert not [rule for rule in named if rule.get("FromPort") in (5001, 5002)]
    groups = found.resources("Workloads-shop", "AWS::EC2::SecurityGroup")
    (api,) = [group["Properties"] for name, group in groups.items() if "ordersapi" in name]
    sent = {(rule["CidrIp"], rule["FromPort"]) for rule in api["SecurityGroupEgress"]}
    assert {("10.99.0.0/16", 5000), ("10.96.0.0/16", 5001), ("10.95.0.0/16", 5002)} <= sent


def test_peers_behind_a_transit_gateway_share_one_attachment_and_are_routed_after_it(synthesized):
    """One private subnet of each zone, groups may be named, and no connection is made."""
    found = synthesized(with_peers(HUB, SPOKE))
    ((attachment, made),) = found.resources("Network", "AWS::EC2::TransitGatewayVpcAttachment").items()
    assert made["Properties"]["TransitGatewayId"] == "tgw-0aaaaaaaaaaaaaaa1"
    assert made["Properties"]["Options"] == {"DnsSupport": "enable", "SecurityGroupReferencingSupport": "enable"}
    assert len(made["Properties"]["SubnetIds"]) == 2
    assert len(found.resources("Network", "AWS::EC2::VPCPeeringConnection")) == 1
    all_routes = found.resources("Network", "AWS::EC2::Route").values()
    routes = [route for route in all_routes if "TransitGatewayId" in route["Properties"]]
    assert all(attachment in route["DependsOn"] for route in routes)
    ways = [(r["Properties"]["DestinationCidrBlock"], str(r["Properties"]["RouteTableId"])) for r in routes]
    assert [cidr for cidr, _ in ways].count("10.94.0.0/16") == 2
    assert [cidr for cidr, _ in ways].count("10.93.0.0/16") == 2
    assert [(cidr, table) for cidr, table in ways if table.startswith("rtb-")] == [
        ("10.20.0.0/16", "rtb-0aaaaaaaaaaaaaaa1")
    ]


def test_what_leads_to_a_gateway_or_to_a_further_range_keeps_its_logical_id(synthesized):
    """As the shipped files' do (test_lasting_ids): EC2 refuses another attachment, or route, beside the first one."""
    hub, further = (
        synthesized(one).templates["Network"]["Resources"] for one in (with_peers(HUB), with_further_ranges(*FURTHER))
    )
    assert {name for name in hub if name.startswith("tgw")} == {
        *("tgw0aaaaaaaaaaaaaaa1CDC544A6", "tgw0aaaaaaaaaaaaaaa1hub1AF645963", "tgw0aaaaaaaaaaaaaaa1hub23D53DB7D"),
        "tgw0aaaaaaaaaaaaaaa1Returnrtb0aaaaaaaaaaaaaaa1C6DA5DF6",
    }
    assert further.keys() >= {
        *("PeerdataRoutertb0e1a2b3c4d5e6f7219EAEAD05", "PeerdataRoutertb0e1a2b3c4d5e6f7211006400169F6F63A0"),
        "PeerdataReturnRoutertb0d1a2b3c4d5e6f7021007000169C201950",
        *(
            "tgw0aaaaaaaaaaaaaaa1hubrtb0e1a2b3c4d5e6f721D0659691",
            "tgw0aaaaaaaaaaaaaaa1hubrtb0e1a2b3c4d5e6f72110084001673A38322",
        ),
        "tgw0aaaaaaaaaaaaaaa1Returnrtb0aaaaaaaaaaaaaaa1100700016B4199329",
    }


def test_a_vpc_with_several_private_subnets_in_a_zone_is_attached_by_one_of_them():
    """EC2 refuses two; podnet's own VPC has one, those of other apps may have more."""
    stack = cdk.Stack()
    kind = ec2.SubnetType.PRIVATE_WITH_EGRESS
    both = [ec2.SubnetConfiguration(name=name, subnet_type=kind) for name in ("Nodes", "Data")]
    both.append(ec2.SubnetConfiguration(name="Public", subnet_type=ec2.SubnetType.PUBLIC))
    vpc = ec2.Vpc(stack, "Vpc", max_azs=2, subnet_configuration=both)
    TransitGateway(stack, "Hub", transit_gateway_id="tgw-0aaaaaaaaaaaaaaa1", vpc=vpc)
    found = assertions.Template.from_stack(stack).find_resources("AWS::EC2::TransitGatewayVpcAttachment")
    (attachment,) = found.values()
    subnets = [subnet["Ref"].partition("Subnet")[0] for subnet in attachment["Properties"]["SubnetIds"]]
    assert subnets == ["VpcNodes"] * 2


def test_a_peer_behind_a_gateway_admits_the_workloads_group_where_it_may_be_changed(synthesized):
    """And pods may send to either range."""
    found = synthesized(with_peers(HUB, SPOKE))
    rules = [one["Properties"] for one in found.resources("Workloads-shop", "AWS::EC2::SecurityGroupIngress").values()]
    assert [rule["FromPort"] for rule in rules if rule["GroupId"] == "sg-0aaaaaaaaaaaaaaa1"] == [5001]
    groups = found.resources("Workloads-shop", "AWS::EC2::SecurityGroup")
    (api,) = [group["Properties"] for name, group in groups.items() if "ordersapi" in name]
    sent = {(rule["CidrIp"], rule["FromPort"]) for rule in api["SecurityGroupEgress"]}
    assert {("10.94.0.0/16", 5001), ("10.93.0.0/16", 5002)} <= sent


def test_an_existing_vpc_is_attached_by_its_owner(synthesized):
    """podnet routes in the tables that the file lists, and attaches nothing."""
    found = synthesized(with_peers(HUB).model_copy(update={"network": None, "existing_network": NETWORK}))
    assert found.resources("Network", "AWS::EC2::TransitGatewayVpcAttachment") == {}
    routes = [route["Properties"] for route in found.resources("Network", "AWS::EC2::Route").values()]
    there = {r["RouteTableId"] for r in routes if r["DestinationCidrBlock"] == "10.94.0.0/16"}
    assert there == set(NETWORK.private_route_table_ids)


def test_two_ranges_behind_one_gateway_share_the_way_back_and_the_rule_at_their_group(synthesized):
    """EC2 refuses the second route of a table to one range, and a rule that is there already."""
    other = HUB.model_copy(update={"name": "hub-two", "cidr": "10.92.0.0/16"})
    settings = with_peers(HUB, other)
    (first, *rest) = settings.workloads
    reaches = tuple(Reach(peer=peer.name, port=5000) for peer in (HUB, other))
    settings = settings.model_copy(update={"workloads": (first.model_copy(update={"reaches": reaches}), *rest)})
    found = synthesized(settings)
    routes = [r["Properties"] for r in found.resources("Network", "AWS::EC2::Route").values()]
    pairs = [(str(route["RouteTableId"]), route["DestinationCidrBlock"]) for route in routes]
    assert len(pairs) == len(set(pairs))
    assert pairs.count(("rtb-0aaaaaaaaaaaaaaa1", "10.20.0.0/16")) == 1
    rules = found.resources("Workloads-shop", "AWS::EC2::SecurityGroupIngress").values()
    assert [r["Properties"]["GroupId"] for r in rules].count("sg-0aaaaaaaaaaaaaaa1") == 1


FURTHER = ("100.64.0.0/16", "100.65.0.0/16")
OURS = ("10.60.0.0/16", "100.70.0.0/16")


def with_further_ranges(*further):
    """dev in an existing VPC of two ranges; its peer and one behind a gateway have some more."""
    network = NETWORK.model_copy(update={"further_cidrs": OURS[1:]})
    settings = with_peers(HUB.model_copy(update={"further_cidrs": tuple(f"{cidr[:4]}8{cidr[5:]}" for cidr in further)}))
    data = settings.peers[0].model_copy(update={"further_cidrs": further})
    first, *rest = settings.workloads
    ingress = ({"port": 8443, "from": {"peer": "data"}}, {"port": 8444, "from": {"workload": "orders-worker"}})
    egress = ({"port": 6379, "to": {"peer": "data"}}, {"port": 9100, "to": {"cluster": True}})
    rules = {
        "ingress": tuple(Rule.model_validate(rule) for rule in ingress),
        "egress": tuple(EgressRule.model_validate(rule) for rule in egress),
    }
    changes = {"peers": (data, *settings.peers[1:]), "network": None, "existing_network": network}
    return settings.model_copy(update={**changes, "workloads": (first.model_copy(update=rules), *rest)})


def test_every_range_of_a_peer_is_routed_in_every_private_table_and_every_range_of_ours_back(synthesized):
    """By the connection and by the gateway; no table gets two routes to one range."""
    found = synthesized(with_further_ranges(*FURTHER))
    routes = [route["Properties"] for route in found.resources("Network", "AWS::EC2::Route").values()]
    ways = {(route["RouteTableId"], route["DestinationCidrBlock"], "TransitGatewayId" in route) for route in routes}
    assert len(ways) == len(routes)
    there = {"data": ("10.99.0.0/16", *FURTHER), "hub": ("10.94.0.0/16", "100.84.0.0/16", "100.85.0.0/16")}
    wanted = {
        (table, cidr, peer == "hub")
        for peer, cidrs in there.items()
        for cidr in cidrs
        for table in NETWORK.private_route_table_ids
    }
    back = {("rtb-0d1a2b3c4d5e6f702", cidr, False) for cidr in OURS}
    back |= {("rtb-0aaaaaaaaaaaaaaa1", cidr, True) for cidr in OURS}
    assert ways == wanted | back


def test_rules_that_name_a_peer_hold_for_every_range_of_it(synthesized):
    """What it sends, what is sent to it, and what is reached there; other ends stay one rule each."""
    found = synthesized(with_further_ranges(*FURTHER))
    groups = found.resources("Workloads-shop", "AWS::EC2::SecurityGroup")
    (api,) = [group["Properties"] for name, group in groups.items() if "ordersapi" in name]
    data, hub = ("10.99.0.0/16", *FURTHER), ("10.94.0.0/16", "100.84.0.0/16", "100.85.0.0/16")
    let_in = [(rule["CidrIp"], rule["FromPort"]) for rule in api["SecurityGroupIngress"]]
    assert sorted(let_in) == sorted((cidr, 8443) for cidr in data)
    sent = [(rule["CidrIp"], rule["FromPort"]) for rule in api["SecurityGroupEgress"]]
    reached = [*((cidr, 6379) for cidr in data), *((cidr, 5000) for cidr in data), *((cidr, 5001) for cidr in hub)]
    assert sorted(sent) == sorted(reached)
    rules = found.resources("Workloads-shop", "AWS::EC2::SecurityGroupIngress").values()
    admitted = [(rule["Properties"]["FromPort"], str(rule["Properties"]["GroupId"])) for rule in rules]
    assert [port for port, _ in admitted].count(8444) == 1
    assert [port for port, _ in admitted].count(9100) == 1
    assert [group for _, group in admitted].count("sg-0aaaaaaaaaaaaaaa1") == 1


def test_a_further_range_leaves_the_resources_of_the_others_as_they_are(synthesized):
    """Each route is called after its range, so that none is replaced by another that EC2 would take for a second."""
    every, second, none = (
        synthesized(with_further_ranges(*further)).resources("Network", "AWS::EC2::Route")
        for further in (FURTHER, FURTHER[1:], ())
    )
    assert {name: every[name] for name in second} == second
    assert {name: second[name] for name in none} == none
    assert (len(every), len(second), len(none)) == (16, 12, 8)
