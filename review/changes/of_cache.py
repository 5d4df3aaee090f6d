"""What changes of the node cache do: it comes, ends, or restarts with something else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from review.changes.cache import NO_CACHE, runs_on
from review.changes.effect import Effect, Table
from review.changes.of_mode import MEASURED, STRICT_PODS
from review.corefile import blocks

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from review.changes.difference import Difference

_DNS = "docs/node-local-dns.md"
_ALSO = {
    "node_labels": Effect("DNS", "nodes without the labels of the file have no cache: their pods ask CoreDNS", _DNS),
    "cluster_domain": Effect(
        "DNS gap",
        "the cache asks CoreDNS for this domain alone: where it is not that of CoreDNS and kubelet, pods lose the "
        "names of the cluster (make verify tells)",
        _DNS,
    ),
}


def _cache(found: Difference) -> Iterator[Effect]:
    if found.after and found.whole[0]["pod_networking"]["enforcing_mode"] == "strict":
        yield Effect("DNS gap", f"node by node: {STRICT_PODS}", MEASURED)
    elif found.after:
        yield Effect(
            "DNS",
            "the cache starts node by node and takes over the address that pods ask already: no restart, no gap",
            _DNS,
        )
    else:
        yield Effect(
            "DNS",
            "the cache ends on all nodes at once, each after it gave its address back: pods ask CoreDNS, those with "
            "groups of their own by the branch ENI; no gap, but CoreDNS gets every query",
            _DNS,
        )
        yield from _of_own_resolvers(found, "from then on")


def _cache_option(found: Difference) -> Iterator[Effect]:
    if not runs_on(found):
        yield NO_CACHE
    elif found.path[-1] == "standby":
        does = "starts beside the cache" if found.after else "gives its addresses back to the cache and ends"
        yield Effect("DNS", f"a second process {does}, node by node; the cache itself does not restart", _DNS)
    else:
        yield Effect(
            "DNS",
            "the cache restarts node by node with what it knew forgotten; meanwhile that node's pods ask CoreDNS: no "
            "gap",
            _DNS,
        )
        if found.before != found.after and (also := _ALSO.get(found.path[2])):
            yield also
        yield from _of_own_resolvers(found, "meanwhile")


def _of_own_resolvers(found: Difference, when: str) -> Iterator[Effect]:
    """Yield what becomes of names that CoreDNS does not know, since only the cache asks their resolvers."""
    before, after = (side["pod_networking"]["dns_cache"] for side in found.whole)
    kept = [zone for zone in before["stub_domains"] if zone in after["stub_domains"] or not after["enabled"]]
    asks = _resolvers_of_corefile(found.whole[0])
    zones = [zone for zone in kept if not asks.get(zone, set()).issuperset(before["stub_domains"][zone])]
    zones += ["all of upstreams"] * (not asks.get(".", set()).issuperset(before["upstreams"]))
    if zones:
        yield Effect(
            "DNS gap",
            f"names of zones with resolvers of their own ({', '.join(zones)[:200]}) are asked from CoreDNS {when}, "
            "which denies them unless its Corefile has the same resolvers",
            _DNS,
        )


def _resolvers_of_corefile(whole: Mapping[str, Any]) -> dict[str, set[str]]:
    """Return whom CoreDNS asks for each zone, where the file has its whole Corefile."""
    configured = (whole["cluster"] or {}).get("coredns_configuration") or {}
    found = blocks(str(configured.get("corefile", "")))
    return {zone: {*words} for zone, plugins in found.items() for name, *words in plugins if name == "forward"}


_LATER = Effect("nothing", "it counts from the next rollout of the cache on; no pod restarts for it", _DNS)

TABLE: Table = {
    "pod_networking.dns_cache": _cache_option,
    "pod_networking.dns_cache.enabled": _cache,
    "pod_networking.dns_cache.min_ready_seconds": _LATER,
    "pod_networking.dns_cache.max_unavailable": _LATER,
}
