"""The whole laboratory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.dataplane.lab.cache import Cache
from tests.dataplane.lab.coredns import CoreDNS, answering
from tests.dataplane.lab.exchange import Exchange
from tests.dataplane.lab.fabric import NAMESPACES, Fabric
from tests.dataplane.lab.links import probe
from tests.dataplane.lab.namespaces import Namespaces
from tests.dataplane.lab.node import Node
from tests.dataplane.lab.real_cache import RealCache
from tests.dataplane.lab.requests import Requests
from tests.dataplane.lab.tap import Tap

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.dataplane.lab.job import Job, Moment
    from tests.dataplane.lab.outcome import Outcome


class Laboratory:
    """Build the node of a job and take it through its moments.

    Attributes:
        namespaces: For whoever wants to do more in it.
        notes: What stands for something else, one line each.
    """

    def __init__(self, job: Job, folder: Path) -> None:
        self._job, self._folder = job, folder
        self.namespaces = Namespaces(*NAMESPACES)
        links = probe(self.namespaces, "router")
        wires = Fabric(self.namespaces, job.addresses, links, job.metadata_hops).build()
        self.node = Node(self.namespaces, job.addresses, wires, links)
        self._cache = (RealCache if job.node_cache else Cache)(self.namespaces, job, links, folder)
        self._cached = False
        self.notes = (*links.replaced, f"the node's cache: {self._cache.name}")
        self.node.prepare()
        self._servers: list[CoreDNS] = []

    def start(self) -> None:
        """Let the CNI's code and the DNS servers behind the node run."""
        job, inside = self._job, self._job.addresses
        self.node.init_container(job.moments[0].init)
        self.node.aws_node(job.cni_lab, job.aws_node, self._folder)
        for name, addresses in {"host": (inside.coredns, inside.resolver), "peer": inside.resolvers}.items():
            if addresses:
                folder = self._folder / f"servers-{name}"
                self._servers.append(CoreDNS(job.coredns, self.namespaces, name, answering(*addresses), folder))
        if job.static_rules:
            self.namespaces.run("node", *job.static_rules)

    def outcomes(self) -> Iterator[Outcome]:
        """Go through the moments and try every flow in each."""
        job, tap = self._job, Tap(self.namespaces)
        exchange = Exchange(self.namespaces, job.addresses, tap, job.patience)
        requests = Requests(job.addresses, job.cluster_domain, forced="force_tcp" in job.corefile)
        held = None
        for moment in job.moments:
            self._change(moment)
            wanted = [
                request
                for request in requests.all()
                if request.flow in (job.only or [request.flow]) and (moment.cache or not request.carrier)
            ]
            yield from exchange.outcomes(wanted, job.name, moment.name, cache=moment.cache)
            if held:
                yield from exchange.held(held, job.name, moment.name, cache=moment.cache)
            elif job.held:
                held = exchange.hold([request for request in requests.all() if request.flow in job.held])
        if held:
            held.close()
        tap.close()

    def _change(self, moment: Moment) -> None:
        """Bring the node into a state."""
        self.node.init_container(moment.init)
        if moment.aws_node is not None:
            self.node.restarted(self._job.cni_lab, moment.aws_node, self._folder)
        self.cache(wanted=moment.cache)

    def cache(self, *, wanted: bool) -> None:
        """Start or stop the cache where it is not so already."""
        if wanted and not self._cached:
            self._cache.start()
        elif self._cached and not wanted:
            self._cache.stop()
        self._cached = wanted

    def close(self) -> None:
        """End all processes and remove the namespaces."""
        self.cache(wanted=False)
        for server in self._servers:
            server.stop()
        self.namespaces.close()
