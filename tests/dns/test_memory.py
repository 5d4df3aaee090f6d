"""Memory with every cache full, against what the chart requests."""

import re

import pytest

from charts.node_local_dns.options import Options
from laboratory import NodeCache, Recipe
from laboratory.addresses import CLUSTER_IP, LOCAL

CAPACITY = Options().cache_capacity
ZONES = {"svc.cluster.local": "A", "1.10.in-addr.arpa": "PTR", "1.ip6.arpa": "PTR", "example.org": "A"}


def fill(lab):
    """Ask as many names as fit, and as many that do not exist, until every cache is full; answers are short."""
    for turn in range(8):
        names = CAPACITY if turn == 0 else CAPACITY // 2  # the first ones do not spread over the shards evenly
        for zone, kind in ZONES.items():
            for name in (f"t{turn}.{zone}", f"t{turn}.absent.{zone}"):
                lab.load(name, names=names, rate=4000, seconds=names / 4000, kind=kind).outcome()
        if min(entries(lab).values()) > 0.99 * CAPACITY:
            return


def entries(lab):
    """Return how many answers each cache holds, by zone and kind."""
    metrics = lab.fetch("node", f"http://{LOCAL}:9253/metrics") or ""
    found = re.findall(r'^coredns_cache_entries\{.*type="(\w+)".*zones="([^"]+)".*\} (\S+)', metrics, re.MULTILINE)
    return {(zone, kind): float(count) for kind, zone, count in found}


def check(lab, server):
    empty = server.resident_mib()
    fill(lab)
    held = entries(lab)
    assert len(held) == 2 * len(ZONES)
    assert min(held.values()) > 0.99 * CAPACITY, held
    full = server.resident_mib()
    assert empty + 20 < full <= Options().worst_case_memory_mi


def test_full_caches_stay_below_the_memory_request(lab):
    lab.start_servers(log=False)
    check(lab, lab.start_cache("cache", Options()))


@pytest.mark.node_cache
def test_a_node_cache_with_full_caches_stays_below_the_memory_request(lab):
    lab.start_servers(log=False)
    cache = NodeCache(lab, NodeCache.program(), "node-cache", Recipe.ours(Options(), (LOCAL, CLUSTER_IP)))
    check(lab, cache.start())
