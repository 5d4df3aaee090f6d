"""The node's DNS cache: CoreDNS, and by hand what node-cache does to the node."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from tests.dataplane.lab.coredns import CoreDNS

if TYPE_CHECKING:
    from pathlib import Path

    from tests.dataplane.lab.job import Job
    from tests.dataplane.lab.links import Links
    from tests.dataplane.lab.namespaces import Namespaces

_LINK, _HEALTH = "nodelocaldns", 8080
# in node-cache's order: kubernetes/dns, cmd/node-cache/app/cache_app.go, initIptables
_RULES = (
    ("raw", "PREROUTING", "-d {ip} --dport 53 -j NOTRACK"),
    ("filter", "INPUT", "-d {ip} --dport 53 -j ACCEPT"),
    ("raw", "OUTPUT", "-s {ip} --sport 53 -j NOTRACK"),
    ("filter", "OUTPUT", "-s {ip} --sport 53 -j ACCEPT"),
    ("raw", "OUTPUT", "-d {ip} --dport 53 -j NOTRACK"),
)
_HEALTH_RULES = ("-d {ip} --dport {port} -j NOTRACK", "-s {ip} --sport {port} -j NOTRACK")


class Cache:
    """Comes and goes as node-cache does: link, server, rules; then link and rules before the server."""

    name = "CoreDNS with the iptables rules that node-cache installs"

    def __init__(self, namespaces: Namespaces, job: Job, links: Links, folder: Path) -> None:
        self._namespaces, self._job, self._links, self._folder = namespaces, job, links, folder
        self._rules = _rules((job.addresses.local_dns, job.addresses.cluster_dns))
        self._starts = itertools.count()

    def start(self) -> None:
        """Bring it up; the addresses lie on the node from here on."""
        inside, job = self._job.addresses, self._job
        self._namespaces.ip("node", *self._links.holding(_LINK, inside.local_dns, inside.cluster_dns))
        resolv = self._folder / "resolv.conf"
        resolv.write_text(f"nameserver {inside.resolver}\n")
        corefile = job.corefile.replace("__PILLAR__CLUSTER__DNS__", inside.upstream_dns)
        corefile = corefile.replace("__PILLAR__UPSTREAM__SERVERS__", str(resolv))
        folder = self._folder / f"cache-{next(self._starts)}"
        self._server = CoreDNS(job.coredns, self._namespaces, "node", corefile, folder)
        self._change("-I")

    def stop(self) -> None:
        """Take it away."""
        self._namespaces.ip("node", f"link delete {_LINK}")
        self._change("-D")
        self._server.stop()

    def _change(self, verb: str) -> None:
        lines = []
        for table in ("raw", "filter"):
            lines += [f"*{table}", *(f"{verb} {rule}" for where, rule in self._rules if where == table), "COMMIT"]
        self._namespaces.rules("node", *lines)


def _rules(addresses: tuple[str, ...]) -> list[tuple[str, str]]:
    """Return (table, rule) of all rules: twelve for each address."""
    found = []
    for ip, (table, chain, rest), protocol in itertools.product(addresses, _RULES, ("tcp", "udp")):
        found.append((table, f"{chain} -p {protocol} {rest.format(ip=ip)}"))
    for ip, rest in itertools.product(addresses, _HEALTH_RULES):
        found.append(("raw", f"OUTPUT -p tcp {rest.format(ip=ip, port=_HEALTH)}"))
    return found
