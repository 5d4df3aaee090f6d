"""Restart a real node-cache under load, as a rollout does, and count what pods lose."""

import pytest

from charts.node_local_dns.options import Options
from laboratory import LaboratoryError, NodeCache, Recipe
from laboratory.addresses import CLUSTER_IP, CORE_DNS, LOCAL, OTHER_PEER

RESTARTS = 20
SLOW_S = 0.3
CACHED, SLOW = "svc.cluster.local", "slow.example.com"


@pytest.fixture
def drill(lab):
    """A node with kube-proxy's way to CoreDNS, the static rules, a slow resolver, and node-cache running."""
    lab.start_kube_proxy()
    lab.start_servers(SLOW, without=OTHER_PEER, log=False)
    lab.start_late(OTHER_PEER, SLOW_S)
    lab.install_static_rules()
    recipe = Recipe.ours(Options(stub_domains={SLOW: [OTHER_PEER]}), (LOCAL, CLUSTER_IP))
    cache = NodeCache(lab, NodeCache.program(), "node-cache", recipe)
    cache.start()
    yield lab, cache
    cache.stop()


def nothing_lost(outcome, least):
    assert outcome.sent >= least
    assert (outcome.lost, outcome.errors) == (0, {}), outcome


@pytest.mark.node_cache
def test_no_query_is_lost_when_the_cache_restarts_under_load(drill):
    """2,000 a second over UDP for cached names, 100 for names whose answer takes 300 ms; each query once."""
    lab, cache = drill
    cached = lab.load(CACHED, names=50, rate=2000, seconds=RESTARTS * 12)
    slow = lab.load(SLOW, unique=True, rate=100, seconds=RESTARTS * 12)
    for _ in range(RESTARTS):
        cache.restart()
    assert lab.full_buffers() == 0, "the machine is too slow for this load: run the drill where nothing else runs"
    nothing_lost(cached.stop(), RESTARTS * 2 * 2000)
    nothing_lost(slow.stop(), RESTARTS * 2 * 100)


@pytest.mark.node_cache
def test_no_new_tcp_connection_is_lost_when_the_cache_restarts(drill):
    lab, cache = drill
    load = lab.load(CACHED, names=50, rate=500, seconds=RESTARTS * 12, over="tcp")
    for _ in range(RESTARTS):
        cache.restart()
    nothing_lost(load.stop(), RESTARTS * 2 * 500)


@pytest.mark.node_cache
def test_a_lasting_tcp_connection_is_lost_with_the_process_alone(drill):
    """Each restart may meet a query on each connection, and no more: the rules do not break a connection."""
    lab, cache = drill
    load = lab.load(CACHED, names=50, rate=500, seconds=60, over="lasting", connections=5)
    for _ in range(3):
        cache.restart()
    outcome = load.stop()
    assert set(outcome.errors) <= {"reset"}
    assert outcome.lost <= 3 * 5


@pytest.mark.node_cache
def test_switching_the_cache_off_under_load_loses_nothing_and_leaves_pods_on_coredns(drill):
    """A deleted DaemonSet stops its pods as a restart does; the interface goes with them, and nothing comes back."""
    lab, cache = drill
    load = lab.load(CACHED, names=50, rate=2000, seconds=60)
    lab.run("pod", "sleep", "3")
    cache.stop()
    lab.ip("node", f"address del {CLUSTER_IP}/32 dev lo")
    lab.run("pod", "sleep", "3")
    nothing_lost(load.stop(), 12_000)
    assert cache.rules() == 0
    assert lab.dig("pod", "web.svc.cluster.local", "+tcp").records == ["10.1.2.3"]
    assert f"dst={CLUSTER_IP}" in lab.run("node", "conntrack", "-L", "-p", "udp", check=False)  # by kube-proxy
    assert CORE_DNS in lab.run("node", "conntrack", "-L", "-p", "udp", check=False)
    lab.ip("node", f"address add {CLUSTER_IP}/32 dev lo")
    cache.start()


@pytest.mark.node_cache
def test_a_broken_corefile_ends_the_process_before_any_rule_is_made(drill):
    """So the node's pods stay on CoreDNS, and the rollout stops here."""
    _, cache = drill
    cache.stop()
    whole = cache.corefile.read_text()
    cache.corefile.write_text(whole.replace("forward", "forword"))
    with pytest.raises(LaboratoryError, match="forword"):
        cache.start()
    assert cache.rules() == 0
    cache.corefile.write_text(whole)
    cache.start()
