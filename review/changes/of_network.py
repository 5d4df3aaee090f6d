"""What changes of the VPC and of its peers do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from review.changes.effect import Effect, Table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from review.changes.difference import Difference

_CFN = "CloudFormation user guide"
_EVERYTHING = Effect(
    "refused",
    "a VPC cannot be replaced while a cluster and other stacks stand on it: the deploy fails and is rolled back. Make "
    "another environment instead",
    f"{_CFN}, AWS::EC2::VPC, and Get exported outputs from a deployed CloudFormation stack",
)
_TWICE = Effect(
    "refused",
    "CloudFormation makes the new before it deletes the old, and EC2 takes no second connection between two VPCs, nor "
    "a second route to a range: the deploy fails. Remove the peer in one deploy and add it in the next",
    "VPC peering guide, VPC peering limitations; EC2 API reference, CreateRoute",
)
_ELSEWHERE = Effect(
    "replacement",
    "the stacks are made a second time there; those that run now stay until they are deleted by hand",
    f"{_CFN}, stacks belong to one account and region",
)
_CONNECTION = Effect(
    "replacement",
    "the peering connection and its routes are made anew: connections with the peer end, and its owner may have to "
    "accept again",
    f"{_CFN}, AWS::EC2::VPCPeeringConnection",
)
_OF_PEER = Effect(
    "connections",
    "routes and rules at the peer move to what is named now: connections that only the old ones carried end",
    f"{_CFN}, AWS::EC2::Route and AWS::EC2::SecurityGroupIngress",
)


def _peer(found: Difference) -> Iterator[Effect]:
    source = "VPC peering guide, Update your route tables for a VPC peering connection"
    cidr = (found.after or found.before)["cidr"]
    if _renamed(found):
        yield _TWICE
        return
    if found.before is None:
        yield Effect("connections", f"packets to {cidr} take the new connection, from all pods and nodes", source)
    else:
        yield Effect(
            "connections", f"connections with {cidr} end: connection, routes and rules at the peer are deleted", source
        )


def _renamed(found: Difference) -> bool:
    """Say whether the same VPC, or the same range behind a gateway, is a peer of another name on the other side."""
    peer, other = (found.before, found.whole[1]) if found.after is None else (found.after, found.whole[0])
    return any(_way(one) == _way(peer) and one["name"] != peer["name"] for one in other.get("peers") or ())


def _way(peer: dict[str, Any]) -> object:
    return peer.get("vpc_id") or (peer.get("transit_gateway_id"), peer["cidr"])


def _way_of_peer(found: Difference) -> tuple[Effect, ...]:
    """Another VPC replaces the connection; a gateway in its place, or another one, cannot have the same routes."""
    return (_CONNECTION,) if found.path[-1] == "vpc_id" and None not in (found.before, found.after) else (_TWICE,)


def _network(found: Difference) -> Iterator[Effect]:
    if None in (found.before, found.after):
        yield _EVERYTHING


TABLE: Table = {
    "account": _ELSEWHERE,
    "region": _ELSEWHERE,
    "acknowledge": Effect("nothing", "only what the review accepts changes", "docs/rules.md"),
    "network": _network,
    "network.cidr": _EVERYTHING,
    "network.availability_zones": Effect(
        "replacement",
        "the private subnets are cut anew from the VPC's range and collide with those in which nodes stand: the deploy "
        "fails. Make another environment instead",
        "aws-cdk-lib, aws-ec2, Vpc.maxAzs; CloudFormation user guide, AWS::EC2::Subnet, CidrBlock",
    ),
    "network.nat_gateways": Effect(
        "connections",
        "routes to the internet move: open connections through a NAT gateway that goes end, and others see new public "
        "addresses",
        "VPC user guide, NAT gateways",
    ),
    "network.s3_endpoint": Effect(
        "connections", "open connections to S3 may end once", "VPC user guide, Gateway endpoints, Routing"
    ),
    "network.interface_endpoints": Effect(
        "DNS",
        "names of these services resolve to addresses inside the VPC, or public ones again, with the next lookup",
        "AWS PrivateLink guide, Private DNS",
    ),
    "network.flow_logs": Effect("nothing", "packets are logged, or not, as they go", "VPC user guide, VPC Flow Logs"),
    "existing_network": _network,
    "existing_network.vpc_id": Effect(
        "refused",
        "groups of pods are made anew in another VPC while policies use the old ones: the deploy fails and is rolled "
        "back. Make another environment instead",
        f"{_CFN}, AWS::EC2::SecurityGroup, VpcId",
    ),
    "existing_network.cidr": _OF_PEER,
    "existing_network.availability_zones": Effect(
        "nothing", "they only say where the subnets lie", "environments/schema.json"
    ),
    "existing_network.private_subnet_ids": Effect(
        "nodes",
        "node groups are made anew in these subnets, then the old ones are drained",
        f"{_CFN}, AWS::EKS::Nodegroup, Subnets",
    ),
    "existing_network.private_route_table_ids": _OF_PEER,
    "existing_network.behind_nat": Effect(
        "nothing", "it only says what the network's owner has done", "environments/schema.json"
    ),
    "peers.*": _peer,
    "peers.*.vpc_id": _way_of_peer,
    "peers.*.transit_gateway_id": _way_of_peer,
    "peers.*.account": _TWICE,
    "peers.*.region": _TWICE,
    "peers.*.accepter_role_arn": _TWICE,
    "peers.*.cidr": Effect(
        "connections",
        "routes are made anew: connections with addresses that lie in the old range only end",
        f"{_CFN}, AWS::EC2::Route, DestinationCidrBlock",
    ),
    "peers.*.dns_resolution": Effect(
        "DNS",
        "names of the other side's hosts resolve to private addresses, or public ones again, with the next lookup",
        "VPC peering guide, Enable DNS resolution for a VPC peering connection",
    ),
    "peers.*.peer_side": _OF_PEER,
}
