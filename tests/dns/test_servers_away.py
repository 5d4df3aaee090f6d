"""CoreDNS killed or unreachable: names that were asked before are still answered, at once."""

import time

import pytest

from charts.node_local_dns.options import Options
from laboratory import Lab
from laboratory.addresses import CLUSTER_IP, CORE_DNS, LOCAL, SECOND

TTL_S = 5
KNOWN, NEW = "web.svc.cluster.local", "new.svc.cluster.local"


@pytest.fixture(scope="module")
def prepared(tmp_path_factory, programs):
    """A lab for each test, with two caches that know KNOWN, its time over; made together, so as to wait once."""
    labs = []
    for n in range(6):
        lab = Lab(tmp_path_factory.mktemp(f"away{n}"), programs)
        labs.append((lab, lab.start_servers()))
        lab.start_cache("stale", Options(), listen=(LOCAL, CLUSTER_IP))
        plain = Options(serve_stale_seconds=0, health_port=8081, metrics_port=9254, setup_metrics_port=9354)
        lab.start_cache("plain", plain, listen=SECOND)
        for address in (CLUSTER_IP, SECOND[1]):
            assert lab.dig("pod", KNOWN, server=address).records == ["10.1.2.3"]
    time.sleep(TTL_S + 1.2)  # CoreDNS counts whole seconds: an answer is over when one more has passed
    yield list(labs)
    for lab, _ in labs:
        lab.close()


@pytest.fixture
def outage(prepared):
    """A lab of its own: (lab, servers). The default cache is on CLUSTER_IP, one without serve_stale on SECOND."""
    return prepared.pop()


def kill(lab, servers):
    servers.stop()


def black_hole(lab, servers):
    chain = f"chain c {{ type filter hook output priority 0; ip daddr {CORE_DNS} drop; }}"
    lab.run("node", "nft", f"table ip away {{\n{chain}\n}}")


@pytest.mark.parametrize("away", [kill, black_hole])
def test_a_known_name_is_answered_from_the_cache_at_once_while_coredns_is_away(outage, away):
    """With TTL 0, so that no client keeps it; without serve_stale the same name fails in the same outage."""
    lab, servers = outage
    away(lab, servers)
    stale = [lab.dig("pod", KNOWN) for _ in range(10)]
    assert {(reply.status, *reply.records, reply.ttl) for reply in stale} == {("NOERROR", "10.1.2.3", 0)}
    assert max(reply.milliseconds for reply in stale) < 1500  # the cache gives a server up after 2 s
    assert lab.dig("pod", KNOWN, server=SECOND[1]).status in {"SERVFAIL", "NONE"}
    assert lab.dig("pod", NEW).status in {"SERVFAIL", "NONE"}


def test_20_seconds_without_coredns_fail_no_known_name(prepared):
    """200 queries a second for 50 names that are over every 5 s; one CoreDNS is killed, another one unreachable."""
    outages = [(*prepared.pop(), kill), (*prepared.pop(), black_hole)]
    loads = [lab.load("svc.cluster.local", names=50, rate=200, seconds=60) for lab, _, _ in outages]
    time.sleep(2)
    for lab, servers, away in outages:
        away(lab, servers)
    time.sleep(20)
    assert [(one.lost, one.errors, one.sent > 20 * 200) for one in (load.stop() for load in loads)] == [
        (0, {}, True),
        (0, {}, True),
    ]


def test_a_slow_coredns_slows_no_known_name(outage):
    """It answers after 1.5 s (the cache gives up after 2): without serve_stale pods wait each time a name is over."""
    lab, servers = outage
    lab.load("svc.cluster.local", names=20, rate=100, seconds=0.5).outcome()
    lab.load("svc.cluster.local", names=20, rate=100, seconds=0.5, server=SECOND[1]).outcome()
    servers.stop()
    lab.start_late(CORE_DNS, 1.5)
    time.sleep(TTL_S + 1)
    load = {"names": 20, "rate": 50, "seconds": 10, "timeout": "5s"}
    stale, plain = (lab.load("svc.cluster.local", server=ip, **load) for ip in (CLUSTER_IP, SECOND[1]))
    answered_at_once, waited = stale.outcome(), plain.outcome()
    assert (answered_at_once.lost, waited.lost) == (0, 0)
    assert waited.p99_ms > 1000
    assert answered_at_once.p99_ms < waited.p99_ms / 2


def test_a_known_name_is_refreshed_as_soon_as_coredns_is_back(outage):
    lab, servers = outage
    servers.stop()
    assert lab.dig("pod", KNOWN).ttl == 0
    lab.start_servers()
    end = time.monotonic() + 10
    while (reply := lab.dig("pod", KNOWN)).ttl == 0 and time.monotonic() < end:
        time.sleep(0.2)
    assert reply.records == ["10.1.2.3"]
    assert 0 < reply.ttl <= TTL_S  # a busy machine asks some time after the refresh
