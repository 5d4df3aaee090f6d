"""The Corefile: what it says by default, each option, and that nothing can be smuggled into it."""

import os
import re
import string

import pytest
from chart_objects import corefile_leaves
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from charts.node_local_dns.addresses import listened
from charts.node_local_dns.corefile import corefile
from charts.node_local_dns.options import Options
from tests.option_sets import ADDRESSES, DOMAINS, OPTIONS, check_message

LISTEN = ("169.254.20.10", "172.20.0.10")
MOST_RESOLVERS = [f"10.0.0.{n}" for n in range(15)]
DIRECTIVES = {"errors", "log", "bind", "prometheus", "template", "cache", "loop", "forward", "health"}
WORDS = {"success", "denial", "servfail", "serve_stale", "prefetch", "force_tcp", "prefer_udp", "consolidate"}


def text(domain="cluster.local", listen=LISTEN, **options):
    return corefile(listen=listen, cluster_domain=domain, options=Options(**options))


def lines(**options):
    return corefile_leaves(text(**options))


def test_the_default_is_the_recommended_configuration():
    assert {path: value for path, value in lines().items() if path.startswith("[cluster.local:53]")} == {
        "[cluster.local:53].errors": "set",
        "[cluster.local:53].bind": "169.254.20.10 172.20.0.10",
        "[cluster.local:53].prometheus": ":9253",
        "[cluster.local:53].cache": "set",
        "[cluster.local:53].cache.success": "9984 30",
        "[cluster.local:53].cache.denial": "9984 5",
        "[cluster.local:53].cache.serve_stale": "60s immediate",
        "[cluster.local:53].cache.servfail": "0",
        "[cluster.local:53].loop": "set",
        "[cluster.local:53].forward": ". __PILLAR__CLUSTER__DNS__",
        "[cluster.local:53].forward.force_tcp": "set",
        "[cluster.local:53].health": "169.254.20.10:8080",
    }


def test_reverse_zones_go_to_the_cluster_and_the_rest_to_the_resolver_of_the_node():
    found = lines()
    assert found["[in-addr.arpa:53].forward"] == found["[ip6.arpa:53].forward"] == ". __PILLAR__CLUSTER__DNS__"
    assert found["[.:53].forward"] == ". __PILLAR__UPSTREAM__SERVERS__"
    assert found["[.:53].forward.prefer_udp"] == "set"


