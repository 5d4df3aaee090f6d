"""What changes of the VPC do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from review.changes.effect import Effect, Table
from review.changes.of_cluster import several
from review.changes.of_node_versions import new_group
from review.changes.of_peers import connects

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
_ELSEWHERE = Effect(
    "replacement",
    "the stacks are made a second time there; those that run now stay until they are deleted by hand",
    f"{_CFN}, stacks belong to one account and region",
)
_TOLD = Effect("nothing", "they only say where the subnets lie", "environments/schema.json")
_NO_ROUTE = Effect(
    "nothing",
    "no peer stays that has routes in them; those of a peer that comes are made in the tables that are named now",
    "environments/schema.json",
)
_MORE_TABLES = Effect(
    "connections",
    "routes to peers are made in the tables that come, for packets from their subnets; those in the others stay",
    f"{_CFN}, AWS::EC2::Route",
)
_TABLES = Effect(
    "connections",
    "routes to peers stand in the tables that are named now: from subnets of others the ways to peers end",
    f"{_CFN}, AWS::EC2::Route",
)


def _zones(found: Difference) -> Iterator[Effect]:
    if not found.whole[1]["cluster"]:
        yield _TOLD
    elif {*found.before} != {*found.after}:
        yield Effect(
            "refused",
            "a cluster keeps the zones that it was made with: EKS takes no subnets in others, nor fewer zones, and "
            "stacks hold the subnets of a zone that leaves: the deploy fails. Make another environment instead",
            "EKS user guide, View Amazon EKS networking requirements for VPC and subnets",
        )
    elif found.whole[1]["network"]:
        yield Effect(
            "refused",
            "a subnet in another zone is made before the old one goes, and its range is taken: the deploy fails. Leave "
            "the zones in their order",
            f"{_CFN}, AWS::EC2::Subnet, AvailabilityZone",
        )
    else:
        yield _TOLD


def _subnets(found: Difference) -> Iterator[Effect]:
    after = found.whole[1]
    if after["cluster"]:
        yield from dict.fromkeys(effect for group in after["node_groups"] for effect in new_group(group, after))
        yield Effect(
            "nodes",
            "node groups are made anew in these subnets, then the old ones are drained; the cluster takes them where "
            "they lie in the zones that it was made with",
            f"{_CFN}, AWS::EKS::Nodegroup, Subnets; EKS user guide, networking requirements for VPC and subnets",
        )
        yield from several(found)
    else:
        yield Effect("nothing", "functions that run in the VPC move there; nodes are their owner's", f"{_CFN}, Lambda")


def _tables(found: Difference) -> tuple[Effect, ...]:
    one, other = ({peer["name"] for peer in whole["peers"]} for whole in found.whole)
    if not connects(found):
        return (_TOLD,)
    if one.isdisjoint(other):
        return (_NO_ROUTE,)
    return (_MORE_TABLES if {*found.before} <= {*found.after} else _TABLES,)


def _nat(found: Difference) -> Iterator[Effect]:
    before, after = (min(side["nat_gateways"], len(side["availability_zones"])) for side in found.around)
    if before == after:
        yield Effect("nothing", "no zone has more than one NAT gateway", "aws-cdk-lib, aws-ec2, Vpc.natGateways")
    else:
        yield Effect(
            "connections",
            "routes to the internet of some zones move to another NAT gateway: open connections from there end, also "
            "where a gateway comes, and new ones have new public addresses",
            "VPC user guide, NAT gateways",
        )


def _flow_logs(found: Difference) -> Iterator[Effect]:
    lost = "" if found.after else "; the log group goes, with what was logged until now"
    yield Effect("nothing", f"packets are logged, or not, as they go{lost}", "VPC user guide, VPC Flow Logs")


TABLE: Table = {
    "account": _ELSEWHERE,
    "region": _ELSEWHERE,
    "acknowledge": Effect("nothing", "only what the review accepts changes", "docs/rules.md"),
    "network": _EVERYTHING,
    "network.cidr": _EVERYTHING,
    "network.availability_zones": _zones,
    "network.nat_gateways": _nat,
    "network.s3_endpoint": Effect(
        "connections", "open connections to S3 may end once", "VPC user guide, Gateway endpoints, Routing"
    ),
    "network.interface_endpoints": Effect(
        "DNS",
        "names of these services resolve to addresses inside the VPC, or public ones again, with the next lookup",
        "AWS PrivateLink guide, Private DNS",
    ),
    "network.flow_logs": _flow_logs,
    "existing_network": _EVERYTHING,
    "existing_network.vpc_id": Effect(
        "refused",
        "groups of pods are made anew in another VPC while policies use the old ones: the deploy fails and is rolled "
        "back. Make another environment instead",
        f"{_CFN}, AWS::EC2::SecurityGroup, VpcId",
    ),
    "existing_network.availability_zones": _zones,
    "existing_network.private_subnet_ids": _subnets,
    "existing_network.private_route_table_ids": _tables,
    "existing_network.behind_nat": Effect(
        "nothing", "it only says what the network's owner has done", "environments/schema.json"
    ),
}
