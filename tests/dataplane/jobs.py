"""From settings to jobs of the laboratory: the variables that podnet puts on aws-node, and what it runs on the node."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from charts.node_local_dns.addresses import listened
from charts.node_local_dns.corefile import corefile
from charts.node_local_dns.options import Options
from charts.node_local_dns.static_rules import static_rules
from rehearsal.parts import ensure
from review.flows import conditions_of, flows_of, resolvers_in, resolvers_of
from review.flows.environment import external_services, on_premises
from tests.dataplane.comparison import peer_of
from tests.dataplane.lab.addresses import Addresses
from tests.dataplane.lab.errors import LabError
from tests.dataplane.lab.job import Job, Moment

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from settings import Settings

_INIT = "aws-vpc-cni-init"
PATIENT = 3.0  # seconds for a second look at what differs: a packet may have been late on a busy machine


def moment(settings: Settings, name: str, *, cache: bool) -> Moment:
    """Return a moment with the init container that these settings make."""
    return Moment(name=name, cache=cache, init=settings.pod_networking.variables().get(_INIT, {}))


def _zones(settings: Settings) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Yield each zone that the cache asks elsewhere for, once for each peer that its resolvers lie in."""
    there = {peer.name: resolvers_in(settings, peer) for peer in settings.peers}
    for zone, resolvers in resolvers_of(settings).items():
        yield from [(zone, name, found[zone]) for name, found in there.items() if zone in found] or [
            (zone, "", resolvers)
        ]


def _ranges(settings: Settings) -> Iterator[tuple[str, str]]:
    """Yield the first range of each peer by its name, and further ones whose flows the model tells apart."""
    yield from ((peer.name, peer.cidr) for peer in settings.peers)
    apart = (flow for flow in flows_of(settings) if flow.peer and flow.range)
    yield from dict.fromkeys((peer_of(flow), flow.range) for flow in apart)


def _of_cache(settings: Settings) -> tuple[str, tuple[str, ...]]:
    """Return the cache's Corefile and the command of its static rules; a cache that is off has the default options."""
    cache, cluster = settings.pod_networking.dns_cache, settings.cluster_dns_ip
    options = Options(**cache.options()) if cache.enabled else Options()
    text = corefile(listen=listened(cluster, cache.local_ip), cluster_domain=cache.cluster_domain, options=options)
    return text, tuple(static_rules(cluster, masquerade=options.masquerade_host_clients))


def job(settings: Settings, name: str, moments: Sequence[Moment], only: Sequence[str] = ()) -> Job:
    """Return the job that measures an environment; builds the programs that are missing.

    Raises:
        LabError: The chart does not take what the file says about the cache; a rule of the review tells it too.
    """
    programs, cache = ensure("cni_lab", "coredns"), settings.pod_networking.dns_cache
    try:
        text, rules = _of_cache(settings)
    except ValueError as error:
        raise LabError(f"the cache cannot be made, make review tells the rule: {error}") from error
    return Job(
        name=name,
        addresses=Addresses(
            vpc_cidr=settings.any_network.cidr,
            service_cidr=settings.any_cluster.service_cidr,
            local_dns=cache.local_ip,
            peers=tuple(_ranges(settings)),
            zones=tuple(_zones(settings)),
            excluded=settings.pod_networking.exclude_snat_cidrs,
            services=external_services(settings)[0],
            on_premises=tuple(filter(on_premises, external_services(settings)[0])),
            nodes=conditions_of(settings).nodes,
        ),
        aws_node=settings.pod_networking.variables()["aws-node"],
        moments=tuple(moments),
        cluster_domain=cache.cluster_domain,
        corefile=text,
        static_rules=rules,
        cni_lab=str(programs["cni-lab"]),
        coredns=str(programs["coredns"]),
        node_cache=os.environ.get("NODE_CACHE", ""),
        only=tuple(only),
        metadata_hops=conditions_of(settings).metadata_hops,
    )
