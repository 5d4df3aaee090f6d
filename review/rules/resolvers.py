"""Rules about whom the node cache asks: resolvers of stub domains, and upstreams."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING

from review.flows import RESOLVER_OF_VPC, conditions_of, resolvers_of
from review.ranges import of_peers, of_vpc
from review.rules.at import At
from review.rules.rule import rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from settings import Settings

_OF_A_VPC = range(16, 29)  # another range behind a gateway is no VPC's, and its second address may be anybody's
_CACHE = "pod_networking.dns_cache"
_ZONES, _UPSTREAMS = f"{_CACHE}.stub_domains", f"{_CACHE}.upstreams"


def _resolvers(settings: Settings) -> Iterator[tuple[str, int, tuple[str, ...]]]:
    """Yield path, place in its list, and the list, of every resolver."""
    for zone, resolvers in resolvers_of(settings).items():
        for i in range(len(resolvers)):
            yield f"{_UPSTREAMS if zone == '.' else f'{_ZONES}.{zone[:100]}'}[{i}]", i, resolvers


@rule(
    "stub-resolvers-are-other-hosts",
    "error",
    must="be another host, and named once",
    why="a query that comes back to the cache goes in circles",
    source="coredns.io, plugins, forward and loop",
    fix="name the resolvers of the zone, such as the inbound endpoint of a Route 53 resolver",
    paths=(_ZONES, _UPSTREAMS),
)
def stub_resolvers_are_other_hosts(settings: Settings) -> Iterator[At]:
    """Find the cache's own addresses, repeated ones, and addresses of no host."""
    own = {settings.pod_networking.dns_cache.local_ip, settings.cluster_dns_ip}
    for path, i, resolvers in _resolvers(settings):
        address = ipaddress.IPv4Address(resolvers[i])
        unusable = address.is_multicast or address.is_unspecified or address.is_loopback
        if resolvers[i] in own or resolvers[i] in resolvers[:i] or unusable:
            yield At(path, resolvers[i], final=settings.pod_networking.dns_cache.enabled)


@rule(
    "stub-resolvers-are-reached",
    "warning",
    must="lie in the VPC, in a peer or in the internet",
    why="a private address outside them is reached only by ways that are not in this file, such as a transit gateway",
    source="VPC user guide, Route tables",
    fix="mend the address, add the peer, or acknowledge the way",
    paths=(_ZONES, _UPSTREAMS, "peers[].cidr", "peers[].further_cidrs", "existing_network.behind_nat"),
)
def stub_resolvers_are_reached(settings: Settings) -> Iterator[At]:
    """Find private ones in no range of the file, and public ones without a way out."""
    ranges = [found.cidr for found in (*of_vpc(settings), *of_peers(settings))]
    networks = [ipaddress.IPv4Network(cidr) for cidr in (*ranges, RESOLVER_OF_VPC)]
    isolated = conditions_of(settings).nodes == "isolated"
    for path, i, resolvers in _resolvers(settings):
        address = ipaddress.IPv4Address(resolvers[i])
        if (isolated or not address.is_global) and not any(address in network for network in networks):
            yield At(path, f"{resolvers[i]}, and no subnet has a way to the internet" if isolated else resolvers[i])


@rule(
    "stub-resolvers-serve-others",
    "error",
    must="be a resolver that answers this VPC",
    why="the second address of a VPC's or a subnet's range is Amazon's resolver for that VPC alone, or nobody",
    source="Route 53 developer guide, DNS queries between VPCs and your network; VPC user guide, Subnet sizing",
    fix="take the addresses of a Route 53 Resolver inbound endpoint in the peer; of this VPC, 169.254.169.253",
    paths=(_ZONES, _UPSTREAMS, "existing_network.further_cidrs", "peers[].cidr", "peers[].further_cidrs"),
)
def stub_resolvers_serve_others(settings: Settings) -> Iterator[At]:
    """Find the second address of a range: of a VPC's primary one it is its resolver, for itself; of others nobody."""
    _, *further = of_vpc(settings)
    networks = [ipaddress.IPv4Network(found.cidr) for found in (*further, *of_peers(settings))]
    taken = {str(network[2]) for network in networks if network.prefixlen in _OF_A_VPC}
    for path, i, resolvers in _resolvers(settings):
        if resolvers[i] in taken:
            yield At(path, resolvers[i])


RULES = (stub_resolvers_are_other_hosts, stub_resolvers_are_reached, stub_resolvers_serve_others)
