"""What a pod gets from the cache: hits, misses, denials, stub domains, large answers, other protocols."""

import concurrent.futures
import itertools

import pytest

from charts.node_local_dns.options import Options
from laboratory.addresses import BIG, NOBODY, OTHER_PEER, PEER, SECOND

NUMBER = itertools.count()


@pytest.fixture(scope="module")
def cached(served):
    """The node's cache with a peer's zone: (lab, servers behind it)."""
    lab, servers = served
    options = Options(stub_domains={"corp.example.com": [PEER, OTHER_PEER], "half.corp.example.com": [NOBODY, PEER]})
    cache = lab.start_cache("cache", options)
    yield lab, servers
    cache.stop()


@pytest.fixture
def name():
    """A name of the cluster that no test has asked for."""
    return f"web{next(NUMBER)}.svc.cluster.local"


def test_a_name_is_asked_upstream_once(cached, name):
    lab, servers = cached
    first, second = lab.dig("pod", name), lab.dig("pod", name)
    assert (first.records, second.records) == (["10.1.2.3"], ["10.1.2.3"])
    assert servers.asked(name) == 1


def test_what_is_cached_for_udp_answers_tcp(cached, name):
    lab, servers = cached
    lab.dig("pod", name)
    assert lab.dig("pod", name, "+tcp").records == ["10.1.2.3"]
    assert servers.asked(name) == 1


def test_coredns_is_asked_over_tcp(cached, name):
    lab, servers = cached
    lab.dig("pod", name, "+notcp")
    assert f'"A IN {name}. tcp' in servers.text()


def test_a_denial_is_cached(cached, name):
    lab, servers = cached
    replies = [lab.dig("pod", f"absent.{name}") for _ in range(2)]
    assert [reply.status for reply in replies] == ["NXDOMAIN", "NXDOMAIN"]
    assert servers.asked(f"absent.{name}") == 1


def test_a_stub_domain_is_asked_of_its_resolvers_alone(cached):
    lab, servers = cached
    assert lab.dig("pod", "db.corp.example.com").records == ["10.3.0.1"]
    (line,) = [line for line in servers.text().splitlines() if "A IN db.corp.example.com." in line]
    assert " udp " in line


def test_a_stub_domain_answers_while_one_of_its_resolvers_is_away(cached):
    """Policy random: among ten names at once some meet the dead one first."""
    lab, _ = cached
    with concurrent.futures.ThreadPoolExecutor(10) as pool:
        names = [f"db{n}.half.corp.example.com" for n in range(10)]
        replies = list(pool.map(lambda name: lab.dig("pod", name, "+time=5"), names))
    assert [reply.records for reply in replies] == [["10.3.0.1"]] * 10


def test_everything_else_is_asked_of_the_resolver_of_the_node(cached):
    lab, _ = cached
    assert lab.dig("pod", "www.example.org").records == ["192.0.2.1"]


def test_a_reverse_name_is_asked_of_coredns(cached):
    lab, _ = cached
    assert lab.dig("pod", "9.2.1.10.in-addr.arpa", kind="PTR").records == ["pod.cluster.local."]


def test_an_answer_of_5000_bytes_is_truncated_over_udp_and_whole_over_tcp(cached, name):
    lab, _ = cached
    short = lab.dig("pod", f"big.{name}", "+bufsize=512", "+ignore")
    assert short.size <= 512
    whole = lab.dig("pod", f"big.{name}", "+tcp")
    assert (len(whole.records), whole.size > 4900) == (BIG, True)


def test_a_client_with_edns_gets_a_large_answer_over_udp(cached, name):
    lab, _ = cached
    reply = lab.dig("pod", f"big.{name}", "+bufsize=8192", "+ignore")
    assert (len(reply.records), reply.size > 4900) == (BIG, True)


def test_several_queries_go_over_one_tcp_connection(cached, name):
    lab, _ = cached
    reply = lab.dig("pod", name, "+tcp", "+keepopen", f"a.{name}", "A", f"b.{name}", "A")
    assert reply.records == ["10.1.2.3"] * 3


def test_aaaa_is_answered_without_data_and_without_asking_where_it_is_dropped(served):
    lab, servers = served
    ports = {"health_port": 8081, "metrics_port": 9254, "setup_metrics_port": 9354}
    cache = lab.start_cache("noaaaa", Options(drop_aaaa=True, **ports), listen=SECOND)
    try:
        reply = lab.dig("pod", "web.noaaaa.cluster.local", kind="AAAA", server=SECOND[1])
        assert (reply.status, reply.records) == ("NOERROR", [])
        assert servers.asked("web.noaaaa.cluster.local") == 0
        assert lab.dig("pod", "web.noaaaa.cluster.local", server=SECOND[1]).records == ["10.1.2.3"]
    finally:
        cache.stop()
