"""The flows of one environment: those that every cluster has, those of each peer, and DNS while the cache is away."""

from __future__ import annotations

import dataclasses
import ipaddress
from typing import TYPE_CHECKING

from review.flows.conditions import Conditions, covers
from review.flows.from_sgp import LOCAL_DNS
from review.flows.prediction import predict
from review.ranges import goes_elsewhere, of_vpc

if TYPE_CHECKING:
    from collections.abc import Iterator

    from review.flows.conditions import Nodes
    from review.flows.flow import Flow
    from settings import Settings
    from settings.network import Peer

_ELSEWHERE: dict[bool | str | None, Nodes] = {False: "public-subnet", "isolated": "isolated"}
_FALLBACK = ("sgp-to-cluster-dns", "plain-to-cluster-dns")
_PRIVATE = ("10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16")  # RFC 1918, RFC 6598
_LOCAL = LOCAL_DNS.partition("/")[0]
RESOLVER_OF_VPC = "169.254.169.253"
_TO_VPC_RESOLVER, _TO_PEER_RESOLVER = "cache-to-vpc-resolver", "cache-to-peer-resolver"


def conditions_of(settings: Settings, peer_cidr: str = "") -> Conditions:
    """Return the model's conditions for an environment, towards one range of a peer where it is given.

    Nodes stand behind NAT gateways, unless an existing network's owner says that they do not.
    """
    pods, there = settings.pod_networking, settings.existing_network
    return Conditions(
        enforcing_mode=pods.enforcing_mode,
        external_snat=pods.external_snat,
        excluded_cidrs=pods.exclude_snat_cidrs,
        external_service_cidrs=external_services(settings)[0],
        peer_cidr=peer_cidr,
        cache="on" if pods.dns_cache.enabled else "away",
        tcp_early_demux=not pods.disable_tcp_early_demux,
        metadata_hops=1 if settings.node_groups else 2,
        nodes=_ELSEWHERE.get(there.behind_nat if there else None, "nat-gateway"),
    )


def external_services(settings: Settings) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the IPv4 ranges of AWS_EXTERNAL_SERVICE_CIDRS, and the parts of it that are none.

    aws-node passes over an address without a length and over a netmask (its parseCIDRString, and Go's net.ParseCIDR).
    """
    good, bad = [], []
    for part in map(str.strip, settings.pod_networking.env.get("AWS_EXTERNAL_SERVICE_CIDRS", "").split(",")):
        try:
            network = str(ipaddress.IPv4Network(part, strict=False))
        except ValueError:
            network = ""
        if network and part.partition("/")[2].isdecimal():
            good.append(network)
        else:
            bad.append(part)
    return tuple(good), tuple(filter(None, bad))


def resolvers_of(settings: Settings) -> dict[str, tuple[str, ...]]:
    """Return {zone: whom the cache asks} where the file names resolvers; `.` is every zone that has none of its own."""
    cache = settings.pod_networking.dns_cache
    return {**cache.stub_domains, **({".": cache.upstreams} if cache.upstreams else {})}


def asks_resolver_of_vpc(settings: Settings) -> bool:
    """Return whether the cache asks Amazon's resolver: unless told whom, or where the file names it.

    By 169.254.169.253 or by the second address of the VPC's primary range (VPC user guide, Amazon DNS).
    """
    named, primary = resolvers_of(settings), ipaddress.IPv4Network(next(of_vpc(settings)).cidr)
    asked = {address for addresses in named.values() for address in addresses}
    return "." not in named or not asked.isdisjoint((RESOLVER_OF_VPC, str(primary[2])))


def resolvers_in(settings: Settings, peer: Peer) -> dict[str, tuple[str, ...]]:
    """Return {zone: whom the cache asks in a peer}; zones with nobody there are left out."""
    there = {
        zone: tuple(one for one in addresses if lies_in(settings, peer, f"{one}/32"))
        for zone, addresses in resolvers_of(settings).items()
    }
    return {zone: addresses for zone, addresses in there.items() if addresses}


def lies_in(settings: Settings, peer: Peer, cidr: str) -> bool:
    """Return whether a range is a part of a peer's, and packets there take the way to this peer."""
    return covers(peer.cidrs, cidr) and not goes_elsewhere(settings, peer, cidr)


def flows_of(settings: Settings) -> tuple[Flow, ...]:
    """Return the environment's flows: common ones, one set per peer, one for each range of external services.

    And the DNS fallback where there is a cache.
    """
    common = conditions_of(settings)
    asks = asks_resolver_of_vpc(settings)
    found = [flow for flow in predict(common) if flow.id != _TO_VPC_RESOLVER or asks]
    for peer in settings.peers:
        asked = resolvers_in(settings, peer)
        found += [flow for flow in _of_peer(common, peer) if flow.id != _TO_PEER_RESOLVER or asked]
    for given in external_services(settings)[0]:
        flows = predict(_towards(common, given), given)
        found += [_of_service(flow, given) for flow in flows if flow.id == "sgp-to-internet"]
    if common.cache == "on":
        away = predict(dataclasses.replace(common, cache="away"))
        found += [dataclasses.replace(flow, moment="cache away") for flow in away if flow.id in _FALLBACK]
    return tuple(_of_cache(settings, flow) for flow in found)


def _of_cache(settings: Settings, flow: Flow) -> Flow:
    """Return a flow with the cache's own address, and with the protocols by which it asks CoreDNS."""
    cache = settings.pod_networking.dns_cache
    flow = dataclasses.replace(flow, title=flow.title.replace(_LOCAL, cache.local_ip))
    both = flow.id == "cache-to-coredns" and cache.cluster_protocol != "force_tcp"
    return dataclasses.replace(flow, protocols=("udp", "tcp")) if both else flow


def on_premises(service: str) -> bool:
    """Return whether a range of external services is private: other ways than the internet lead there."""
    return any(covers((private,), service) for private in _PRIVATE)


def _towards(common: Conditions, service: str) -> Conditions:
    return dataclasses.replace(common, nodes="nat-gateway") if on_premises(service) else common


def _of_service(flow: Flow, given: str) -> Flow:
    title = f"SGP pod -> external service in {given}"
    return dataclasses.replace(flow, id="sgp-to-external-service", title=title, range=given)


def _of_peer(common: Conditions, peer: Peer) -> Iterator[Flow]:
    """Yield the flows with the peer's first range, and those with a further one that go another way."""
    first: dict[str, Flow] = {}
    for cidr in peer.cidrs:
        for flow in predict(dataclasses.replace(common, peer_cidr=cidr)):
            if "peer" not in flow.id.split("-") or (flow.id in first and flow == first[flow.id]):
                continue
            title, known = flow.title.replace("peer", f"peer {peer.name}", 1), flow.id in first
            first.setdefault(flow.id, flow)
            yield dataclasses.replace(
                flow, peer=peer.name, title=f"{title}, in {cidr}" if known else title, range=cidr if known else ""
            )
