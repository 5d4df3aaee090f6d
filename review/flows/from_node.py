"""The table for connections that the node itself makes: kubelet, programs on the host network, the cache."""

from __future__ import annotations

from review.flows import facts
from review.flows.cell import Cell
from review.flows.from_sgp import AT_PEER, INTERNET, LOCAL_DNS, NODE, PEER
from review.flows.row import Row

ROWS = (
    Row(
        "kubelet-to-sgp",
        "kubelet's probe -> SGP pod",
        ("tcp",),
        (
            Cell("standard", "ok", "node", "local", "local", facts.ON_NODE),
            Cell("strict no-demux", "ok", "node", ">primary<branch", ">branch<primary", facts.STRICT_VPC),
            Cell("strict demux", "lost", "node", ">primary<branch", "-", facts.EARLY_DEMUX),
        ),
    ),
    Row(
        "node-to-sgp-unconnected",
        "node -> SGP pod, UDP from an unconnected socket",
        ("udp",),
        (
            Cell("standard", "ok", "node", "local", "local", facts.ON_NODE),
            Cell("strict", "ok", "node", ">primary<branch", ">branch<primary", facts.STRICT_VPC),
        ),
    ),
    Row(
        "node-to-sgp-connected",
        "node -> SGP pod, UDP from a connected socket",
        ("udp",),
        (
            Cell("standard", "ok", "node", "local", "local", facts.ON_NODE),
            Cell("strict", "lost", "node", ">primary<branch", "-", facts.UDP_EARLY_DEMUX),
        ),
    ),
    Row(
        "kubelet-to-plain",
        "kubelet's probe -> plain pod",
        ("tcp",),
        (Cell("", "ok", "node", "local", "local", facts.ON_NODE),),
    ),
    Row(
        "node-to-plain", "node -> plain pod, UDP", ("udp",), (Cell("", "ok", "node", "local", "local", facts.ON_NODE),)
    ),
    Row(
        "node-to-local-dns",
        "node -> node cache, 169.254.20.10",
        ("udp", "tcp"),
        (
            Cell("cache", "ok", "node", "local", "local", facts.CACHE_LOCAL),
            Cell("away", "lost", "node", ">primary", "-", facts.NO_LOCAL_ADDRESS),
        ),
        destination=LOCAL_DNS,
    ),
    Row(
        "node-to-internet",
        "node -> internet",
        ("udp", "tcp"),
        (
            Cell("isolated", "lost", "node", ">primary", "-", facts.NO_WAY_OUT),
            Cell("", "ok", "node", ">primary", "<primary", facts.NODE_ITSELF),
        ),
        destination=INTERNET,
    ),
    Row(
        "cache-to-coredns",
        "node cache -> CoreDNS on another node",
        ("tcp",),
        (Cell("cache", "ok", "node", ">primary", "<primary", facts.CACHE_ASKS),),
        far=NODE,
    ),
    Row(
        "cache-to-vpc-resolver",
        "node cache -> the VPC's resolver",
        ("udp",),
        (Cell("cache", "ok", "node", ">primary", "<primary", facts.RESOLVER),),
        exempt=True,
    ),
    Row(
        "cache-to-peer-resolver",
        "node cache -> peer's resolver, for a stub domain",
        ("udp", "tcp"),
        (Cell("cache", "ok", "node", ">primary", "<primary", facts.STUB_DOMAIN),),
        destination=PEER,
        far=AT_PEER,
    ),
)
