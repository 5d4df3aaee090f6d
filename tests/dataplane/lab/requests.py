"""The requests of all flows that the model tells of."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING, get_args

from tests.dataplane.lab.addresses import AGENT, INTERNET, INTERNET_NOWHERE, INTERNET_PUBLIC, METADATA
from tests.dataplane.lab.coredns import LONG
from tests.dataplane.lab.node import NODE_PORTS
from tests.dataplane.lab.request import Protocol, Request

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.dataplane.lab.addresses import Addresses

_BOTH: tuple[Protocol, ...] = get_args(Protocol)
_TCP: tuple[Protocol, ...] = ("tcp",)
_UDP: tuple[Protocol, ...] = ("udp",)
_EXTERNAL = "example.com"
_FIRST_PORT, _LAST_PORT = 20000, 28000


class Requests:
    """Make requests whose servers have ports of their own, never used before: late packets belong to nobody."""

    def __init__(self, addresses: Addresses, cluster_domain: str, *, forced: bool = True) -> None:
        """Make them for a cache that asks CoreDNS by TCP alone where it is `forced` to."""
        self._at, self._domain, self._forced = addresses, cluster_domain, forced
        self._ports = itertools.cycle(range(_FIRST_PORT, _LAST_PORT))

    def all(self) -> list[Request]:
        """Return a request for each flow and protocol."""
        return [*self._from_pods(), *self._from_outside(), *self._from_node(), *self._node_ports(), *self._dns()]

    def _to(
        self, flow: str, client: str, server: str, address: str, *, by: tuple[Protocol, ...] = _BOTH, own: str = ""
    ) -> Iterator[Request]:
        """Return requests to an answerer in namespace `server` at `address`."""
        from_ = own or {"sgp": self._at.sgp, "plain": self._at.plain, "node": self._at.node}.get(client, self._at.host)
        for protocol in by:
            port = next(self._ports)
            yield Request(
                flow=flow,
                protocol=protocol,
                client=client,
                client_address=from_,
                to=address,
                port=port,
                server=(server, address, port),
            )

    def _from_pods(self) -> Iterator[Request]:
        at = self._at
        for pod, other, address in (("sgp", "plain", at.plain), ("plain", "sgp", at.sgp)):
            yield from self._to(f"{pod}-to-vpc", pod, "host", at.host)
            yield from self._to(f"{pod}-to-{other}", pod, other, address)
            yield from self._to(f"{pod}-to-{pod}", pod, f"{pod}2", at.pods[f"{pod}2"])
            yield from self._to(f"{pod}-to-link-local", pod, "node", AGENT)
            yield from self._to(f"{pod}-to-imds", pod, "router", METADATA, by=_TCP)
            yield from self._internet(pod)
            for name, _ in at.peers:
                for request in self._to(f"{pod}-to-peer", pod, "peer", at.peer(name)):
                    yield replace(request, peer=name)
        yield from self._to("plain-to-node-ip", "plain", "node", at.node)
        yield from self._to("sgp-to-node-ip-udp", "sgp", "node", at.node, by=_UDP)
        yield from self._to("sgp-to-node-ip-tcp", "sgp", "node", at.node, by=_TCP)

    def _internet(self, client: str) -> Iterator[Request]:
        for request in self._to(f"{client}-to-internet", client, "internet", INTERNET):
            yield replace(request, nodes="nat-gateway")
        for request in self._to(f"{client}-to-internet", client, "internet", INTERNET_PUBLIC):
            yield replace(request, nodes="public-subnet")
        for request in self._to(f"{client}-to-internet", client, "internet", INTERNET_NOWHERE):
            yield replace(request, nodes="isolated")
        for cidr in self._at.services * (client == "sgp"):
            for request in self._to("sgp-to-external-service", client, "internet", self._at.service(cidr)):
                yield replace(request, peer=cidr, nodes=self._at.nodes)

    def _from_outside(self) -> Iterator[Request]:
        for pod, address in (("sgp", self._at.sgp), ("plain", self._at.plain)):
            yield from self._to(f"vpc-to-{pod}", "host", pod, address)
            for name, _ in self._at.peers:
                for request in self._to(f"peer-to-{pod}", "peer", pod, address, own=self._at.peer(name)):
                    yield replace(request, peer=name)

    def _from_node(self) -> Iterator[Request]:
        at = self._at
        yield from self._to("kubelet-to-sgp", "node", "sgp", at.sgp, by=_TCP)
        yield from self._to("kubelet-to-plain", "node", "plain", at.plain, by=_TCP)
        yield from self._to("node-to-plain", "node", "plain", at.plain, by=_UDP)
        yield from self._to("node-to-sgp-connected", "node", "sgp", at.sgp, by=_UDP)
        for request in self._to("node-to-sgp-unconnected", "node", "sgp", at.sgp, by=_UDP):
            yield replace(request, connected=False)
        yield from self._internet("node")

    def _node_ports(self) -> Iterator[Request]:
        for flow, (port, target) in NODE_PORTS.items():
            pod = flow.rpartition("-")[2]
            address = self._at.sgp if pod == "sgp" else self._at.plain
            for request in self._to(flow, "host", pod, self._at.node, by=_TCP):
                yield replace(request, port=port, server=(pod, address, target))

    def _dns(self) -> Iterator[Request]:
        at = self._at
        clients = {"sgp": at.sgp, "plain": at.plain, "node": at.node}
        for client, protocol in itertools.product(clients, _BOTH):
            asked = Request(
                flow=f"{client}-to-local-dns",
                protocol=protocol,
                client=client,
                client_address=clients[client],
                to=at.local_dns,
                port=53,
                name=self._domain,
            )
            yield asked
            if client != "node":
                behind = (at.cluster_dns, at.coredns)
                yield replace(asked, flow=f"{client}-to-cluster-dns", to=at.cluster_dns, far=behind)
            if client == "plain":
                yield from self._asked_by_the_cache(replace(asked, near=at.node))

    def _asked_by_the_cache(self, asked: Request) -> Iterator[Request]:
        """Return what the cache asks by itself, for a client that speaks the protocol of `asked`."""
        at, external = self._at, replace(asked, name=_EXTERNAL)
        to_coredns = replace(asked, flow="cache-to-coredns", carrier=asked.protocol, far=(at.coredns,))
        if not self._forced:  # by TCP too where the answer is cut off, or the client speaks it
            yield to_coredns if asked.protocol == "udp" else replace(to_coredns, name=f"{LONG}.{self._domain}")
        if asked.protocol == "udp":
            if self._forced:
                yield replace(to_coredns, protocol="tcp")
            if "." not in {zone for zone, *_ in at.zones}:
                yield replace(external, flow="cache-to-vpc-resolver", carrier="udp", far=(at.resolver,))
        for zone, peer, _ in at.zones:
            anyone = tuple(address for other, _, those in at.zones for address in those if other == zone)
            if peer:
                name = _EXTERNAL if zone == "." else zone
                # the cache asks by UDP whatever its client speaks, and again by TCP where the answer is cut off
                name = f"{LONG}.{name}" if asked.protocol == "tcp" else name
                yield replace(
                    asked, flow="cache-to-peer-resolver", carrier=asked.protocol, far=anyone, name=name, peer=peer
                )
