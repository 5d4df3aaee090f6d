"""What may be chosen about the cache; every default is the recommended value."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import TypeVar

from ..names import labels, shown

_Number = TypeVar("_Number")
_IDLE_MI, _CACHE_MI, _MEASURED = 41, 12, 9984  # docs/node-local-dns.md, "Memory"
_PROTOCOLS = ("force_tcp", "prefer_udp", "same")
_PORTS = ("health_port", "metrics_port", "setup_metrics_port")


def _whole(default: _Number, least: int, most: int) -> _Number:
    """Return the field of an option that is a whole number within limits, or None where that is its default."""
    return field(default=default, metadata={"limits": (least, most)})


@dataclass(frozen=True, kw_only=True)
class Options:
    """Choices for NodeLocalDns. A wrong one raises ValueError when made, a wrong zone or address when written."""

    cache_capacity: int = _whole(_MEASURED, 1024, 1_000_000)  # answers in each cache; a zone has two: found and denied
    cluster_ttl: int = _whole(30, 1, 3600)  # seconds that an answer of the cluster's zone is kept at most
    cluster_denial_ttl: int = _whole(5, 1, 3600)  # the same for "no such name"; more hides new pods of a StatefulSet
    other_ttl: int = _whole(30, 1, 3600)  # the same for all other zones, found and denied
    serve_stale_seconds: int = _whole(60, 0, 86_400)  # give an answer so long past its end, and ask meanwhile; 0 = not
    prefetch: int = _whole(0, 0, 1000)  # refresh an answer before its end if asked so often within a minute; 0 = not
    cluster_protocol: str = "force_tcp"  # to CoreDNS: force_tcp, prefer_udp, or same as the client's
    stub_domains: Mapping[str, Sequence[str]] = field(default_factory=dict)  # zone -> resolvers, such as a peer's
    upstreams: Sequence[str] = ()  # resolvers of everything else; the node's own when left out
    drop_aaaa: bool = False  # answer AAAA with no data, for IPv4 clusters
    log_queries: bool = False
    consolidate_errors_seconds: int = _whole(0, 0, 3600)  # log timeouts once in so many seconds; 0 = each
    health_port: int = _whole(8080, 1024, 65_535)  # of the liveness probe, on the local address only
    metrics_port: int = _whole(9253, 1024, 65_535)  # of CoreDNS, on all addresses of the node
    setup_metrics_port: int = _whole(9353, 1024, 65_535)  # of errors in setting up rules and interface
    scrape: bool = True  # annotations by which Prometheus finds the metrics
    cpu_request: str = "25m"
    memory_limit_percent: int | None = _whole(None, 150, 1000)  # of the request; a killed cache leaves rules to nobody
    max_unavailable: str = "1"  # nodes without their cache at once in a rollout: a number as text, or a share
    min_ready_seconds: int = _whole(10, 5, 600)  # that a new pod must run before the next node's turn
    node_labels: Mapping[str, str] = field(default_factory=dict)  # only nodes with these; all when left out
    masquerade_host_clients: bool = False  # spare hostNetwork clients of the ClusterIP most losses in a restart

    def __post_init__(self) -> None:
        """Check each option by itself, then those that depend on each other."""
        for one in fields(self):
            if one.metadata:
                value, (least, most) = getattr(self, one.name), one.metadata["limits"]
                holds = (type(value) is int and least <= value <= most) or (value is None and one.default is None)
                self._must(one.name, f"be a whole number from {least} to {most}", holds)
        self._must("cluster_protocol", f"be one of {', '.join(_PROTOCOLS)}", self.cluster_protocol in _PROTOCOLS)
        self._must("cpu_request", "be CPU such as 25m", re.fullmatch(r"[1-9]\d{0,5}m|[1-9]\d?", str(self.cpu_request)))
        nodes = re.fullmatch(r"[1-9]\d{0,3}|([1-9]\d?|100)%", str(self.max_unavailable))
        self._must("max_unavailable", 'be a number of nodes such as "3", or 1% to 100%', nodes)
        ports = [getattr(self, name) for name in _PORTS]
        if len({*ports}) < len(ports):
            raise ValueError(f"options.{', '.join(_PORTS)} must differ, got {ports}: leave them out")
        labels("options.node_labels", self.node_labels)

    @property
    def worst_case_memory_mi(self) -> int:
        """MiB resident with every cache full: 41 idle and 12 for 9,984 answers, two caches for each of the zones."""
        caches = 2 * (4 + len(self.stub_domains))
        return _IDLE_MI - (-_CACHE_MI * caches * self.cache_capacity // _MEASURED)

    def beside(self) -> "Options":
        """Return the same for a second process on the node, on the next ports, else raise ValueError: one is taken."""
        ports = {name: getattr(self, name) + 1 for name in _PORTS}
        if taken := {*ports.values()} & {getattr(self, name) for name in _PORTS}:
            raise ValueError(
                f"options.{', '.join(_PORTS)} must leave out {sorted(taken)}: the standby has the next ports"
            )
        return replace(self, **ports)

    def _must(self, name: str, rule: str, holds: object) -> None:
        if not holds:
            fix = f"leave it out for {getattr(Options, name)!r}"
            raise ValueError(f"options.{name} must {rule}, got {shown(getattr(self, name))}: {fix}")
