"""Choices about the node cache; charts.node_local_dns.Options has the same names, limits and defaults (a test)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from settings.fields import Address, LabelKey, LabelValue
from settings.forms import Form, Section

Ttl = Annotated[int, Field(ge=1, le=3600)]
NodePort = Annotated[int, Field(ge=1024, le=65_535)]
Cpu = Annotated[str, Form(r"[1-9][0-9]{0,5}m|[1-9][0-9]?", "must be CPU such as 25m", 'write "25m", or "1" for a core')]
Nodes = Annotated[
    str,
    Form(
        r"[1-9][0-9]{0,3}|(?:[1-9][0-9]?|100)%",
        'must be a number of nodes such as "3", or a share from 1% to 100%',
        "write it in quotes",
    ),
]


class DnsOptions(Section):
    """What may be chosen about the cache; every default is the recommended value."""

    cache_capacity: Annotated[int, Field(ge=1024, le=1_000_000)] = 9984
    """Answers in each cache; a zone has two, and the memory request follows."""
    cluster_ttl: Ttl = 30
    """Seconds that an answer of the cluster's zone is kept at most."""
    cluster_denial_ttl: Ttl = 5
    """The same for "no such name"; more hides new pods of a StatefulSet."""
    other_ttl: Ttl = 30
    """The same for all other zones, found and denied."""
    serve_stale_seconds: Annotated[int, Field(ge=0, le=86_400)] = 60
    """How long past its end an answer is given, once in peace and while the server is away; 0: not. More bridges longer
    outages, and gives the first query after a pause older addresses."""
    prefetch: Annotated[int, Field(ge=0, le=1000)] = 0
    """Refresh an answer before its end if asked so often within a minute; 0: not."""
    cluster_protocol: Literal["force_tcp", "prefer_udp", "same"] = "force_tcp"
    """How CoreDNS is asked; same: as the client asks."""
    upstreams: Annotated[tuple[Address, ...], Field(max_length=15)] = ()
    """Resolvers of everything outside the cluster; none: those of the node."""
    drop_aaaa: bool = False
    """true: AAAA is answered without data and without asking."""
    log_queries: bool = False
    """true: every query is logged."""
    consolidate_errors_seconds: Annotated[int, Field(ge=0, le=3600)] = 0
    """Timeouts are logged once in so many seconds; 0: each."""
    health_port: NodePort = 8080
    """Port of the liveness probe, on the local address."""
    metrics_port: NodePort = 9253
    """Port of CoreDNS's metrics, on all addresses of the node."""
    setup_metrics_port: NodePort = 9353
    """Port of node-cache's own metrics: errors in setting up rules and interface."""
    scrape: bool = True
    """true: annotations by which Prometheus finds the metrics."""
    cpu_request: Cpu = "25m"
    """CPU that is set aside on each node."""
    memory_limit_percent: Annotated[int, Field(ge=150, le=1000)] | None = None
    """Limit as a share of the request, which is what full caches hold; none: no limit. A killed cache loses queries."""
    max_unavailable: Nodes = "1"
    """Nodes without their cache at once in a rollout, as a number or a share: what is broken stops at the first."""
    min_ready_seconds: Annotated[int, Field(ge=5, le=600)] = 10
    """Seconds that a new pod must run before the next node's turn."""
    node_labels: dict[LabelKey, LabelValue] = Field(default_factory=dict)
    """Only nodes with these labels have a cache; none: all nodes."""
    masquerade_host_clients: bool = False
    """true: pods on the host network that ask the ClusterIP lose less while the cache restarts."""
