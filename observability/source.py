"""What is worth seeing of the node cache: the one source of dashboard and rules.

Both count on two scrape jobs, `node-local-dns` (port 9253, CoreDNS) and `node-local-dns-setup` (port 9353, node-cache),
as docs/is-the-cache-used.md has them: CoreDNS itself has metrics of the same names. Where one Prometheus sees several
clusters, the label `cluster` keeps their nodes apart, whose names may be the same; without it nothing is different.
"""

from __future__ import annotations

from charts.node_local_dns import Options
from observability.alert import Alert
from observability.panel import Panel

_JOB, _SETUP = '{job="node-local-dns"}', '{job="node-local-dns-setup"}'
_NODE = "cluster, instance"
_FULL_MI = Options().worst_case_memory_mi


def _rate(metric: str, by: str = _NODE, span: str = "5m", also: str = "") -> str:
    labels = f"{_JOB[:-1]}, {also}}}" if also else _JOB
    return f"sum by ({by}) (rate({metric}{labels}[{span}]))"


def _increase(metric: str, span: str, by: str = _NODE, labels: str = _JOB) -> str:
    return f"sum by ({by}) (increase({metric}{labels}[{span}]))"


def _filled(part: str, whole: str) -> str:
    """Return the part, and 0 where its series is not there yet: a counter with labels begins with its first event."""
    return f"({part} or {whole} * 0)"


_HITS, _ASKED = _rate("coredns_cache_hits_total"), _rate("coredns_cache_requests_total")
_QUERIES, _ANSWERS = _rate("coredns_dns_requests_total"), _rate("coredns_dns_responses_total")
_SERVFAIL = _rate("coredns_dns_responses_total", also='rcode="SERVFAIL"')
_FAILED = _increase("coredns_dns_responses_total", "5m", labels='{job="node-local-dns", rcode="SERVFAIL"}')
_RUNS = f"sum by ({_NODE}) (up{_JOB} == 1)"
_LONG_QUERIES = _filled(_rate("coredns_dns_requests_total", span="30m"), _RUNS)
_BROKEN = _increase("coredns_forward_healthcheck_broken_total", "3m")
_STALE = _rate("coredns_cache_served_stale_total")
_FAILING = _increase("coredns_proxy_healthcheck_failures_total", "5m")
_ERRORS = "coredns_nodecache_setup_errors_total"
_P99 = f"histogram_quantile(0.99, {_rate('coredns_dns_request_duration_seconds_bucket', by=f'{_NODE}, le')})"
_UPSTREAM = f"histogram_quantile(0.99, {_rate('coredns_proxy_request_duration_seconds_bucket', by='cluster, to, le')})"

PANELS = (
    Panel(title="Queries", tells="By node. 0 where pods run: their queries do not reach the cache.", unit="reqps",
          queries={"{{instance}}": _filled(_QUERIES, _RUNS)}),
    Panel(title="Hit ratio", tells="Denials count as hits, and search domains make many of them.", unit="percentunit",
          queries={"{{instance}}": f"{_filled(_HITS, _ASKED)} / {_ASKED}"}),
    Panel(title="p99 of answers to pods", tells="Hits and misses; the wait for upstream is in it.", unit="s",
          queries={"{{instance}}": _P99}),
    Panel(title="p99 of upstreams", tells="CoreDNS and each resolver, as the caches see them.", unit="s",
          queries={"{{to}}": _UPSTREAM}),
    Panel(title="Failures given to pods", tells="SERVFAIL, as a share of all answers.", unit="percentunit",
          queries={"{{instance}}": f"{_filled(_SERVFAIL, _ANSWERS)} / {_ANSWERS}"}),
    Panel(title="Stale answers", tells="A server is away, or a name was not asked within its TTL.", unit="reqps",
          queries={"{{instance}}": _STALE}),
    Panel(title="No healthy upstream", tells="How often all resolvers of a zone were away.", unit="short",
          queries={"{{instance}}": _BROKEN}),
    Panel(title="Setup errors", tells="Rules or interface that could not be made; repaired within a minute.",
          unit="short",
          queries={"{{instance}} {{errortype}}": _increase(_ERRORS, "15m", by=f"{_NODE}, errortype", labels=_SETUP)}),
    Panel(title="Answers held", tells="By kind; full caches lose names that are still good.", unit="short",
          queries={"{{instance}} {{type}}": f"sum by ({_NODE}, type) (coredns_cache_entries{_JOB})"}),
    Panel(title="Memory", tells=f"Resident; the request is {_FULL_MI} MiB with the default options.", unit="bytes",
          queries={"{{instance}}": f"process_resident_memory_bytes{_JOB}"}),
    Panel(title="CPU", tells="Cores.", unit="short", queries={"{{instance}}": _rate("process_cpu_seconds_total")}),
)  # fmt: skip

