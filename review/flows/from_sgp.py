"""The table for connections that a pod with security groups of its own (sgp) makes."""

from __future__ import annotations

from review.flows import facts
from review.flows.cell import Cell
from review.flows.judge import Judge
from review.flows.row import Row

IMDS = "169.254.169.254/32"
LOCAL_DNS = "169.254.20.10/32"
INTERNET = "0.0.0.0/0"
PEER = "peer"
TARGET = (Judge("target", "ingress"),)
AT_PEER = (Judge("peer", "ingress"),)
NODE = (Judge("node", "ingress"),)

ROWS = (
    Row(
        "sgp-to-local-dns",
        "SGP pod -> node cache, 169.254.20.10",
        ("udp", "tcp"),
        (
            Cell("standard cache", "ok", "node", "local", "local", facts.CACHE_LOCAL),
            Cell("standard away snat", "lost", "node", ">primary", "-", facts.NO_LOCAL_ADDRESS),
            Cell("standard away", "lost", "pod", ">branch", "-", facts.NO_LOCAL_ADDRESS),
            Cell("strict", "lost", "pod", ">branch", "-", facts.STRICT_LEAVES),
        ),
        destination=LOCAL_DNS,
    ),
    Row(
        "sgp-to-cluster-dns",
        "SGP pod -> cluster DNS, the ClusterIP",
        ("udp", "tcp"),
        (
            Cell("standard cache", "ok", "node", "local", "local", facts.CACHE_LOCAL),
            Cell("strict cache", "lost", "pod", ">branch", "-", facts.STRICT_NOTRACK),
            Cell("away", "ok", "pod", ">branch", "<branch", facts.FALLBACK),
        ),
        far=NODE,
    ),
    Row(
        "sgp-to-vpc",
        "SGP pod -> VPC resource, or pod on another node",
        ("udp", "tcp"),
        (Cell("", "ok", "pod", ">branch", "<branch", facts.IN_VPC),),
        far=TARGET,
    ),
    Row(
        "sgp-to-peer",
        "SGP pod -> peer",
        ("udp", "tcp"),
        (
            Cell("standard snat", "ok", "node", ">primary", "<primary", facts.NODE_SNAT),
            Cell("standard rerouted", "lost", "pod", ">primary", "-", facts.SOURCE_CHECK),
            Cell("", "ok", "pod", ">branch", "<branch", facts.OWN_ADDRESS),
        ),
        destination=PEER,
        far=AT_PEER,
    ),
    Row(
        "sgp-to-internet",
        "SGP pod -> internet",
        ("udp", "tcp"),
        (
            Cell("standard snat isolated", "lost", "node", ">primary", "-", facts.NO_WAY_OUT),
            Cell("standard snat", "ok", "node", ">primary", "<primary", facts.NODE_SNAT),
            Cell("standard rerouted", "lost", "pod", ">primary", "-", facts.SOURCE_CHECK),
            Cell("isolated", "lost", "pod", ">branch", "-", facts.NO_WAY_OUT),
            Cell("nat", "ok", "pod", ">branch", "<branch", facts.OWN_ADDRESS),
            Cell("public", "lost", "pod", ">branch", "-", facts.NO_PUBLIC_ADDRESS),
        ),
        destination=INTERNET,
    ),
    Row(
        "sgp-to-plain",
        "SGP pod -> plain pod, same node",
        ("udp", "tcp"),
        (
            Cell("standard", "ok", "pod", "local", "local", facts.SAME_NODE),
            Cell("strict", "ok", "pod", ">branch<primary", ">primary<branch", facts.STRICT_VPC),
        ),
    ),
    Row(
        "sgp-to-sgp",
        "SGP pod -> SGP pod, same node",
        ("udp", "tcp"),
        (
            Cell("standard", "ok", "pod", "local", "local", facts.SAME_NODE),
            Cell("strict", "ok", "pod", ">branch<branch", ">branch<branch", facts.STRICT_VPC),
        ),
    ),
    Row(
        "sgp-to-link-local",
        "SGP pod -> node's link-local service (Pod Identity agent)",
        ("udp", "tcp"),
        (
            Cell("standard", "ok", "pod", "local", "local", facts.ON_NODE),
            Cell("strict", "lost", "pod", ">branch", "-", facts.STRICT_LEAVES),
        ),
    ),
    Row(
        "sgp-to-imds",
        "SGP pod -> instance metadata, 169.254.169.254",
        ("tcp",),
        (
            Cell("hops-1 standard snat", "lost", "node", ">primary", "<primary", facts.ONE_HOP),
            Cell("hops-1", "lost", "pod", ">branch", "<branch", facts.ONE_HOP),
            Cell("standard snat", "ok", "node", ">primary", "<primary", facts.METADATA),
            Cell("", "ok", "pod", ">branch", "<branch", facts.METADATA_BY_BRANCH),
        ),
        destination=IMDS,
        exempt=True,
    ),
    Row(
        "sgp-to-node-ip-udp",
        "SGP pod -> its node's own address, UDP",
        ("udp",),
        (
            Cell("standard", "ok", "pod", "local", "local", facts.ON_NODE),
            Cell("strict", "ok", "pod", ">branch<primary", ">primary<branch", facts.STRICT_VPC),
        ),
    ),
    Row(
        "sgp-to-node-ip-tcp",
        "SGP pod -> its node's own address, TCP",
        ("tcp",),
        (
            Cell("standard", "ok", "pod", "local", "local", facts.ON_NODE),
            Cell("strict no-demux", "ok", "pod", ">branch<primary", ">primary<branch", facts.STRICT_VPC),
            Cell("strict demux", "lost", "pod", ">branch<primary", ">primary<branch", facts.EARLY_DEMUX),
        ),
    ),
)
