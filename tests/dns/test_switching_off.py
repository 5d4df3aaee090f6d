"""Why the Service kube-dns-upstream must outlive the last pod of a cache: what happens in either order."""

import time

import pytest

from charts.node_local_dns import Options
from laboratory import Recipe
from laboratory.addresses import CLUSTER_IP, CORE_DNS, LOCAL, UPSTREAM

KNOWN, OTHER = "known.svc.cluster.local", "other.svc.cluster.local"


@pytest.fixture
def node(lab):
    """A cache that reaches CoreDNS by the address of the Service alone, and knows one name already."""
    lab.start_servers()
    lab.ip("node", f"route add {UPSTREAM}/32 via {CORE_DNS}")  # as a node's default route; nobody there has the address
    lab.upstream_service("-A")
    corefile = lab.completed(Recipe.ours(Options(), (LOCAL, CLUSTER_IP)).corefile)
    cache = lab.start("node", "cache", corefile.replace(f"forward . {CORE_DNS}", f"forward . {UPSTREAM}"))
    assert lab.dig("pod", KNOWN).records == ["10.1.2.3"]
    return lab, cache


def test_a_cache_that_outlives_the_service_fails_for_names_it_does_not_know(node):
    """It still gets the node's queries, and has nobody to ask once its connections have been idle for 10 s."""
    lab, _ = node
    lab.upstream_service("-D")
    time.sleep(11)
    assert lab.dig("pod", KNOWN).records == ["10.1.2.3"]
    assert lab.dig("pod", OTHER).status in {"SERVFAIL", "NONE"}


def test_a_service_that_outlives_the_cache_costs_nothing(node):
    """Once the ClusterIP is off the node, kube-proxy leads queries to CoreDNS."""
    lab, cache = node
    assert lab.dig("pod", OTHER).records == ["10.1.2.3"]
    cache.stop()
    lab.ip("node", f"address del {CLUSTER_IP}/32 dev lo")
    lab.start_kube_proxy()
    lab.upstream_service("-D")
    assert lab.dig("pod", "third.svc.cluster.local").records == ["10.1.2.3"]