ALERTS = (
    Alert(name="NodeLocalDnsUnseen", expression=f"absent(up{_JOB}) or absent(up{_SETUP})", lasting="10m",
          severity="warning", summary="Prometheus has no target in the job {{ $labels.job }}",
          action="its scrape job is missing or has another name, or no cache runs: the other alerts are blind"),
    Alert(name="NodeLocalDnsDown", expression=f"avg_over_time(up{_JOB}[5m]) < 0.5 and up{_JOB}", lasting="3m",
          severity="warning",
          summary="Prometheus does not reach the cache of {{ $labels.instance }}, or not for long",
          action="see the pod; if it was killed, its node's queries go nowhere until it runs again"),
    Alert(name="NodeLocalDnsServfail", expression=f"{_SERVFAIL} / {_ANSWERS} > 0.01 and {_FAILED} > 10", lasting="10m",
          severity="critical", summary="More than 1 % of answers on {{ $labels.instance }} are failures",
          action="ask CoreDNS and the zone's resolver directly; names never asked before fail while they are away"),
    Alert(name="NodeLocalDnsSlow", expression=f"{_P99} > 0.5 and {_QUERIES} > 1", lasting="10m", severity="warning",
          summary="1 % of answers on {{ $labels.instance }} take more than 0.5 s",
          action="see which upstream is slow on the dashboard"),
    Alert(name="NodeLocalDnsServesStale", expression=f"{_STALE} > 1 and {_FAILING} > 0", lasting="10m",
          severity="warning",
          summary="The cache of {{ $labels.instance }} answers from memory past its end",
          action="CoreDNS or a resolver is away; after serve_stale_seconds these names fail"),
    Alert(name="NodeLocalDnsUpstreamAway",
          expression=f"{_BROKEN} > 3", lasting="5m", severity="critical",
          summary="No resolver of a zone is healthy for {{ $labels.instance }}",
          action="see the pods of CoreDNS, the peer's resolvers, and the node's security group for port 53"),
    Alert(name="NodeLocalDnsSetupErrors",
          expression=f"{_increase(_ERRORS, '5m', by=f'{_NODE}, errortype', labels=_SETUP)} > 0",
          lasting="10m", severity="warning",
          summary="Rules or interface cannot be made on {{ $labels.instance }}: {{ $labels.errortype }}",
          action="see the pod's log; iptables_lock means that another program holds the lock for long"),
    Alert(name="NodeLocalDnsSetupUnseen", expression=f"avg_over_time(up{_SETUP}[5m]) < 0.5 and up{_SETUP}",
          lasting="15m", severity="info",
          summary="Errors of rules and interface would not be seen on {{ $labels.instance }}",
          action="another program had the port when the cache started: free it and delete the pod"),
    Alert(name="NodeLocalDnsReloadFailed",
          expression=f"{_increase('coredns_reload_failed_total', '15m')} > 0",
          lasting="1m", severity="warning", summary="A reload of the cache of {{ $labels.instance }} failed",
          action="podnet's configuration never reloads: find who changed the pod; no alert does not mean no failure"),
    Alert(name="NodeLocalDnsPanics",
          expression=f"{_increase('coredns_panics_total', '15m')} > 0",
          lasting="1m", severity="warning", summary="CoreDNS panics in the cache of {{ $labels.instance }}",
          action="see the pod's log, and report it to CoreDNS"),
    Alert(name="NodeLocalDnsMemory",
          expression=f"process_resident_memory_bytes{_JOB} > {_FULL_MI} * 1024 * 1024",
          lasting="15m", severity="warning",
          summary=f"The cache of {{{{ $labels.instance }}}} uses more than {_FULL_MI} MiB, the usual request",
          action="with stub domains or another cache_capacity the request is another: write it into the rule; "
          "otherwise answers are larger than those measured: lower cache_capacity"),
    Alert(name="NodeLocalDnsHitRatioLow",
          expression=f"{_filled(_HITS, _ASKED)} / {_ASKED} < 0.3 and {_ASKED} > 10", lasting="30m", severity="info",
          summary="The cache of {{ $labels.instance }} answers less than 30 % itself",
          action="TTLs are short or names differ with each query; prefetch and cache_capacity may help"),
    Alert(name="NodeLocalDnsNotUsed", expression=f"{_LONG_QUERIES} == 0",
          lasting="30m", severity="info", summary="Nobody asks the cache of {{ $labels.instance }}",
          action="look on the node: the interface nodelocaldns, and the rules for the ClusterIP"),
)  # fmt: skip
