"""Dashboard, alerts and their page: read by Prometheus' own code, and every metric in them is really exposed."""

import json
import re
import subprocess
import time
from collections import Counter
from pathlib import Path

import pytest

from charts.node_local_dns import Options
from laboratory import NodeCache, Recipe
from laboratory.addresses import CLUSTER_IP, LOCAL
from observability.files import DASHBOARD, FILES, RULES
from observability.source import ALERTS
from rehearsal.parts import ensure

PAGE = Path(__file__).parents[2] / "docs" / "is-the-cache-used.md"
OF_PROMETHEUS, OF_NODE_CACHE = {"up"}, {"coredns_nodecache_setup_errors_total"}


@pytest.fixture(scope="module")
def prometheus():
    """Return what runs Prometheus' parser on a rule file and on expressions: (return code, metrics, complaints)."""
    program = ensure("promrules")["promrules"]

    def read(*files, expressions=()):
        lines = "".join(f"{expression}\n" for expression in expressions)
        done = subprocess.run([program, *files], input=lines, capture_output=True, text=True, timeout=60, check=False)
        found = [json.loads(line) for line in done.stdout.splitlines()]
        return done.returncode, {name for one in found for name in one["metrics"]}, done.stderr

    return read


def of_dashboard():
    panels = json.loads(DASHBOARD.read_text())["panels"]
    return [target["expr"] for panel in panels for target in panel["targets"]]


@pytest.fixture(scope="module")
def named(prometheus):
    """Every metric that dashboard, rules and page name."""
    code, metrics, complaints = prometheus(str(RULES), expressions=of_dashboard())
    assert (code, complaints) == (0, "")
    plain = {re.sub("_bucket$", "", metric) for metric in metrics}
    on_page = set(re.findall(r"`((?:coredns|process)_\w+)[`{]", PAGE.read_text()))
    assert plain - on_page == OF_PROMETHEUS, "the page must tell every metric"
    return plain | on_page


def missing(named, metrics):
    exposed = set(re.findall(r"^# TYPE (\S+) ", metrics, re.MULTILINE))
    return named - exposed


def events(lab, servers):
    """Let everything happen that has a counter: hits, misses, failures, stale answers."""
    for name in ("web.svc.cluster.local", "web.svc.cluster.local", "absent.svc.cluster.local"):
        lab.dig("pod", name)
    servers.stop()
    lab.run("pod", "sleep", "7")  # the answers' TTL is 5 s
    for name in ("web.svc.cluster.local", "new.svc.cluster.local"):
        lab.dig("pod", name)


def test_the_files_are_those_of_their_source():
    assert {file.name: file.read_text() for file in FILES} == {file.name: made() for file, made in FILES.items()}


def test_what_prometheus_cannot_read_is_noticed(prometheus, tmp_path):
    """Otherwise the tests here would pass for any text."""
    code, _, complaints = prometheus(expressions=["rate(coredns_cache_hits_total)"])
    assert (code, "expected type range vector" in complaints) == (1, True)
    broken = tmp_path / "rules.yaml"
    broken.write_text(RULES.read_text().replace("for: 10m", "for: soon", 1))
    assert prometheus(str(broken))[0] == 1


def test_every_metric_is_exposed_by_coredns(lab, named):
    servers = lab.start_servers()
    lab.start_cache("cache", Options())
    events(lab, servers)
    metrics = lab.fetch("node", f"http://{LOCAL}:9253/metrics") or ""
    assert missing(named - OF_PROMETHEUS - OF_NODE_CACHE, metrics) == set()
    assert re.search(r'coredns_dns_responses_total{.*rcode="SERVFAIL"', metrics)
    assert re.search(r'coredns_proxy_request_duration_seconds_bucket{.*to="', metrics)


def test_counters_with_labels_are_absent_until_their_first_event(lab):
    """What test_alerts.py counts on; those without labels are 0, and the loop plugin has asked once for each zone."""
    lab.start_servers()
    lab.start_cache("cache", Options())
    until = time.monotonic() + 10
    while "coredns_dns_requests_total{" not in (metrics := lab.fetch("node", f"http://{LOCAL}:9253/metrics") or ""):
        assert time.monotonic() < until, "the loop plugin has not asked"
        time.sleep(0.1)
    for name in ("coredns_cache_hits_total", "coredns_cache_served_stale_total", "coredns_proxy_healthcheck_failures"):
        assert not re.search(f"^{name}", metrics, re.MULTILINE), name
    for name in ("coredns_forward_healthcheck_broken_total", "coredns_panics_total", "coredns_reload_failed_total"):
        assert re.search(f"^{name} 0$", metrics, re.MULTILINE), name
    asked = re.findall(r"^coredns_dns_requests_total{(.*)} (\d+)$", metrics, re.MULTILINE)
    assert {('type="other"' in labels, count) for labels, count in asked} == {(True, "1")}


@pytest.mark.node_cache
def test_every_metric_is_exposed_by_node_cache(lab, named):
    servers = lab.start_servers()
    NodeCache(lab, NodeCache.program(), "cache", Recipe.ours(Options(), (LOCAL, CLUSTER_IP))).start()
    events(lab, servers)
    both = [lab.fetch("node", f"http://{LOCAL}:{port}/metrics") or "" for port in (9253, 9353)]
    assert missing(named - OF_PROMETHEUS, "\n".join(both)) == set()
    assert 'coredns_nodecache_setup_errors_total{errortype="iptables"' in both[1]


def test_the_page_has_every_alert_with_its_severity_and_action():
    rows = {line for line in PAGE.read_text().splitlines() if line.startswith("| `NodeLocalDns")}
    assert rows == {f"| `{alert.name}` | {alert.severity} | {alert.action} |" for alert in ALERTS}


def test_every_picture_shows_the_clusters_that_were_chosen(prometheus):
    """All of them where none was, also those whose series have no such label."""
    assert all(found.count("{") == found.count('{cluster=~"$cluster", job=') > 0 for found in of_dashboard())
    (clusters,) = [one for one in json.loads(DASHBOARD.read_text())["templating"]["list"] if one["name"] == "cluster"]
    assert re.fullmatch(clusters["allValue"], "")
    asked = re.fullmatch(r"label_values\((.*), cluster\)", clusters["query"]["query"])[1]
    assert prometheus(expressions=[asked]) == (0, {"up"}, "")


def test_no_picture_covers_another_one():
    panels = json.loads(DASHBOARD.read_text())["panels"]
    assert len(panels) > 8
    covered = Counter(
        (x, y)
        for at in (panel["gridPos"] for panel in panels)
        for x in range(at["x"], at["x"] + at["w"])
        for y in range(at["y"], at["y"] + at["h"])
    )
    assert {place for place, times in covered.items() if times > 1} == set()
