"""Rules about the IPv4 blocks of a VPC: their size, their addresses, and how many there are."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING

from review.ranges import OF_PEERS, OF_VPC, of_peers, of_vpc
from review.rules.at import At
from review.rules.rule import rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from settings import Settings

_WIDEST, _QUOTA = 16, 5
_OF_NO_HOST = tuple(map(ipaddress.IPv4Network, ("0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/3")))


@rule(
    "vpc-range-fits-a-vpc",
    "error",
    must="be between /16 and /28",
    why="AWS makes no VPC of another size",
    source="VPC user guide, VPC CIDR blocks",
    fix="take a range of /16 or narrower",
    paths=OF_VPC,
)
def vpc_range_fits_a_vpc(settings: Settings) -> Iterator[At]:
    """Find VPC ranges that are too wide; the settings refuse those that are too narrow."""
    for found in of_vpc(settings):
        if ipaddress.IPv4Network(found.cidr).prefixlen < _WIDEST:
            yield At(found.path, found.cidr, final=settings.network is not None)


@rule(
    "ranges-are-of-hosts",
    "error",
    must="lie outside 0.0.0.0/8, 127.0.0.0/8, 169.254.0.0/16 and 224.0.0.0/3",
    why="these are no addresses of hosts in a network, but loopback, link-local, multicast and reserved ones: no route "
    "leads to them",
    source="RFC 6890, Special-Purpose IP Address Registries; RFC 1112, host groups and class E",
    fix="take a private range such as 10.0.0.0/16",
    paths=(*OF_VPC, *OF_PEERS),
)
def ranges_are_of_hosts(settings: Settings) -> Iterator[At]:
    """Find ranges of the VPC and of peers that lie in one of those."""
    for found in (*of_vpc(settings), *of_peers(settings)):
        if any(ipaddress.IPv4Network(found.cidr).subnet_of(none) for none in _OF_NO_HOST):
            yield At(found.path, found.cidr)


@rule(
    "ranges-fit-the-quota",
    "warning",
    must="make at most 5 ranges of one VPC with cidr",
    why="a VPC has 5 IPv4 ranges unless its account's quota was raised: one of these is probably another VPC's, and "
    "would be routed and admitted here",
    source="VPC user guide, Amazon VPC quotas, IPv4 CIDR blocks per VPC",
    fix="remove what is no range of this VPC; where the quota was raised (50 at most), acknowledge it",
    paths=("existing_network.further_cidrs", "peers[].further_cidrs"),
)
def ranges_fit_the_quota(settings: Settings) -> Iterator[At]:
    """Find VPCs with more ranges than the default quota; behind a transit gateway may lie several VPCs."""
    vpcs = {f"peers[{i}]": peer.cidrs for i, peer in enumerate(settings.peers) if peer.vpc_id}
    for path, cidrs in {"existing_network": settings.any_network.cidrs, **vpcs}.items():
        if len(cidrs) > _QUOTA:
            yield At(f"{path}.further_cidrs", f"{len(cidrs)}")


RULES = (vpc_range_fits_a_vpc, ranges_are_of_hosts, ranges_fit_the_quota)