@pytest.mark.parametrize(
    ("options", "path", "value"),
    [
        ({"cache_capacity": 2048}, "[.:53].cache.success", "2048 30"),
        ({"cluster_ttl": 10}, "[cluster.local:53].cache.success", "9984 10"),
        ({"cluster_denial_ttl": 1}, "[cluster.local:53].cache.denial", "9984 1"),
        ({"cluster_ttl": 10}, "[in-addr.arpa:53].cache.success", "9984 30"),
        ({"other_ttl": 300}, "[.:53].cache.denial", "9984 300"),
        ({"other_ttl": 300}, "[.:53].cache.success", "9984 300"),
        ({"other_ttl": 300}, "[cluster.local:53].cache.success", "9984 30"),
        ({"serve_stale_seconds": 3600}, "[.:53].cache.serve_stale", "3600s immediate"),
        ({"serve_stale_seconds": 0}, "[.:53].cache.serve_stale", None),
        ({"serve_stale_seconds": 0}, "[.:53].cache.servfail", None),
        ({"prefetch": 10}, "[cluster.local:53].cache.prefetch", "10"),
        ({"cluster_protocol": "prefer_udp"}, "[in-addr.arpa:53].forward.prefer_udp", "set"),
        *(
            ({"cluster_protocol": "same"}, f"[in-addr.arpa:53].forward.{word}", None)
            for word in ("force_tcp", "prefer_udp", "same")
        ),
        ({"upstreams": ["10.0.0.2", "10.0.0.3"]}, "[.:53].forward", ". 10.0.0.2 10.0.0.3"),
        ({"upstreams": MOST_RESOLVERS}, "[.:53].forward", f". {' '.join(MOST_RESOLVERS)}"),
        ({"drop_aaaa": True}, "[.:53].template", "IN AAAA"),
        ({"log_queries": True}, "[.:53].log", "set"),
        ({"consolidate_errors_seconds": 30}, "[.:53].errors.consolidate", '30s ".* i/o timeout$" warning'),
        ({"stub_domains": {"a_b.example": ["10.1.0.2"]}}, "[a_b.example:53].forward", ". 10.1.0.2"),
        ({"stub_domains": {"a.example": ["10.1.0.2"]}}, "[a.example:53].forward.prefer_udp", "set"),
        ({"stub_domains": {"a.example": ["fd00::2"]}}, "[a.example:53].forward", ". fd00::2"),
        ({"stub_domains": {"a.example": ["10.1.0.2"]}}, "[a.example:53].loop", None),
        ({"stub_domains": {"a.example": ["10.1.0.2"]}, "other_ttl": 9}, "[a.example:53].cache.success", "9984 9"),
        ({"stub_domains": {"a.example": ["10.1.0.2"]}}, "[a.example:53].bind", " ".join(LISTEN)),
    ],
)
def test_an_option_becomes_its_line(options, path, value):
    assert lines(**options).get(path) == value


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"stub_domains": {"cluster.local": ["10.1.0.2"]}}, "options.stub_domains['cluster.local'] must be a zone of"),
        (
            {"stub_domains": {"in-addr.arpa": ["10.1.0.2"]}},
            "options.stub_domains['in-addr.arpa'] must be a zone of its",
        ),
        ({"stub_domains": {".": ["10.1.0.2"]}}, "options.stub_domains['.'] must be a DNS name, got '.'"),
        ({"stub_domains": {"a {\n}": ["10.1.0.2"]}}, "options.stub_domains['a {\\n}'] must be a DNS name"),
        ({"stub_domains": {"a.example": []}}, "options.stub_domains['a.example'] must list 1 to 15 addresses, got []"),
        ({"stub_domains": {"a.example": "10.1.0.2"}}, "options.stub_domains['a.example'] must list 1 to 15 addresses"),
        (
            {"stub_domains": {"a.example": ["10.1.0.2", "ns.b"]}},
            "options.stub_domains['a.example'][1] must be a host's",
        ),
        (
            {"stub_domains": {"a.example": ["172.20.0.10"]}},
            "options.stub_domains['a.example'][0] must be another server",
        ),
        ({"upstreams": ["169.254.20.10"]}, "options.upstreams[0] must be another server, got 169.254.20.10"),
        ({"upstreams": ["10.0.0.2", "10.0.0.2"]}, "options.upstreams[1] must be another server, got 10.0.0.2"),
        ({"upstreams": [f"10.0.0.{n}" for n in range(16)]}, "options.upstreams must list 1 to 15 addresses"),
        ({"upstreams": ["127.0.0.53"]}, "options.upstreams[0] must be a host's IP address, got '127.0.0.53'"),
        ({"upstreams": ["fe80::1%eth0"]}, "options.upstreams[0] must be a host's IP address"),
        ({"upstreams": ["10.0.0.2\nreload"]}, "options.upstreams[0] must be a host's IP address"),
        ({"upstreams": [None]}, "options.upstreams[0] must be a host's IP address, got None"),
    ],
)
def test_a_wrong_zone_or_address_is_named_by_its_path(options, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        text(**options)


@settings(
    max_examples=int(os.environ.get("OPTION_SETS", "400")), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
@given(options=OPTIONS, domain=DOMAINS)
def test_any_options_give_a_corefile_of_known_words_or_an_error_with_a_path(options, domain):
    """Whatever stands in an option, no line is there that the writer did not mean."""
    try:
        written = text(domain, **options)
    except ValueError as error:
        check_message(str(error), r"options\.[\w, ]+(\[.*\])*|cluster_domain")
        event("error")
        return
    event("corefile")
    zones = {f"{name}:53" for name in (domain, "in-addr.arpa", "ip6.arpa", ".", *options.get("stub_domains", {}))}
    found = corefile_leaves(written)
    assert {path[1:].partition("]")[0] for path in found} == zones
    for path in found:
        directive, _, inner = path.partition("].")[2].partition(".")
        assert directive in DIRECTIVES
        assert not inner or inner in WORDS
    assert set(written) <= set(string.ascii_letters + string.digits + ' \n{}.:_-/[]"*$')


@given(cluster=ADDRESSES, local=ADDRESSES | st.sampled_from(LISTEN))
def test_any_addresses_are_a_pair_of_one_family_or_an_error_with_a_path(cluster, local):
    try:
        pair = listened(cluster, local)
    except ValueError as error:
        check_message(str(error), "cluster_dns_ip|local_ip")
    else:
        assert len({":" in address for address in pair}) == 1
