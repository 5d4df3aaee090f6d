"""What is worth seeing of the node cache: the one source of dashboard and rules.

Both count on two scrape jobs, `node-local-dns` (port 9253, CoreDNS) and `node-local-dns-setup` (port 9353, node-cache),
as docs/is-the-cache-used.md has them: CoreDNS itself has metrics of the same names.
"""

from __future__ import annotations

from charts.node_local_dns import Options
from observability.alert import Alert
from observability.panel import Panel

_JOB, _SETUP = '{job="node-local-dns"}', '{job="node-local-dns-setup"}'
_FULL_MI = Options().worst_case_memory_mi


def _rate(metric: str, by: str = "instance", span: str = "5m", also: str = "") -> str:
    labels = f"{_JOB[:-1]}, {also}}}" if also else _JOB
    return f"sum by ({by}) (rate({metric}{labels}[{span}]))"


_HITS, _ASKED = _rate("coredns_cache_hits_total"), _rate("coredns_cache_requests_total")
_QUERIES, _ANSWERS = _rate("coredns_dns_requests_total"), _rate("coredns_dns_responses_total")
_SERVFAIL = _rate("coredns_dns_responses_total", also='rcode="SERVFAIL"')
_BROKEN = f"sum by (instance) (increase(coredns_forward_healthcheck_broken_total{_JOB}[5m]))"
_STALE = _rate("coredns_cache_served_stale_total")
_FAILING = f"sum by (instance) (increase(coredns_proxy_healthcheck_failures_total{_JOB}[5m]))"
_P99 = f"histogram_quantile(0.99, {_rate('coredns_dns_request_duration_seconds_bucket', by='instance, le')})"
_UPSTREAM = f"histogram_quantile(0.99, {_rate('coredns_proxy_request_duration_seconds_bucket', by='to, le')})"

PANELS = (
    Panel(title="Queries", tells="By node. 0 where pods run: their queries do not reach the cache.", unit="reqps",
          queries={"{{instance}}": _QUERIES}),
    Panel(title="Hit ratio", tells="Denials count as hits, and search domains make many of them.", unit="percentunit",
          queries={"{{instance}}": f"{_HITS} / {_ASKED}"}),
    Panel(title="p99 of answers to pods", tells="Hits and misses; the wait for upstream is in it.", unit="s",
          queries={"{{instance}}": _P99}),
    Panel(title="p99 of upstreams", tells="CoreDNS and each resolver, as the caches see them.", unit="s",
          queries={"{{to}}": _UPSTREAM}),
    Panel(title="Failures given to pods", tells="SERVFAIL, as a share of all answers.", unit="percentunit",
          queries={"{{instance}}": f"{_SERVFAIL} / {_ANSWERS}"}),
    Panel(title="Stale answers", tells="A server is away, or a name was not asked within its TTL.", unit="reqps",
          queries={"{{instance}}": _STALE}),
    Panel(title="No healthy upstream", tells="How often all resolvers of a zone were away.", unit="short",
          queries={"{{instance}}": _BROKEN}),
    Panel(title="Setup errors", tells="Rules or interface that could not be made; repaired within a minute.",
          unit="short",
          queries={"{{instance}} {{errortype}}":
                   f"sum by (instance, errortype) (increase(coredns_nodecache_setup_errors_total{_SETUP}[15m]))"}),
    Panel(title="Answers held", tells="By kind; full caches lose names that are still good.", unit="short",
          queries={"{{instance}} {{type}}": f"sum by (instance, type) (coredns_cache_entries{_JOB})"}),
    Panel(title="Memory", tells=f"Resident; the request is {_FULL_MI} MiB with the default options.", unit="bytes",
          queries={"{{instance}}": f"process_resident_memory_bytes{_JOB}"}),
    Panel(title="CPU", tells="Cores.", unit="short", queries={"{{instance}}": _rate("process_cpu_seconds_total")}),
)  # fmt: skip

ALERTS = (
    Alert(name="NodeLocalDnsDown", expression=f"up{_JOB} == 0", lasting="5m", severity="warning",
          summary="Prometheus does not reach the cache of {{ $labels.instance }}",
          action="see the pod; if it was killed, its node's queries go nowhere until it runs again"),
    Alert(name="NodeLocalDnsServfail", expression=f"{_SERVFAIL} / {_ANSWERS} > 0.01", lasting="10m",
          severity="critical", summary="More than 1 % of answers on {{ $labels.instance }} are failures",
          action="ask CoreDNS and the zone's resolver directly; names never asked before fail while they are away"),
    Alert(name="NodeLocalDnsSlow", expression=f"{_P99} > 0.5", lasting="10m", severity="warning",
          summary="1 % of answers on {{ $labels.instance }} take more than 0.5 s",
          action="see which upstream is slow on the dashboard"),
    Alert(name="NodeLocalDnsServesStale", expression=f"{_STALE} > 1 and {_FAILING} > 0", lasting="10m",
          severity="warning",
          summary="The cache of {{ $labels.instance }} answers from memory past its end",
          action="CoreDNS or a resolver is away; after serve_stale_seconds these names fail"),
    Alert(name="NodeLocalDnsUpstreamAway",
          expression=f"{_BROKEN} > 0", lasting="5m", severity="critical",
          summary="No resolver of a zone is healthy for {{ $labels.instance }}",
          action="see the pods of CoreDNS, the peer's resolvers, and the node's security group for port 53"),
    Alert(name="NodeLocalDnsSetupErrors",
          expression=f"sum by (instance, errortype) (increase(coredns_nodecache_setup_errors_total{_SETUP}[15m])) > 3",
          lasting="5m", severity="warning",
          summary="Rules or interface cannot be made on {{ $labels.instance }}: {{ $labels.errortype }}",
          action="see the pod's log; iptables_lock means that another program holds the lock for long"),
    Alert(name="NodeLocalDnsReloadFailed",
          expression=f"sum by (instance) (increase(coredns_reload_failed_total{_JOB}[15m])) > 0",
          lasting="1m", severity="warning", summary="A reload of the cache of {{ $labels.instance }} failed",
          action="podnet's configuration never reloads: find who changed the pod; no alert does not mean no failure"),
    Alert(name="NodeLocalDnsPanics",
          expression=f"sum by (instance) (increase(coredns_panics_total{_JOB}[15m])) > 0",
          lasting="1m", severity="warning", summary="CoreDNS panics in the cache of {{ $labels.instance }}",
          action="see the pod's log, and report it to CoreDNS"),
    Alert(name="NodeLocalDnsMemory",
          expression=f"process_resident_memory_bytes{_JOB} > {_FULL_MI} * 1024 * 1024",
          lasting="15m", severity="warning", summary="The cache of {{ $labels.instance }} uses more than its request",
          action="answers are larger than those measured: lower cache_capacity, or change the rule with the options"),
    Alert(name="NodeLocalDnsHitRatioLow",
          expression=f"{_HITS} / {_ASKED} < 0.3 and {_ASKED} > 10", lasting="30m", severity="info",
          summary="The cache of {{ $labels.instance }} answers less than 30 % itself",
          action="TTLs are short or names differ with each query; prefetch and cache_capacity may help"),
    Alert(name="NodeLocalDnsNotUsed", expression=f"{_rate('coredns_dns_requests_total', span='30m')} == 0",
          lasting="30m", severity="info", summary="Nobody asks the cache of {{ $labels.instance }}",
          action="look on the node: the interface nodelocaldns, and the rules for the ClusterIP"),
)  # fmt: skip
