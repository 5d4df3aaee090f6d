"""What an app of others gets where it leaves arguments out; podnet's own stacks give all of them."""

import aws_cdk as cdk
import pytest
from aws_cdk import assertions
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_lambda as lambda_

from podnet.imported_cluster import ImportedCluster
from podnet.node_group import NodeGroup
from podnet.peering_connection import PeeringConnection

GIVEN = {"name": "prod", "endpoint": "https://prod.example", "certificate_authority": "Q0E="}
NODES = {"name": "general", "sizes": (1, 2, 3), "disk": cdk.Size.gibibytes(20), "instance_types": ["m5.large"]}


def _reached(stack, vpc):
    layer = lambda_.LayerVersion.from_layer_version_arn(stack, "Kubectl", "arn:aws:lambda:eu-west-1:1:layer:kubectl:1")
    given = {**GIVEN, "vpc": vpc, "security_group_id": "sg-cluster", "kubectl_layer": layer}
    return ImportedCluster(stack, "Cluster", **given).cluster


def test_nodes_never_stand_in_public_subnets():
    """Of a VPC that has no others CDK would take those, and pods there would have no way out."""
    stack = cdk.Stack()
    vpc = ec2.Vpc.from_vpc_attributes(
        stack, "Vpc", vpc_id="vpc-ours", availability_zones=["a"], public_subnet_ids=["subnet-1"]
    )
    with pytest.raises(RuntimeError, match="no 'Private' subnet groups in this VPC"):
        NodeGroup(stack, "Nodes", cluster=_reached(stack, vpc), **NODES)


def test_a_reached_cluster_its_nodes_and_a_connection_are_as_the_docstrings_say():
    """A public endpoint; x86 nodes on demand; names resolved, a peer of this account and region without a role."""
    stack = cdk.Stack()
    names = {"private_subnet_ids": ["subnet-1"], "private_subnet_route_table_ids": ["rtb-1"]}
    vpc = ec2.Vpc.from_vpc_attributes(stack, "Vpc", vpc_id="vpc-ours", availability_zones=["a"], **names)
    NodeGroup(stack, "Nodes", cluster=_reached(stack, vpc), **NODES)
    ranges = {"vpc_cidrs": ["10.1.0.0/16"], "peer_cidrs": ["10.2.0.0/16"], "route_table_ids": ["rtb-1"]}
    PeeringConnection(stack, "Peer", vpc=vpc, peer_vpc_id="vpc-theirs", **ranges)
    template = assertions.Template.from_stack(stack)
    functions = template.find_resources("AWS::Lambda::Function").values()
    assert not [one for one in functions if "VpcConfig" in one["Properties"]]
    (group,) = (one["Properties"] for one in template.find_resources("AWS::EKS::Nodegroup").values())
    assert (group["AmiType"], group["CapacityType"]) == ("AL2023_x86_64_STANDARD", "ON_DEMAND")
    assert group["Labels"] == {"podnet.io/node-group": "general"}
    (option,) = (one["Properties"] for one in template.find_resources("Custom::AWS").values())
    told = str(option["Create"])
    assert told.count('"AllowDnsResolutionFromRemoteVpc":true') == len(("Requester", "Accepter")), told
    (connection,) = (one["Properties"] for one in template.find_resources("AWS::EC2::VPCPeeringConnection").values())
    assert connection == {"VpcId": "vpc-ours", "PeerVpcId": "vpc-theirs"}
