"""Several peers, in other accounts and regions."""

from networks import NETWORK

from settings import load
from settings.network import Peer, PeerSide
from settings.workloads import EgressRule, Reach

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
