"""Where everything lies."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from review.flows.conditions import Nodes

INTERNET = "203.0.113.7"  # a server that pods reach through the NAT gateway (RFC 5737 ranges from here on)
INTERNET_PUBLIC = "203.0.113.8"  # the same, seen from a public subnet: only the node has an address there
INTERNET_NOWHERE = "203.0.113.9"  # the same, seen from a VPC without a way out
INTERNET_RANGE = "203.0.113.0/24"
NAT_GATEWAY, NODE_PUBLIC = "198.51.100.1", "198.51.100.10"
METADATA = "169.254.169.254"
AGENT = "169.254.170.23"  # EKS Pod Identity agent, on the node


@dataclass(frozen=True, kw_only=True)
class Addresses:
    """The addresses of one environment's laboratory: its ranges are real, the hosts in them are chosen here.

    The first half of the VPC's range is the node's subnet, the second half holds other hosts; a VPC of 32 addresses,
    the least that holds a cluster's two subnets, is large enough.
    """

    vpc_cidr: str
    service_cidr: str
    local_dns: str
    """Link-local address of the node cache."""
    peers: tuple[tuple[str, str], ...] = ()
    """(name, range) of each peered VPC."""
    zones: tuple[tuple[str, str, tuple[str, ...]], ...] = ()
    """(zone, peer, addresses there) of zones that the cache asks elsewhere for; no peer: not in one; `.`: all zones."""

    services: tuple[str, ...] = ()
    """Ranges in AWS_EXTERNAL_SERVICE_CIDRS."""
    on_premises: tuple[str, ...] = ()
    """Those of them that are reached wherever the node stands: by a VPN, say."""
    excluded: tuple[str, ...] = ()
    """Ranges that the node does not translate addresses to."""
    nodes: Nodes = "nat-gateway"
    """Where the node stands for these; other servers of the internet are asked from both places."""

    @property
    def subnet(self) -> str:
        """Range of the node's subnet."""
        return str(next(ipaddress.IPv4Network(self.vpc_cidr).subnets()))

    @property
    def gateway(self) -> str:
        """The subnet's router, the first address (VPC user guide, Subnet CIDR blocks)."""
        return self._host(1)

    @property
    def resolver(self) -> str:
        """The VPC's resolver, the second address (the same page)."""
        return self._host(2)

    @property
    def node(self) -> str:
        """The node's primary ENI."""
        return self._host(4)

    @property
    def sgp(self) -> str:
        """The pod with security groups of its own: its branch ENI's address."""
        return self._host(5)

    @property
    def plain(self) -> str:
        """The pod without: a secondary address of the primary ENI."""
        return self._host(6)

    @property
    def sgp2(self) -> str:
        """A second one of the first kind, with a branch ENI of its own."""
        return self._host(7)

    @property
    def plain2(self) -> str:
        """A second one of the second kind."""
        return self._host(8)

    @property
    def pods(self) -> dict[str, str]:
        """Return {namespace: address} of all four."""
        return {"sgp": self.sgp, "plain": self.plain, "sgp2": self.sgp2, "plain2": self.plain2}

    @property
    def host(self) -> str:
        """Another host of the VPC."""
        return self._host(ipaddress.IPv4Network(self.subnet).num_addresses + 1)

    @property
    def coredns(self) -> str:
        """A CoreDNS pod on another node."""
        return self._host(ipaddress.IPv4Network(self.subnet).num_addresses + 2)

    @property
    def cluster_dns(self) -> str:
        """The kube-dns ClusterIP."""
        return str(ipaddress.IPv4Network(self.service_cidr)[10])

    @property
    def upstream_dns(self) -> str:
        """ClusterIP of the Service by which the cache asks CoreDNS: any but the one before."""
        return str(ipaddress.IPv4Network(self.service_cidr)[11])

    @property
    def resolvers(self) -> tuple[str, ...]:
        """Whom the cache asks in peers."""
        return tuple(dict.fromkeys(address for _, peer, those in self.zones for address in those if peer))

    def peer(self, name: str) -> str:
        """Return the address of the host in the peer's VPC."""
        return self._in(dict(self.peers)[name], 9)

    def service(self, cidr: str) -> str:
        """Return the address of a server in a range of external services; none of those that stand above."""
        return self._in(cidr, 11)

    @property
    def at_services(self) -> tuple[str, ...]:
        """Their addresses, each once."""
        return tuple(dict.fromkeys(map(self.service, self.services)))

    def services_seen_from(self, nodes: Nodes) -> list[str]:
        """Return the addresses of the services that packets reach as nodes do that stand there."""
        return [self.service(one) for one in self.services if one not in self.on_premises and self.nodes == nodes]

    def _in(self, cidr: str, number: int) -> str:
        """Return an address of a range that lies in no narrower one, whose packets may go another way."""
        whole = ipaddress.IPv4Network(cidr)
        others = (self.vpc_cidr, *(range_ for _, range_ in self.peers), *self.services, *self.excluded)
        narrower = [one for one in map(ipaddress.IPv4Network, others) if one != whole and one.subnet_of(whole)]
        first = found = whole[min(number, whole.num_addresses - 1)]
        while around := [one.broadcast_address for one in narrower if found in one]:
            found = max(around) + 1 + number
        return str(found if found in whole else first)

    def _host(self, number: int) -> str:
        return str(ipaddress.IPv4Network(self.vpc_cidr)[number])
