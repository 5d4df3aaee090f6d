"""What live reload would do (docs/decisions/0011): no query is lost, and a broken Corefile is not seen from outside."""

import re
import time

import pytest

from charts.node_local_dns import Options
from laboratory import Recipe
from laboratory.addresses import CLUSTER_IP, LOCAL

ZONE, FAILED = "web.svc.cluster.local", "coredns_reload_failed_total"


@pytest.fixture
def cache(lab):
    """A cache that reads its Corefile every 2 s, under load: (lab, server, file, load)."""
    lab.start_kube_proxy()
    lab.start_servers(log=False)
    text = lab.completed(Recipe.ours(Options(), (LOCAL, CLUSTER_IP)).corefile)
    server = lab.start("node", "cache", text.replace("{\n", "{\n    reload 2s 1s\n", 1))
    file = lab.folder / "cache.Corefile"
    return lab, server, file, lab.load("svc.cluster.local", names=50, rate=500, seconds=40)


def told(server, words, times, seconds=10):
    """Wait until the log says something that often."""
    until = time.monotonic() + seconds
    while server.text().count(words) < times:
        assert time.monotonic() < until, server.text()[-2000:]
        time.sleep(0.1)


def test_reloads_lose_nothing(cache):
    """Three in a row, each with another text; the sockets are handed over."""
    _, server, file, load = cache
    text = file.read_text()
    for number in (1, 2, 3):
        file.write_text(text.replace("success 9984", f"success {9984 + number}"))
        told(server, "Reloading complete", number)
    outcome = load.stop()
    assert outcome.sent > 1000
    assert (outcome.lost, outcome.errors) == (0, {})


@pytest.mark.parametrize(
    ("broken", "says", "counted"),
    [
        (lambda text: text.replace("prometheus", "promotheus", 1), "Corefile changed but reload failed", 1),
        (lambda text: re.sub(r"\}\s+\}\s*$", "", text), "[WARNING] plugin/reload", 0),
    ],
    ids=["an unknown plugin", "braces too few"],
)
def test_a_broken_corefile_leaves_the_old_one_and_not_every_failure_is_counted(cache, broken, says, counted):
    """The next restart would find it: nobody has been told by then."""
    lab, server, file, load = cache
    file.write_text(broken(file.read_text()))
    told(server, says, 1)
    outcome = load.stop()
    assert (outcome.lost, outcome.errors) == (0, {})
    metrics = lab.fetch("node", f"http://127.0.0.1:{Options().metrics_port}/metrics")
    assert f"\n{FAILED} {counted}\n" in metrics, server.text()[-1000:]
