"""A new cluster in a VPC that somebody else manages."""

import json
import pathlib

import pytest
from networks import NETWORK

from settings import load


@pytest.fixture(scope="module")
def found(synthesized):
    """The templates of dev.yaml in that VPC."""
    return synthesized(load("dev").model_copy(update={"network": None, "existing_network": NETWORK}))


def test_nothing_of_the_network_is_made_but_connections_and_their_routes(found):
    """One route for each given table and peer, and the peer's way back to this VPC's range."""
    kinds = {resource["Type"] for resource in found.templates["Network"]["Resources"].values()}
    made = {"AWS::EC2::VPC", "AWS::EC2::Subnet", "AWS::EC2::RouteTable", "AWS::EC2::NatGateway", "AWS::EC2::EIP"}
    assert not kinds & made
    routes = [route["Properties"] for route in found.resources("Network", "AWS::EC2::Route").values()]
    there = [r["RouteTableId"] for r in routes if r["DestinationCidrBlock"] == "10.99.0.0/16"]
    assert sorted(there) == sorted(NETWORK.private_route_table_ids)
    assert [r["RouteTableId"] for r in routes if r["DestinationCidrBlock"] == NETWORK.cidr] == ["rtb-0d1a2b3c4d5e6f702"]
    _, connection = found.only("Network", "AWS::EC2::VPCPeeringConnection")
    assert connection["Properties"]["VpcId"] == NETWORK.vpc_id


def test_cluster_and_nodes_stand_in_the_given_private_subnets(found):
    """And their security groups in the given VPC."""
    _, cluster = found.only("Cluster", "AWS::EKS::Cluster")
    assert sorted(cluster["Properties"]["ResourcesVpcConfig"]["SubnetIds"]) == sorted(NETWORK.private_subnet_ids)
    _, nodes = found.only("Compute", "AWS::EKS::Nodegroup")
    assert sorted(nodes["Properties"]["Subnets"]) == sorted(NETWORK.private_subnet_ids)
    for stack in ("PodNetworking", "Workloads-shop"):
        groups = found.resources(stack, "AWS::EC2::SecurityGroup")
        assert groups
        assert {group["Properties"]["VpcId"] for group in groups.values()} == {NETWORK.vpc_id}


def test_without_peers_the_file_may_leave_route_tables_out(synthesized):
    """Nobody else needs them, and a subnet without one has no id to give."""
    network = NETWORK.model_copy(update={"private_route_table_ids": ()})
    workloads = tuple(workload.model_copy(update={"reaches": ()}) for workload in load("dev").workloads)
    changes = {"network": None, "existing_network": network, "peers": (), "workloads": workloads}
    found = synthesized(load("dev").model_copy(update=changes))
    assert "Resources" not in found.templates["Network"]
    told = "".join(file.read_text() for file in pathlib.Path(found.assembly.directory).glob("*.json"))
    assert "No routeTableId" not in told
    assert found.resources("Compute", "AWS::EKS::Nodegroup")


def test_the_private_endpoint_is_reached_from_those_subnets(synthesized):
    """The handlers run there, under a group that may reach port 443 of the cluster's."""
    settings = load("dev")
    private = settings.cluster.model_copy(update={"endpoint": "private"})
    changes = {"network": None, "existing_network": NETWORK, "cluster": private}
    found = synthesized(settings.model_copy(update=changes))
    _, cluster = found.only("Cluster", "AWS::EKS::Cluster")
    access = cluster["Properties"]["ResourcesVpcConfig"]
    assert (access["EndpointPrivateAccess"], access["EndpointPublicAccess"]) == (True, False)
    functions = {
        name: function["Properties"].get("VpcConfig", {}).get("SubnetIds")
        for stack in ("Cluster", "PodNetworking")
        for name, function in found.resources(stack, "AWS::Lambda::Function").items()
    }
    inside = [name for name, subnets in functions.items() if subnets]
    for entry in ("OnEvent", "IsComplete", "Watch"):
        assert any(entry in name and "AwsNodeEnv" in name for name in inside), sorted(functions)
    assert {tuple(sorted(functions[name])) for name in inside} == {tuple(sorted(NETWORK.private_subnet_ids))}
    rules = json.dumps(found.templates["PodNetworking"]["Resources"])
    assert '"FromPort": 443' in rules
