"""Options of the cache: each wrong one is an error that names it and says what to do."""

import dataclasses
import re

import pytest
from chart_objects import render
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from charts.node_local_dns import NodeLocalDns, Options
from settings.dns_cache import DnsCache
from settings.dns_options import DnsOptions


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"cache_capacity": 1023},
            "cache_capacity must be a whole number from 1024 to 1000000, got 1023: leave it out",
        ),
        ({"cache_capacity": "9984"}, "cache_capacity must be a whole number from 1024 to 1000000, got '9984'"),
        ({"cluster_ttl": 0}, "cluster_ttl must be a whole number from 1 to 3600, got 0: leave it out for 30"),
        ({"cluster_denial_ttl": True}, "cluster_denial_ttl must be a whole number"),
        ({"other_ttl": 1.5}, "other_ttl must be a whole number"),
        ({"serve_stale_seconds": -1}, "serve_stale_seconds must be a whole number from 0"),
        ({"prefetch": 1001}, "prefetch must be a whole number from 0 to 1000"),
        ({"prefetch": None}, "prefetch must be a whole number from 0 to 1000, got None"),
        ({"consolidate_errors_seconds": 3601}, "consolidate_errors_seconds must be a whole number"),
        ({"health_port": 53}, "health_port must be a whole number from 1024 to 65535, got 53"),
        ({"metrics_port": 8080}, "health_port, metrics_port, setup_metrics_port must differ, got [8080, 8080, 9353]"),
        (
            {"setup_metrics_port": 9253},
            "health_port, metrics_port, setup_metrics_port must differ, got [8080, 9253, 9253]",
        ),
        ({"min_ready_seconds": 4}, "min_ready_seconds must be a whole number from 5 to 600"),
        ({"cluster_protocol": "tls"}, "cluster_protocol must be one of force_tcp, prefer_udp, same, got 'tls'"),
        ({"cpu_request": "0m"}, "cpu_request must be CPU such as 25m, got '0m'"),
        ({"cpu_request": "fast"}, "cpu_request must be CPU such as 25m, got 'fast'"),
        ({"max_unavailable": "0"}, "max_unavailable must be a number of nodes such as \"3\", or 1% to 100%, got '0'"),
        ({"max_unavailable": "0%"}, "max_unavailable must be a number of nodes"),
        ({"max_unavailable": "101%"}, "max_unavailable must be a number of nodes"),
        (
            {"memory_limit_percent": 149},
            "memory_limit_percent must be a whole number from 150 to 1000, got 149: leave it out for None",
        ),
        ({"node_labels": {"a b": "c"}}, "node_labels must have keys like"),
    ],
)
def test_a_wrong_option_is_named_with_its_rule(changes, message):
    with pytest.raises(ValueError, match=re.escape(f"options.{message}")):
        Options(**changes)


def test_the_worst_case_of_memory_is_what_was_measured():
    """41 MiB idle and 12 for each of eight caches of 9,984 answers."""
    assert Options().worst_case_memory_mi == 41 + 8 * 12


def test_a_stub_domain_needs_memory_for_its_two_caches():
    assert Options(stub_domains={"corp.example.com": ["10.1.0.2"]}).worst_case_memory_mi == 41 + 10 * 12


def test_options_cannot_be_changed_after_they_were_checked():
    options = Options()
    with pytest.raises(AttributeError):
        options.cache_capacity = 1


def test_a_standby_has_the_next_ports():
    standby = Options(prefetch=5).beside()
    assert (standby.health_port, standby.metrics_port, standby.setup_metrics_port) == (8081, 9254, 9354)
    assert standby.prefetch == 5


def test_a_standby_does_not_take_a_port_of_the_first():
    with pytest.raises(ValueError, match=re.escape("must leave out [9253]: the standby has the next ports")):
        Options(health_port=9252).beside()


def test_settings_and_options_have_the_same_names_and_defaults():
    """What an environment file may say, the chart takes, and the other way round."""
    assert {field.name for field in dataclasses.fields(Options)} == {*DnsOptions.model_fields, "stub_domains"}
    assert DnsCache().options() == dataclasses.asdict(Options())


@given(image=st.from_regex(DnsCache.model_json_schema()["properties"]["image"]["pattern"], fullmatch=True))
@settings(max_examples=100, deadline=None)
def test_an_image_that_the_settings_take_has_the_form_that_the_chart_takes(image):
    """But for the tag latest, of which a rule tells: tags such as -a, or longer ones than registries take, are none."""
    assume(not re.search(r":latest\b", image))
    assert render(NodeLocalDns, cluster_dns_ip="172.20.0.10", image=image)


LIMITS = [
    (name, limit, outside)
    for name, schema in DnsOptions.model_json_schema()["properties"].items()
    for form in schema.get("anyOf", [schema])
    if form.get("type") == "integer"
    for limit, outside in ((form["minimum"], form["minimum"] - 1), (form["maximum"], form["maximum"] + 1))
]


@pytest.mark.parametrize(("name", "limit", "outside"), LIMITS)
def test_settings_and_options_have_the_same_limits(name, limit, outside):
    assert getattr(Options(**{name: limit}), name) == limit
    with pytest.raises(ValueError, match=f"options.{name} must be a whole number"):
        Options(**{name: outside})


def test_every_number_has_limits():
    numbers = [field.name for field in dataclasses.fields(Options) if field.type in (int, int | None)]
    assert {name for name, _, _ in LIMITS} == set(numbers)
