"""Rules about how many of a thing AWS takes: of one VPC, of one cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING

from review.rules.at import At
from review.rules.partitions import partition
from review.rules.rule import rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from settings import Settings

_CONNECTIONS, _GATEWAYS, _NODE_GROUPS, _NODES = 50, 5, 30, 450
_OF_A_ROLE = 10_240  # characters of all its inline policies, without blanks (IAM user guide, IAM and AWS STS quotas)
# of each connection, for the function that sets its DNS option; podnet.peering_connection, as CloudFormation sends it
_POLICY = (
    '{"Statement":[{"Action":"ec2:ModifyVpcPeeringConnectionOptions","Effect":"Allow","Resource":'
    '"arn:%s:ec2:%s:%s:vpc-peering-connection/pcx-0123456789abcdef0"}],"Version":"2012-10-17"}'
)


def _connections(settings: Settings) -> int:
    """Return how many a new cluster's VPC has; an existing cluster's stand already."""
    return sum(peer.vpc_id is not None for peer in settings.peers) if settings.cluster else 0


def policy_length(region: str, account: str) -> int:
    """Return how many characters the policy of a connection's DNS option has."""
    return len(_POLICY % (partition(region), region, account))


@rule(
    "connections-fit-the-quota",
    "warning",
    must="make at most 50 peering connections",
    why="a VPC has 50 active ones, those that others made included, unless its account's quota was raised: the stack "
    "fails at the next one",
    source="AWS General Reference, Amazon VPC endpoints and quotas, Active VPC peering connections per VPC",
    fix="reach several of them by a transit gateway; where the quota was raised (125 at most), acknowledge it",
    paths=("peers", "peers[].vpc_id"),
)
def connections_fit_the_quota(settings: Settings) -> Iterator[At]:
    """Find a new cluster's VPC with more connections than the default quota."""
    if (connected := _connections(settings)) > _CONNECTIONS:
        yield At("peers", f"{connected}")


@rule(
    "connections-fit-a-role",
    "error",
    must="make no more peering connections than one role has room for",
    why="each has a policy of the role that sets their DNS options, and a role takes 10,240 characters of them: the "
    "stack fails at the next one",
    source="IAM user guide, IAM and AWS STS quotas, inline policies of a role",
    fix="reach several of them by a transit gateway",
    paths=("peers", "peers[].vpc_id", "region"),
)
def connections_fit_a_role(settings: Settings) -> Iterator[At]:
    """Find more connections than that; how long a policy is depends on the names of partition and region."""
    fits = _OF_A_ROLE // policy_length(settings.region, settings.account)
    if (connected := _connections(settings)) > fits:
        yield At("peers", f"{connected}, and in {settings.region} {fits} fit", final=True)


@rule(
    "gateways-fit-a-vpc",
    "error",
    must="be one of at most 5 transit gateways",
    why="a VPC takes 5, and this quota cannot be raised",
    source="Transit gateways guide, Quotas, Transit gateways per VPC",
    fix="reach several peers by one gateway, or connect them: vpc_id",
    paths=("peers[].transit_gateway_id",),
)
def gateways_fit_a_vpc(settings: Settings) -> Iterator[At]:
    """Find the first peer of each gateway beyond the fifth."""
    gateways = [peer.transit_gateway_id for peer in settings.peers]
    for gateway in [found for found in dict.fromkeys(gateways) if found][_GATEWAYS:]:
        yield At(f"peers[{gateways.index(gateway)}].transit_gateway_id", gateway)


@rule(
    "node-groups-fit-the-quota",
    "warning",
    must="hold at most 30 groups",
    why="a cluster has 30 managed node groups unless its account's quota was raised: the stack fails at the next one",
    source="AWS General Reference, Amazon EKS endpoints and quotas, Managed node groups per cluster",
    fix="merge groups, or let Karpenter make nodes; where the quota was raised, acknowledge it",
    paths=("node_groups",),
)
def node_groups_fit_the_quota(settings: Settings) -> Iterator[At]:
    """Find more groups than the default quota."""
    if len(settings.node_groups) > _NODE_GROUPS:
        yield At("node_groups", f"{len(settings.node_groups)}")


@rule(
    "nodes-fit-the-quota",
    "warning",
    must="be at most 450",
    why="a managed node group has 450 nodes unless its account's quota was raised: EKS refuses the group",
    source="AWS General Reference, Amazon EKS endpoints and quotas, Nodes per managed node group",
    fix="make several groups; where the quota was raised, acknowledge it",
    paths=("node_groups[].max_size",),
)
def nodes_fit_the_quota(settings: Settings) -> Iterator[At]:
    """Find groups that may grow past the default quota."""
    for i, group in enumerate(settings.node_groups):
        if group.max_size > _NODES:
            yield At(f"node_groups[{i}].max_size", f"{group.max_size:,}")


RULES = (
    connections_fit_the_quota,
    connections_fit_a_role,
    gateways_fit_a_vpc,
    node_groups_fit_the_quota,
    nodes_fit_the_quota,
)
