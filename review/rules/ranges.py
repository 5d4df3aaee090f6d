"""Rules about address ranges and zones: what AWS refuses, before it is asked."""

from __future__ import annotations

import ipaddress
import itertools
from typing import TYPE_CHECKING

from review.flows.conditions import overlapping
from review.ranges import OF_PEERS, OF_VPC, Named, of_peers, of_vpc
from review.rules.at import At
from review.rules.rule import rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from settings import Settings

_SERVICE_WIDEST, _SERVICE_NARROWEST = 12, 24
PUBLIC_SUBNET = 256
_NEVER_OUTSIDE = (
    *("100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24"),
    "224.0.0.0/3",
)
_PRIVATE = tuple(ipaddress.IPv4Network(text) for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"))


def _network(settings: Settings) -> str:
    return "network" if settings.network else "existing_network"


def _cluster(settings: Settings) -> str:
    return "cluster" if settings.cluster else "existing_cluster"


@rule(
    "ranges-do-not-overlap",
    "error",
    must="share no address with another range of this file",
    why="a peering connection between overlapping VPCs fails, and an address that means two things reaches one of them",
    source="VPC peering guide, How VPC peering connections work; EKS user guide, VPC and subnet requirements",
    fix="give one of them another range; a range around others is taken where a transit gateway leads to it",
    paths=(*OF_VPC, *OF_PEERS, "cluster.service_cidr"),
)
def ranges_do_not_overlap(settings: Settings) -> Iterator[At]:
    """Find pairs among the VPC, the service range and the peers. A gateway's wider route gives way to all others."""
    service = f"{_cluster(settings)}.service_cidr"
    ranges = [*of_vpc(settings), Named(service, settings.any_cluster.service_cidr, "services"), *of_peers(settings)]
    by_gateway = {f"peer {peer.name}" for peer in settings.peers if peer.transit_gateway_id}
    for one, other in itertools.combinations(ranges, 2):
        wider, narrower = sorted((one, other), key=lambda found: ipaddress.IPv4Network(found.cidr).prefixlen)
        differ = ipaddress.IPv4Network(wider.cidr).prefixlen < ipaddress.IPv4Network(narrower.cidr).prefixlen
        gives_way = differ and wider.whose in by_gateway and wider.whose != narrower.whose
        if overlapping(one.cidr, other.cidr) and (not gives_way or service in (one.path, other.path)):
            yield At(other.path, f"{other.cidr}, which overlaps {one.path} ({one.cidr})")


@rule(
    "vpc-range-holds-its-subnets",
    "error",
    must="hold a public /24 and a private subnet for each availability zone",
    why="the subnets are cut from the VPC's range, the public ones first",
    source="aws-cdk-lib, aws-ec2, SubnetConfiguration.cidrMask",
    fix="take a wider range, such as a /16",
    paths=("network.cidr", "network.availability_zones"),
)
def vpc_range_holds_its_subnets(settings: Settings) -> Iterator[At]:
    """Find ranges without room behind the public subnets: what is left is none, or a /24 or more for all zones."""
    if settings.network:
        zones = len(settings.network.availability_zones)
        if ipaddress.IPv4Network(settings.network.cidr).num_addresses <= zones * PUBLIC_SUBNET:
            yield At("network.cidr", f"{settings.network.cidr} for {zones} zones", final=True)


@rule(
    "service-range-is-private",
    "error",
    must="be between /24 and /12, within 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16",
    why="EKS refuses any other range, and it cannot be changed later",
    source="EKS API reference, KubernetesNetworkConfigRequest",
    fix="take 172.20.0.0/16 or 10.100.0.0/16",
    paths=("cluster.service_cidr", "existing_cluster.service_cidr"),
)
def service_range_is_private(settings: Settings) -> Iterator[At]:
    """Find service ranges that EKS does not take."""
    network = ipaddress.IPv4Network(settings.any_cluster.service_cidr)
    fits = _SERVICE_WIDEST <= network.prefixlen <= _SERVICE_NARROWEST
    if not fits or not any(network.subnet_of(private) for private in _PRIVATE):
        yield At(f"{_cluster(settings)}.service_cidr", settings.any_cluster.service_cidr)


@rule(
    "endpoint-ranges-are-public",
    "error",
    must="be ranges of public addresses, or 0.0.0.0/0",
    why="EKS refuses private and reserved ones, those of documentation included: nobody comes from them, nor from the "
    "shared ones of a provider or an overlay network, 100.64.0.0/10",
    source="EKS user guide, Cluster API server endpoint; RFC 1918, RFC 5737, RFC 6598",
    fix="give the ranges that people and build agents have in the internet; inside the VPC the private way is used",
    paths=("cluster.endpoint_cidrs",),
)
def endpoint_ranges_are_public(settings: Settings) -> Iterator[At]:
    """Find ranges that EKS does not take."""
    refused = [*map(str, _PRIVATE), *_NEVER_OUTSIDE]
    for i, cidr in enumerate(settings.cluster.endpoint_cidrs if settings.cluster else ()):
        if cidr != "0.0.0.0/0" and any(overlapping(cidr, other) for other in refused):
            yield At(f"cluster.endpoint_cidrs[{i}]", cidr)


@rule(
    "zones-lie-in-the-region",
    "error",
    must="be different zones of the region",
    why="a subnet can only be made in a zone of its region, and two in one zone do not survive its failure",
    source="VPC user guide, Subnets for your VPC; EKS user guide, Subnet requirements",
    fix="name two or more zones that begin with the region's name",
    paths=("network.availability_zones", "existing_network.availability_zones", "region"),
)
def zones_lie_in_the_region(settings: Settings) -> Iterator[At]:
    """Find zones of other regions, and zones named twice in a new VPC."""
    zones, path = settings.any_network.availability_zones, f"{_network(settings)}.availability_zones"
    for i, zone in enumerate(zones):
        if zone[:-1] != settings.region:
            yield At(f"{path}[{i}]", f"{zone} in {settings.region}")
        elif zone in zones[:i] and (settings.network or len(set(zones)) == 1):
            yield At(f"{path}[{i}]", f"{zone} again")


RULES = (
    ranges_do_not_overlap,
    vpc_range_holds_its_subnets,
    service_range_is_private,
    endpoint_ranges_are_public,
    zones_lie_in_the_region,
)
