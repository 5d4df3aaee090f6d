"""Restart a real node-cache under load, as a rollout does, and count what pods lose."""

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest
from dns_lab import CLUSTER_IP, CORE_DNS, LOCAL, OTHER_PEER

from charts.node_local_dns.corefile import corefile
from charts.node_local_dns.options import Options
from charts.node_local_dns.pod import pod
from charts.node_local_dns.static_rules import static_rules

RESTARTS = 5
SLOW_S = 0.3


class NodeCache:
    """A real node-cache on the node, with the arguments of the chart's pod."""

    def __init__(self, lab, options=None):
        self.lab, self.program = lab, Path(os.environ["NODE_CACHE"])
        options = options or Options(stub_domains={"slow.example.com": [OTHER_PEER]})
        base = lab.folder / "base" / "Corefile.base"
        base.parent.mkdir()
        base.write_text(corefile(listen=(LOCAL, CLUSTER_IP), cluster_domain="cluster.local", options=options))
        names = {"name": "node-local-dns", "upstream": "kube-dns-upstream", "config": "c", "image": "i:1"}
        (container,) = pod(**names, listen=(LOCAL, CLUSTER_IP), options=options)["spec"]["containers"]
        self.pidfile = lab.folder / "pid"
        own = {"/etc/Corefile": str(lab.folder / "Corefile"), "/tmp/node-cache.pid": str(self.pidfile)}  # noqa: S108
        self.arguments = [own.get(word, word) for word in container["args"]]
        # the addresses lie on lo: not every kernel has dummy links
        self.arguments += ["-basecorefile", str(base), "-setupinterface=false"]
        self.log = lab.folder / "node-cache.log"

    def rules(self):
        return self.lab.run("node", "iptables-save", "-t", "raw").count("NOTRACK")

    def start(self):
        command = self.lab._inside("node", [str(self.program), *self.arguments])
        env = {**self.lab._env(), "KUBE_DNS_UPSTREAM_SERVICE_HOST": CORE_DNS}
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, env=env)
        self.lab.spawned.append(self.process)
        end = time.monotonic() + 20
        while self.rules() < 16 and time.monotonic() < end:
            assert self.process.poll() is None, self.log.read_text()[-2000:]
            time.sleep(0.05)
        assert self.rules() >= 16, self.log.read_text()[-2000:]

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=30)

    def restart(self):
        self.stop()
        time.sleep(1)
        self.start()
        time.sleep(1)


@pytest.fixture
def drill(lab):
    """A node with kube-proxy's way to CoreDNS, the static rules, a slow resolver, and node-cache running."""
    for chain in ("PREROUTING", "OUTPUT"):
        for protocol in ("udp", "tcp"):
            rule = f"-t nat -A {chain} -d {CLUSTER_IP} -p {protocol} --dport 53 -j DNAT --to-destination {CORE_DNS}:53"
            lab.run("node", "iptables", *rule.split())
    lab.start_servers(late={OTHER_PEER: SLOW_S}, also_on_core_dns="slow.example.com")
    lab.run("node", *static_rules(CLUSTER_IP, masquerade=False))
    cache = NodeCache(lab)
    cache.start()
    yield lab, cache
    cache.stop()


def under_load(lab, *loads):
    """Start the loads; return what collects their results."""
    running = [lab.spawn_queries("pod", "ask", CLUSTER_IP, *load) for load in loads]
    return lambda: [json.loads(process.communicate(timeout=120)[0]) for process in running]


def check(results, least):
    assert all(result["sent"] >= least for result in results), results
    assert [result["lost"] for result in results] == [0] * len(results), results


@pytest.mark.node_cache
def test_no_query_is_lost_when_the_cache_restarts_under_load(drill):
    """Over UDP, for cached names and for names whose answer takes 300 ms, each query once."""
    lab, cache = drill
    seconds = str(RESTARTS * 4)
    results = under_load(lab, ["web.svc.cluster.local", "1000", seconds], ["slow.example.com", "50", seconds, "unique"])
    for _ in range(RESTARTS):
        cache.restart()
    check(results(), RESTARTS * 4 * 50)


@pytest.mark.node_cache
def test_no_new_tcp_connection_is_lost_when_the_cache_restarts(drill):
    lab, cache = drill
    results = under_load(lab, ["web.svc.cluster.local", "200", str(RESTARTS * 4), "tcp"])
    for _ in range(RESTARTS):
        cache.restart()
    check(results(), RESTARTS * 4 * 200)


@pytest.mark.node_cache
def test_stopping_the_cache_leaves_no_rule_of_its_own_and_pods_on_coredns(drill):
    lab, cache = drill
    cache.stop()
    assert cache.rules() == 0
    lab.ip("node", f"address del {CLUSTER_IP}/32 dev lo")
    assert lab.dig("pod", "web.svc.cluster.local").records == ["10.1.2.3"]
    lab.ip("node", f"address add {CLUSTER_IP}/32 dev lo")
    cache.start()


@pytest.mark.node_cache
def test_a_broken_corefile_ends_the_process_before_any_rule_is_made(drill):
    """So the node's pods stay on CoreDNS, and the rollout stops here."""
    lab, cache = drill
    cache.stop()
    base = lab.folder / "base" / "Corefile.base"
    whole = base.read_text()
    base.write_text(whole.replace("forward", "forword"))
    with pytest.raises(AssertionError):
        cache.start()
    assert cache.rules() == 0
    base.write_text(whole)
    cache.start()
