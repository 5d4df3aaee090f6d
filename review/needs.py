"""Which flows an environment cannot do without."""

from __future__ import annotations

from typing import TYPE_CHECKING

from review.flows import conditions_of, flows_of
from review.uses import peer_uses

if TYPE_CHECKING:
    from review.flows import Flow
    from settings import Settings

EVERY_POD = "every pod"
_ALWAYS = (
    "sgp-to-cluster-dns",
    "sgp-to-cluster-dns-cache-away",
    "sgp-to-vpc",
    "sgp-to-internet",
    "vpc-to-sgp",
    "kubelet-to-sgp",
    "plain-to-cluster-dns",
    "plain-to-cluster-dns-cache-away",
    "plain-to-vpc",
    "plain-to-internet",
    "kubelet-to-plain",
    "node-to-internet",
    "cache-to-coredns",
    "cache-to-vpc-resolver",
)


def needs(settings: Settings) -> dict[str, tuple[str, ...]]:
    """Return who needs which flow: {flow key: workloads, or `every pod`}."""
    found: dict[str, tuple[str, ...]] = dict.fromkeys(_ALWAYS, (EVERY_POD,))
    if conditions_of(settings).nodes == "isolated":
        found = {key: who for key, who in found.items() if not key.endswith("-to-internet")}
    told = {flow.key for flow in flows_of(settings)}
    for use in peer_uses(settings):
        first = f"sgp-to-peer-{use.peer.name}" if use.direction == "to" else f"peer-to-sgp-{use.peer.name}"
        ranges = {cidr: f"{first}-{cidr}" for cidr in use.cidrs}
        for key in {key if key in told else first for key in ranges.values()}:
            found[key] = tuple(sorted({*found.get(key, ()), use.workload}))
    resolvers = (f"cache-to-peer-resolver-{peer.name}" for peer in settings.peers)
    return {**found, **dict.fromkeys(resolvers, (EVERY_POD,))}


def unmet(settings: Settings) -> tuple[Flow, ...]:
    """Return the needed flows that fail, or that show a peer the node's address in place of the pod's."""
    needed = needs(settings)
    return tuple(
        flow
        for flow in flows_of(settings)
        if flow.key in needed and (not flow.arrives or (flow.id == "sgp-to-peer" and flow.source != "pod"))
    )
