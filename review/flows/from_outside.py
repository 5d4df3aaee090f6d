"""The table for connections that hosts outside the node make."""

from __future__ import annotations

from review.flows import facts
from review.flows.cell import Cell
from review.flows.from_sgp import PEER
from review.flows.judge import Judge
from review.flows.row import Row

_CLIENT = (Judge("client", "egress"),)
_AT_PEER = (Judge("peer", "egress"),)
# rows of a NodePort tell the client's side; in strict mode the node then sends on to the pod through the VPC
_ON_TO_POD = (Judge("node", "egress"), Judge("pod", "ingress"))

ROWS = (
    Row(
        "vpc-to-sgp",
        "host in the VPC -> SGP pod",
        ("udp", "tcp"),
        (Cell("", "ok", "-", "<branch", ">branch", facts.OWN_ENI),),
        far=_CLIENT,
    ),
    Row(
        "peer-to-sgp",
        "peer -> SGP pod",
        ("udp", "tcp"),
        (
            Cell("standard rerouted", "lost", "-", "<branch", ">primary", facts.SOURCE_CHECK),
            Cell("", "ok", "-", "<branch", ">branch", facts.OWN_ENI),
        ),
        destination=PEER,
        far=_AT_PEER,
    ),
    Row(
        "vpc-to-plain",
        "host in the VPC -> plain pod",
        ("udp", "tcp"),
        (Cell("", "ok", "-", "<primary", ">primary", facts.OWN_ENI),),
        far=_CLIENT,
    ),
    Row(
        "peer-to-plain",
        "peer -> plain pod",
        ("udp", "tcp"),
        (Cell("", "ok", "-", "<primary", ">primary", facts.OWN_ENI),),
        destination=PEER,
        far=_AT_PEER,
    ),
    Row(
        "nodeport-local-to-sgp",
        "host in the VPC -> NodePort, policy Local -> SGP pod",
        ("tcp",),
        (
            Cell("standard", "ok", "-", "<primary", ">primary", facts.NODE_PORT),
            Cell("strict", "lost", "-", "<primary", "-", facts.NODE_PORT_LOCAL),
        ),
        far=_CLIENT,
    ),
    Row(
        "nodeport-cluster-to-sgp",
        "host in the VPC -> NodePort, policy Cluster -> SGP pod",
        ("tcp",),
        (
            Cell("standard", "ok", "node", "<primary", ">primary", facts.NODE_PORT),
            Cell("strict", "ok", "node", "<primary", ">primary", facts.STRICT_VPC, also=_ON_TO_POD),
        ),
        far=_CLIENT,
    ),
    Row(
        "nodeport-local-to-plain",
        "host in the VPC -> NodePort, policy Local -> plain pod",
        ("tcp",),
        (Cell("", "ok", "-", "<primary", ">primary", facts.NODE_PORT),),
        far=_CLIENT,
    ),
    Row(
        "nodeport-cluster-to-plain",
        "host in the VPC -> NodePort, policy Cluster -> plain pod",
        ("tcp",),
        (Cell("", "ok", "node", "<primary", ">primary", facts.NODE_PORT),),
        far=_CLIENT,
    ),
)
