"""What surrounds the node: the VPC's router with its checks, a NAT gateway, other hosts, peers, the internet.

By hand, since no code of EC2 can be had. Three rules of the VPC count here: it drops a packet whose source address does
not belong to the ENI that it left by (EC2 user guide, Source/destination check), it knows no address outside its
ranges, and a NAT gateway serves private addresses, while in a public subnet only an ENI's own public address is
translated.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.dataplane.lab.addresses import (
    INTERNET,
    INTERNET_NOWHERE,
    INTERNET_PUBLIC,
    METADATA,
    NAT_GATEWAY,
    NODE_PUBLIC,
)

if TYPE_CHECKING:
    from tests.dataplane.lab.addresses import Addresses
    from tests.dataplane.lab.links import Links
    from tests.dataplane.lab.namespaces import Namespaces

NAMESPACES = ("node", "router", "host", "peer", "internet", "sgp", "plain", "sgp2", "plain2")
PRIMARY, TRUNK = "primary", "trunk"  # the router's links, named after the ENIs at their other ends
BRANCHES = {"sgp": "branch", "sgp2": "branch2"}  # of which pod
_MTU = 9001
_EDGE = "192.0.2.1"  # next hop of all hosts but the node


@dataclass(frozen=True)
class Wires:
    """What the CNI's code must be told about the node's links."""

    primary_mac: str
    branch_macs: dict[str, str]
    """{pod: its branch ENI's}."""


class Fabric:
    """Wire the namespaces together and give them their addresses."""

    def __init__(self, namespaces: Namespaces, addresses: Addresses, links: Links, metadata_hops: int) -> None:
        self._namespaces, self._addresses, self._links = namespaces, addresses, links
        self._metadata_hops = metadata_hops

    def build(self) -> Wires:
        """Make links, addresses, routes and the router's checks."""
        for name in NAMESPACES:  # else they would be those of the machine
            for key in ("conf/all/rp_filter", "conf/default/rp_filter"):
                self._namespaces.set(name, key, 0)
        wires = self._node()
        peers = [self._addresses.peer(name) for name, _ in self._addresses.peers]
        self._hosts("host", self._addresses.host, self._addresses.coredns, self._addresses.resolver)
        self._hosts("peer", *dict.fromkeys([*peers, *self._addresses.resolvers]))
        self._hosts("internet", INTERNET, INTERNET_PUBLIC, INTERNET_NOWHERE, *self._addresses.at_services)
        self._router(wires)
        return wires

    def _node(self) -> Wires:
        """Give the node its primary ENI, and a trunk ENI where the kernel can put branches on it."""
        wire, node, length = self._wire, self._namespaces, self._addresses.subnet.split("/")[1]
        wire("node", "eth0", PRIMARY)
        if self._links.vlan:
            wire("node", TRUNK, TRUNK)
            for number, branch in enumerate(BRANCHES.values(), 1):
                lines = [f"link add link {TRUNK} name {branch} type vlan id {number}", f"link set {branch} up"]
                node.ip("router", *lines)
            macs = {pod: f"0e:00:00:00:00:{number:02}" for number, pod in enumerate(BRANCHES, 1)}
        else:
            for pod, branch in BRANCHES.items():
                wire("node", f"prepared-{pod}", branch)
            macs = {pod: node.mac("node", f"prepared-{pod}") for pod in BRANCHES}
        wires = Wires(node.mac("node", "eth0"), macs)
        node.ip(
            "node",
            f"address add {self._addresses.node}/{length} dev eth0",
            f"route add default via {self._addresses.gateway}",
        )
        return wires

    def _wire(self, name: str, near: str, far: str) -> None:
        self._namespaces.ip(name, f"link add {near} type veth peer name {far} netns router")
        self._namespaces.ip(name, f"link set {near} mtu {_MTU} up")
        self._namespaces.ip("router", f"link set {far} mtu {_MTU} up")

    def _hosts(self, name: str, *addresses: str) -> None:
        """Put all addresses of a namespace behind one wire."""
        self._wire(name, "eth0", name)
        routes = [f"route add {_EDGE} dev eth0", f"route add default via {_EDGE}"]
        self._namespaces.ip(name, *(f"address add {address}/32 dev eth0" for address in addresses), *routes)
        self._namespaces.ip("router", *(f"route add {address}/32 dev {name}" for address in addresses))

    def _router(self, wires: Wires) -> None:
        """Let it answer for every next hop, forward what it knows and drop the rest without a word."""
        at, inside = self._namespaces, self._addresses
        ends = [(address, PRIMARY, wires.primary_mac) for address in (inside.node, inside.plain, inside.plain2)]
        ends += [(inside.pods[pod], branch, wires.branch_macs[pod]) for pod, branch in BRANCHES.items()]
        at.ip(
            "router",
            *(f"address add {a}/32 dev lo" for a in (inside.gateway, _EDGE, METADATA, NAT_GATEWAY, NODE_PUBLIC)),
            *(f"route add {address}/32 dev {link}" for address, link, _ in ends),
            *(f"neighbour add {address} lladdr {mac} dev {link} nud permanent" for address, link, mac in ends),
            "route add blackhole default",
        )
        at.set("router", "ip_forward", 1)
        at.set(
            "router", "ip_default_ttl", self._metadata_hops
        )  # of what it sends itself: the metadata service's answers
        for link in (PRIMARY, *BRANCHES.values()):
            at.set("router", f"conf/{link}/proxy_arp", 1)
            at.set("router", f"neigh/{link}/proxy_delay", 0)
        at.rules("router", *_checks(inside), *_translations(inside))


def _checks(inside: Addresses) -> list[str]:
    """Return the source check of the ENIs."""
    own = (inside.node, inside.plain, inside.plain2)
    allowed = [f"-A PREROUTING -i {PRIMARY} -s {address} -j ACCEPT" for address in own]
    branches = [f"-A PREROUTING -i {link} ! -s {inside.pods[pod]} -j DROP" for pod, link in BRANCHES.items()]
    return ["*raw", *allowed, f"-A PREROUTING -i {PRIMARY} -j DROP", *branches, "COMMIT"]


def _translations(inside: Addresses) -> list[str]:
    """Return the NAT gateway, the internet gateway of a public subnet, and what a VPC without a way out drops."""
    nowhere = [INTERNET_NOWHERE, *inside.services_seen_from("isolated")]
    public = [INTERNET_PUBLIC, *inside.services_seen_from("public-subnet")]
    return [
        "*filter",
        *(f"-A FORWARD -d {address} -j DROP" for address in nowhere),
        *(f"-A FORWARD -d {address} ! -s {inside.node} -j DROP" for address in public),
        "COMMIT",
        "*nat",
        f"-A POSTROUTING -o internet -d {','.join(public)} -j SNAT --to-source {NODE_PUBLIC}",
        f"-A POSTROUTING -o internet -j SNAT --to-source {NAT_GATEWAY}",
        "COMMIT",
    ]
