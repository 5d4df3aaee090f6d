"""What decides the way of a packet: the CNI's variables, the cache, the peer, where the nodes stand."""

from __future__ import annotations

import dataclasses
import functools
import ipaddress
from typing import Literal

EnforcingMode = Literal["standard", "strict"]
CacheState = Literal["on", "away"]
Nodes = Literal["nat-gateway", "public-subnet", "isolated"]
_MANY = 65_536  # ranges that are read once: every rule of every workload is compared with each range of each peer


@dataclasses.dataclass(frozen=True, kw_only=True)
class Conditions:
    """One cell of the model: plain values, no settings."""

    enforcing_mode: EnforcingMode = "standard"
    """POD_SECURITY_GROUP_ENFORCING_MODE."""
    external_snat: bool = True
    """AWS_VPC_K8S_CNI_EXTERNALSNAT."""
    excluded_cidrs: tuple[str, ...] = ()
    """AWS_VPC_K8S_CNI_EXCLUDE_SNAT_CIDRS."""
    external_service_cidrs: tuple[str, ...] = ()
    """AWS_EXTERNAL_SERVICE_CIDRS."""
    peer_cidr: str = ""
    """A range of the peered VPC; empty: no peer, and no flow names one."""
    cache: CacheState = "on"
    """`away`: no cache on the node, or it restarts."""
    tcp_early_demux: bool = False
    """The node's sysctl net.ipv4.tcp_early_demux; DISABLE_TCP_EARLY_DEMUX=true makes it false."""
    metadata_hops: Literal[1, 2] = 2
    """HttpPutResponseHopLimit of the nodes; podnet's own have 1."""
    nodes: Nodes = "nat-gateway"
    """`nat-gateway`: private subnets behind one. `public-subnet`: only the node's primary address has a public one.
    `isolated`: no subnet has a way to the internet."""

    def words(self, destination: str) -> frozenset[str]:
        """Return the words of this cell as the table writes them, for packets to the range `destination`.

        `snat` or `direct`: whether the node puts its own address on packets that leave by its primary interface;
        an empty destination is inside the VPC and always `direct`.
        """
        return frozenset(
            {
                self.enforcing_mode,
                "cache" if self.cache == "on" else "away",
                "demux" if self.tcp_early_demux else "no-demux",
                f"hops-{self.metadata_hops}",
                self.nodes.partition("-")[0],
                "snat" if destination and self._translates(destination) else "direct",
                "rerouted" if destination and covers(self.external_service_cidrs, destination) else "routed",
            }
        )

    def _translates(self, destination: str) -> bool:
        return not self.external_snat and not covers(self.excluded_cidrs, destination)


def covers(ranges: tuple[str, ...], wanted: str) -> bool:
    """Return whether the ranges, taken together, hold every address of the IPv4 range `wanted`."""
    first, last = _ends(wanted)
    return any(start <= first and last <= end for start, end in _merged(ranges))


def overlapping(one: str, other: str) -> bool:
    """Return whether two IPv4 ranges have an address in common."""
    (first, last), (start, end) = _ends(one), _ends(other)
    return first <= end and start <= last


@functools.lru_cache(_MANY)
def _ends(text: str) -> tuple[int, int]:
    """Return the first and the last address of an IPv4 range, as numbers."""
    network = ipaddress.IPv4Network(text)
    return int(network.network_address), int(network.broadcast_address)


@functools.lru_cache(_MANY)
def _merged(ranges: tuple[str, ...]) -> tuple[tuple[int, int], ...]:
    networks = ipaddress.collapse_addresses(map(ipaddress.IPv4Network, ranges))
    return tuple(_ends(str(network)) for network in networks)
