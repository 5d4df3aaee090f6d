"""Rules about the nodes that the node cache runs on: which ones they are, and what they hold."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from review.rules.at import At
from review.rules.rule import rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from settings import Settings
    from settings.cluster import NodeGroup
    from settings.dns_cache import DnsCache

_CACHE = "pod_networking.dns_cache"
_LABELS, _TYPES = f"{_CACHE}.node_labels", "node_groups[].instance_types"
_OTHERS = re.compile(r"(?:[^/]*\.)?(?:kubernetes\.io|k8s\.io|amazonaws\.com)/")  # labels that nodes have from others
_SIZE = re.compile(r"([cmr])[0-9][a-z0-9-]*\.(?:([0-9]*)xlarge|(large)|(medium))")
_GIB_OF_A_VCPU = {"c": 2, "m": 4, "r": 8}


def memory_mi(cache: DnsCache) -> int:
    """Return the MiB that one process requests, as charts.node_local_dns.Options counts them."""
    return 41 - (-12 * 2 * (4 + len(cache.stub_domains)) * cache.cache_capacity // 9984)


def _cpu_m(cache: DnsCache) -> int:
    text = cache.cpu_request
    return int(text.removesuffix("m")) * (1 if text.endswith("m") else 1000)


def _has(group: NodeGroup, key: str, value: str) -> bool:
    known = {"podnet.io/node-group": group.name, **group.labels}
    return known.get(key) == value or (key not in known and bool(_OTHERS.match(key)))


def _groups(settings: Settings) -> list[NodeGroup]:
    """Return the node groups that the cache runs on."""
    wanted = settings.pod_networking.dns_cache.node_labels.items()
    return [group for group in settings.node_groups if all(_has(group, *label) for label in wanted)]


def _sizes(settings: Settings) -> Iterator[tuple[int, int, str]]:
    """Yield MiB, vCPUs and name of their types, of families c, m and r: elsewhere the name does not tell the memory."""
    for name in (name for group in _groups(settings) for name in group.instance_types):
        if size := _SIZE.fullmatch(name):
            family, many, large, _ = size.groups()
            vcpus = 4 * int(many or 1) if many is not None else 2 if large else 1
            yield vcpus * _GIB_OF_A_VCPU[family] * 1024, vcpus, name


@rule(
    "cache-finds-its-nodes",
    "warning",
    must="be labels that the nodes of a group have",
    why="no node has a cache otherwise, and nothing fails: the DaemonSet has no pods, and every pod asks CoreDNS",
    source="kubernetes.io, DaemonSet, Running Pods on select Nodes",
    fix="mend them, or add them to labels of a node group; acknowledge it where Karpenter makes nodes that have them",
    paths=(_LABELS, "node_groups[].labels"),
)
def cache_finds_its_nodes(settings: Settings) -> Iterator[At]:
    """Find labels that no group of a new cluster gives all of; those that others give are taken as there."""
    cache = settings.pod_networking.dns_cache
    if settings.cluster and cache.enabled and not _groups(settings):
        yield At(_LABELS, ", ".join(f"{key}={value}" for key, value in cache.node_labels.items())[:200])


@rule(
    "nodes-hold-the-cache",
    "warning",
    must="leave at least half of the smallest node to others",
    why="each node sets aside what full caches hold: two for each stub domain and for four zones more, and a standby's "
    "as well; other pods have to go for it, or the cache stays Pending and the deploy fails at the rollout's limit",
    source="docs/node-local-dns.md, Memory; EC2 user guide, instance types",
    fix="lower it, 9984 and 25m are the defaults; or take larger instances",
    paths=(f"{_CACHE}.cache_capacity", f"{_CACHE}.cpu_request", f"{_CACHE}.stub_domains", f"{_CACHE}.standby", _TYPES),
)
def nodes_hold_the_cache(settings: Settings) -> Iterator[At]:
    """Find requests of more than half the memory of a node, or half its vCPUs."""
    cache, sizes = settings.pod_networking.dns_cache, list(_sizes(settings))
    if not cache.enabled or not sizes:
        return
    times, both = 1 + cache.standby, " with the standby" * cache.standby
    (there, _, name), memory = min(sizes), times * memory_mi(cache)
    if 2 * memory > there:
        yield At(f"{_CACHE}.cache_capacity", f"{memory:,} MiB{both}, and {name} has {there:,}")
    (vcpus, name), cpu = min(size[1:] for size in sizes), times * _cpu_m(cache)
    if 2 * cpu > 1000 * vcpus:
        yield At(f"{_CACHE}.cpu_request", f"{cpu:,}m{both}, and {name} has {1000 * vcpus:,}m")


RULES = (cache_finds_its_nodes, nodes_hold_the_cache)
