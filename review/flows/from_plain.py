"""The table for connections that a plain pod, without security groups of its own, makes."""

from __future__ import annotations

from review.flows import facts
from review.flows.cell import Cell
from review.flows.from_sgp import AT_PEER, IMDS, INTERNET, LOCAL_DNS, NODE, PEER, TARGET
from review.flows.row import Row

ROWS = (
    Row(
        "plain-to-local-dns",
        "plain pod -> node cache, 169.254.20.10",
        ("udp", "tcp"),
        (
            Cell("cache", "ok", "node", "local", "local", facts.CACHE_LOCAL),
            Cell("away snat", "lost", "node", ">primary", "-", facts.NO_LOCAL_ADDRESS),
            Cell("away", "lost", "pod", ">primary", "-", facts.NO_LOCAL_ADDRESS),
        ),
        destination=LOCAL_DNS,
    ),
    Row(
        "plain-to-cluster-dns",
        "plain pod -> cluster DNS, the ClusterIP",
        ("udp", "tcp"),
        (
            Cell("cache", "ok", "node", "local", "local", facts.CACHE_LOCAL),
            Cell("away", "ok", "pod", ">primary", "<primary", facts.FALLBACK),
        ),
        far=NODE,
    ),
    Row(
        "plain-to-vpc",
        "plain pod -> VPC resource, or pod on another node",
        ("udp", "tcp"),
        (Cell("", "ok", "pod", ">primary", "<primary", facts.IN_VPC),),
        far=TARGET,
    ),
    Row(
        "plain-to-peer",
        "plain pod -> peer",
        ("udp", "tcp"),
        (
            Cell("snat", "ok", "node", ">primary", "<primary", facts.NODE_SNAT),
            Cell("direct", "ok", "pod", ">primary", "<primary", facts.OWN_ADDRESS),
        ),
        destination=PEER,
        far=AT_PEER,
    ),
    Row(
        "plain-to-internet",
        "plain pod -> internet",
        ("udp", "tcp"),
        (
            Cell("snat isolated", "lost", "node", ">primary", "-", facts.NO_WAY_OUT),
            Cell("snat", "ok", "node", ">primary", "<primary", facts.NODE_SNAT),
            Cell("isolated", "lost", "pod", ">primary", "-", facts.NO_WAY_OUT),
            Cell("nat", "ok", "pod", ">primary", "<primary", facts.OWN_ADDRESS),
            Cell("public", "lost", "pod", ">primary", "-", facts.NO_PUBLIC_ADDRESS),
        ),
        destination=INTERNET,
    ),
    Row(
        "plain-to-sgp",
        "plain pod -> SGP pod, same node",
        ("udp", "tcp"),
        (
            Cell("standard", "ok", "pod", "local", "local", facts.SAME_NODE),
            Cell("strict", "ok", "pod", ">primary<branch", ">branch<primary", facts.STRICT_VPC),
        ),
    ),
    Row(
        "plain-to-plain",
        "plain pod -> plain pod, same node",
        ("udp", "tcp"),
        (Cell("", "ok", "pod", "local", "local", facts.PLAIN_PODS),),
    ),
    Row(
        "plain-to-link-local",
        "plain pod -> node's link-local service (Pod Identity agent)",
        ("udp", "tcp"),
        (Cell("", "ok", "pod", "local", "local", facts.ON_NODE),),
    ),
    Row(
        "plain-to-imds",
        "plain pod -> instance metadata, 169.254.169.254",
        ("tcp",),
        (
            Cell("hops-1 snat", "lost", "node", ">primary", "<primary", facts.ONE_HOP),
            Cell("hops-1", "lost", "pod", ">primary", "<primary", facts.ONE_HOP),
            Cell("snat", "ok", "node", ">primary", "<primary", facts.METADATA),
            Cell("direct", "ok", "pod", ">primary", "<primary", facts.METADATA),
        ),
        destination=IMDS,
        exempt=True,
    ),
    Row(
        "plain-to-node-ip",
        "plain pod -> its node's own address",
        ("udp", "tcp"),
        (Cell("", "ok", "pod", "local", "local", facts.ON_NODE),),
    ),
)
