"""Options of the cache: each wrong one is an error that names it and says what to do."""

import re

import pytest

from charts.node_local_dns import Options


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
        ({"consolidate_errors_seconds": 3601}, "consolidate_errors_seconds must be a whole number"),
        ({"health_port": 53}, "health_port must be a whole number from 1024 to 65535, got 53"),
        ({"metrics_port": 8080}, "health_port, metrics_port, setup_metrics_port must differ, got [8080, 8080, 9353]"),
        (
            {"setup_metrics_port": 9253},
            "health_port, metrics_port, setup_metrics_port must differ, got [8080, 9253, 9253]",
        ),
        ({"min_ready_seconds": 4}, "min_ready_seconds must be a whole number from 5 to 600"),
        ({"cluster_protocol": "tls"}, "cluster_protocol must be one of force_tcp, prefer_udp, same, got 'tls'"),
        ({"cpu_request": "fast"}, "cpu_request must be CPU such as 25m, got 'fast'"),
        ({"max_unavailable": 0}, "max_unavailable must be a number of nodes from 1 on or 1% to 100%, got 0"),
        ({"max_unavailable": "0%"}, "max_unavailable must be a number of nodes"),
        ({"max_unavailable": "101%"}, "max_unavailable must be a number of nodes"),
        ({"kube_proxy_mode": "ipvs"}, "kube_proxy_mode must be iptables (in ipvs there is no way around the cache"),
        ({"kube_proxy_mode": "nftables"}, "kube_proxy_mode must be iptables"),
        ({"memory_limit_mi": 136}, "memory_limit_mi must be 0 or from 137 on, got 136: leave it out for 0"),
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


def test_the_limit_follows_the_capacity():
    """Full caches of ten times the size do not fit what was enough before."""
    with pytest.raises(ValueError, match=r"memory_limit_mi must be 0 or from 1003 on, got 512"):
        Options(memory_limit_mi=512, cache_capacity=100_000)


def test_options_cannot_be_changed_after_they_were_checked():
    options = Options()
    with pytest.raises(AttributeError):
        options.cache_capacity = 1
