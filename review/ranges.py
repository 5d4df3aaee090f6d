"""The IPv4 ranges that an environment file gives to its VPC and to peers."""

from __future__ import annotations

import functools
import ipaddress
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from settings import Settings
    from settings.network import ExistingNetwork, Network, Peer

OF_VPC = ("network.cidr", "existing_network.cidr", "existing_network.further_cidrs")
"""Where the ranges of the VPC stand."""
OF_PEERS = ("peers[].cidr", "peers[].further_cidrs")
"""Where those of peers stand."""


class Named(NamedTuple):
    """A range, the path where it stands, and in words whose it is."""

    path: str
    cidr: str
    whose: str


def of_vpc(settings: Settings) -> Iterator[Named]:
    """Yield the ranges of the VPC, the primary one first."""
    section = "network" if settings.network else "existing_network"
    return _ranges(section, settings.any_network, "the VPC")


def of_peers(settings: Settings) -> Iterator[Named]:
    """Yield the ranges of all peers, in the order of the file."""
    for i, peer in enumerate(settings.peers):
        yield from _ranges(f"peers[{i}]", peer, f"peer {peer.name}")


def goes_elsewhere(settings: Settings, peer: Peer, cidr: str) -> bool:
    """Return whether a range in those of a peer is the VPC's or another peer's: of two routes the narrower one counts.

    Only a transit gateway's range may lie around others (ranges-do-not-overlap).
    """
    if not peer.transit_gateway_id:
        return False
    wanted, whose = _network(cidr), f"peer {peer.name}"
    own = max((_network(one).prefixlen for one in peer.cidrs if _network(one).overlaps(wanted)), default=0)
    found = (_network(one.cidr) for one in (*of_vpc(settings), *of_peers(settings)) if one.whose != whose)
    return any(network.prefixlen > own and wanted.subnet_of(network) for network in found)


_network = functools.lru_cache(65_536)(ipaddress.IPv4Network)


def _ranges(path: str, of: Network | ExistingNetwork | Peer, whose: str) -> Iterator[Named]:
    for number, cidr in enumerate(of.cidrs):
        yield Named(f"{path}.further_cidrs[{number - 1}]" if number else f"{path}.cidr", cidr, whose)
