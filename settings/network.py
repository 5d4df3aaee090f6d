"""Where the cluster stands: a VPC of its own or an existing one, and the VPCs it is peered with."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from settings.fields import (
    AccountId,
    AnyRange,
    Name,
    PrefixListId,
    Region,
    RoleArn,
    RouteTableId,
    SecurityGroupId,
    SubnetId,
    TransitGatewayId,
    VpcId,
    VpcRange,
    Zone,
)
from settings.forms import Section

# a function in a VPC takes 16 subnets (Lambda API reference, VpcConfig)
_SUBNETS = Field(min_length=2, max_length=16)
# 50 blocks is the most that AWS raises a VPC's quota to, the primary one counted (VPC user guide, Amazon VPC quotas)
_FURTHER = Field(max_length=49)


class Network(Section):
    """A VPC that podnet makes: private subnets for nodes, public ones only for NAT gateways and load balancers."""

    cidr: VpcRange
    """IPv4 range of the VPC; must not overlap a peer's or the service range."""
    availability_zones: Annotated[tuple[Zone, ...], Field(min_length=2, max_length=6)]
    """Zones by name, two or more. They are written down because nothing is looked up at synth."""
    nat_gateways: Annotated[int, Field(ge=1, le=6)] = 1
    """Number of NAT gateways. At least one: external SNAT leaves address translation to them (a VPC without is an
    existing_network). A zone has one at most, whatever stands here."""
    s3_endpoint: bool = True
    """Gateway endpoint for S3: image layers do not pass the NAT gateway."""
    interface_endpoints: tuple[Literal["ec2", "ecr.api", "ecr.dkr", "eks", "logs", "sts"], ...] = ()
    """AWS services reached inside the VPC, by the last part of their endpoint name."""
    flow_logs: bool = False
    """VPC flow logs to CloudWatch Logs, kept for a month."""

    @property
    def cidrs(self) -> tuple[str, ...]:
        """All ranges of the VPC: podnet makes it with one."""
        return (self.cidr,)


class ExistingNetwork(Section):
    """A VPC that somebody else manages. Nothing is looked up: what podnet must know stands here."""

    vpc_id: VpcId
    """The VPC's id."""
    cidr: VpcRange
    """IPv4 range of the VPC, the primary one where it has several."""
    further_cidrs: Annotated[tuple[VpcRange, ...], _FURTHER] = ()
    """The VPC's other IPv4 ranges, such as one for pods; peers route them back and admit them like `cidr`."""
    availability_zones: Annotated[tuple[Zone, ...], _SUBNETS]
    """Zones of the private subnets, one for each, in the same order."""
    private_subnet_ids: Annotated[tuple[SubnetId, ...], _SUBNETS]
    """Subnets with a route to a NAT gateway, 2 to 16; nodes (and a private endpoint's handler) stand in them."""
    private_route_table_ids: tuple[RouteTableId, ...] = ()
    """Route table of each private subnet, in the same order; needed where a new cluster has peers."""
    behind_nat: Literal[True, False, "isolated"] | None = None
    """Whether all nodes stand in subnets whose default route leads to a NAT gateway, or to somebody else who translates
    addresses. With external SNAT pods reach the internet by it alone; `isolated`: no subnet has a way to the internet,
    and nothing is to reach it. Left out: the review asks."""

    @property
    def cidrs(self) -> tuple[str, ...]:
        """All ranges of the VPC, the primary one first."""
        return (self.cidr, *self.further_cidrs)


class PeerSide(Section):
    """The peer's end of the connection, where it lies in the same account and region and podnet may change it."""

    route_table_ids: tuple[RouteTableId, ...] = ()
    """Route tables of the peer that get a route back to the cluster's VPC."""
    security_group_id: SecurityGroupId | None = None
    """Group of the peer's servers; gets an ingress rule for each workload that `reaches` this peer."""


class Peer(Section):
    """An existing VPC that pods reach over VPC peering, or a range behind a transit gateway."""

    name: Name
    """Name used in this file."""
    vpc_id: VpcId | None = None
    """The peer's VPC, to be connected; or else transit_gateway_id."""
    transit_gateway_id: TransitGatewayId | None = None
    """Transit gateway that leads to the peer. podnet attaches a VPC that it makes, and routes; the gateway must accept
    attachments by itself, and its owner routes back."""
    cidr: AnyRange
    """IPv4 range of the peer's VPC, or behind the gateway, where it may be one host's; routed there."""
    further_cidrs: Annotated[tuple[AnyRange, ...], _FURTHER] = ()
    """Other IPv4 ranges of the peer's VPC, or behind the gateway; routed, let out and admitted like `cidr`."""
    account: AccountId | None = None
    """The peer's account; left out: the same as this environment's."""
    region: Region | None = None
    """The peer's region; left out: the same as this environment's."""
    accepter_role_arn: RoleArn | None = None
    """Role in the peer's account that CloudFormation assumes to accept the connection."""
    dns_resolution: bool = True
    """Public DNS names of instances resolve to private addresses from the other side. Where the peer is in the same
    account and region both ways; elsewhere podnet sets its own half, names of this VPC from the peer, and the owner of
    the peer sets the other one (docs/peers.md). Of a connection: behind a transit gateway nothing reads it."""
    peer_side: PeerSide | None = None
    """What podnet changes on the peer's side; left out: nothing, its owner adds route and ingress."""

    @property
    def cidrs(self) -> tuple[str, ...]:
        """All ranges of the peer, `cidr` first."""
        return (self.cidr, *self.further_cidrs)


class RuleSource(Section):
    """The other end of a security group rule: exactly one of these."""

    cidr: AnyRange | None = None
    """An IPv4 range."""
    security_group_id: SecurityGroupId | None = None
    """An existing group in this VPC, or in a peer of the same account and region; `egress` names none behind a transit
    gateway."""
    prefix_list_id: PrefixListId | None = None
    """Ranges that somebody keeps, such as AWS those of S3 in this region. It counts as many rules as it may have
    entries, one of AWS its weight (S3 and DynamoDB 1, CloudFront 55)."""
    workload: Name | None = None
    """The own group of another workload, by its name."""
    namespace: Name | None = None
    """Namespace of that `workload`; left out: the same. The rule is made in the stack of that one of the two namespaces
    that is the later in the alphabet."""
    peer: Name | None = None
    """All ranges of a peer, by its name in this file."""
    cluster: Literal[True] | None = None
    """The cluster's own group: nodes, pods without a group of their own, and the API server."""
