"""Each option's Corefile loads in the real CoreDNS, with the plugins that node-cache has, and answers."""

import dataclasses
import itertools
import os

import pytest
from hypothesis import event, given, settings

from charts.node_local_dns.corefile import corefile
from charts.node_local_dns.options import Options
from laboratory.addresses import CLUSTER_IP, IPV6, LOCAL, MORE_RESOLVERS, NODE_RESOLVER, OTHER_PEER, PEER
from tests.option_sets import EVERY, OPTIONS, check_message

NUMBER = itertools.count()
EACH = {
    "default": {},
    "capacity": {"cache_capacity": 1024},
    "large capacity": {"cache_capacity": 1_000_000},
    "shortest ttl": {"cluster_ttl": 1, "cluster_denial_ttl": 1, "other_ttl": 1},
    "longest ttl": {"cluster_ttl": 3600, "cluster_denial_ttl": 3600, "other_ttl": 3600},
    "no serve_stale": {"serve_stale_seconds": 0},
    "long serve_stale": {"serve_stale_seconds": 86_400},
    "prefetch": {"prefetch": 10},
    "prefer_udp": {"cluster_protocol": "prefer_udp"},
    "same protocol": {"cluster_protocol": "same"},
    "stub domains": {"stub_domains": {"corp.example.com": [PEER, OTHER_PEER], "_msdcs.example.com": ["fd00::2"]}},
    "reverse zone of a peer": {"stub_domains": {"20.10.in-addr.arpa": [PEER]}},
    "upstreams": {"upstreams": [NODE_RESOLVER, "fd00::2"]},
    "most upstreams": {"upstreams": MORE_RESOLVERS},
    "drop_aaaa": {"drop_aaaa": True},
    "log_queries": {"log_queries": True},
    "consolidated errors": {"consolidate_errors_seconds": 30},
    "ports": {"health_port": 3989, "metrics_port": 9254},
    "all at once": {
        "prefetch": 5,
        "drop_aaaa": True,
        "log_queries": True,
        "consolidate_errors_seconds": 5,
        "cluster_protocol": "prefer_udp",
        "stub_domains": {"corp.example.com": [PEER]},
        "upstreams": [NODE_RESOLVER],
    },
}
OF_THE_POD = {
    "setup_metrics_port": 9354,
    "scrape": False,
    "cpu_request": "1",
    "memory_limit_percent": 150,
    "max_unavailable": "2",
    "min_ready_seconds": 60,
    "node_labels": {"team": "a"},
    "masquerade_host_clients": True,
}


def test_every_option_is_loaded_and_drawn_or_leaves_the_corefile_as_it_is():
    """A new one fails here until somebody has decided."""
    loaded = {name for options in EACH.values() for name in options}
    assert loaded == set(EVERY) == {field.name for field in dataclasses.fields(Options)} - set(OF_THE_POD)
    plain, other = (
        corefile(listen=(LOCAL, CLUSTER_IP), cluster_domain="cluster.local", options=options)
        for options in (Options(), Options(**OF_THE_POD))
    )
    assert plain == other


@pytest.fixture
def cache(served):
    lab, _ = served
    started = []

    def start(options, **more):
        started.append(lab.start_cache("options", options, **more))
        return started[0]

    yield start
    for server in started:
        server.stop()


@pytest.mark.parametrize("name", EACH)
def test_the_corefile_of_an_option_loads_and_answers(served, cache, name):
    lab, _ = served
    server = cache(Options(**EACH[name]))
    assert lab.dig("pod", f"web.{name.replace(' ', '-')}.cluster.local").records == ["10.1.2.3"]
    assert lab.dig("pod", "2.1.10.10.in-addr.arpa", kind="PTR").records == ["pod.cluster.local."]
    assert "[ERROR] plugin/errors" not in server.text()


def test_an_ipv6_corefile_loads_and_serves_health(served, cache):
    lab, _ = served
    cache(Options(), listen=IPV6)
    assert lab.dig("node", "web.six.cluster.local", server=IPV6[1]).records == ["10.1.2.3"]
    assert lab.fetch("node", f"http://[{IPV6[0]}]:8080/health") == "OK"


def test_health_is_served_on_the_local_address_alone(served, cache):
    """The node's other addresses keep their port 8080."""
    lab, _ = served
    cache(Options(health_port=3989))
    assert lab.fetch("node", f"http://{LOCAL}:3989/health") == "OK"
    assert lab.fetch("node", f"http://{CLUSTER_IP}:3989/health") is None


def test_a_corefile_with_a_plugin_that_node_cache_lacks_is_refused(served):
    """Otherwise the tests above would pass for Corefiles that a node refuses."""
    lab, _ = served
    with pytest.raises(AssertionError, match="no action found for directive 'acl'"):
        lab.start("node", "lacking", ".:5300 {\n    acl\n}\n")


@settings(
    max_examples=int(os.environ.get("OPTION_SETS", "100")), deadline=None, derandomize="OPTION_SETS" not in os.environ
)
@given(options=OPTIONS)
def test_any_options_load_and_answer_or_are_a_clear_error(served, options):
    """Drawn from their whole ranges and beyond, many at once; `make fuzz` tries 2,000, other ones each time."""
    lab, _ = served
    try:
        text = corefile(listen=(LOCAL, CLUSTER_IP), cluster_domain="cluster.local", options=Options(**options))
    except ValueError as error:
        check_message(str(error), r"options\.[\w, ]+(\[.*\])*")
        event("error")
        return
    event("loaded")
    server = lab.start("node", "any", lab.completed(text))
    try:
        assert lab.dig("pod", f"web.n{next(NUMBER)}.cluster.local").records == ["10.1.2.3"]
    finally:
        server.stop()
