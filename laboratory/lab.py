"""The laboratory: namespaces with real DNS servers in them."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any

from charts.node_local_dns.static_rules import static_rules
from laboratory.addresses import (
    CLUSTER_IP,
    CORE_DNS,
    CORE_DNS6,
    IPV6,
    LOCAL,
    NODE_RESOLVER,
    OTHER_PEER,
    PEER,
    SECOND,
    UPSTREAM,
)
from laboratory.family import V4, Family
from laboratory.load import Load
from laboratory.namespaces import Namespaces
from laboratory.recipe import Recipe
from laboratory.reply import Reply
from laboratory.server import Server
from laboratory.zones import stand_ins

if TYPE_CHECKING:
    from pathlib import Path

    from charts.node_local_dns.options import Options

PROTOCOLS = ("udp", "tcp")


class Lab(Namespaces):
    """A node that has the cache's addresses on its loopback device, and a way to CoreDNS.

    Args:
        folder: for configuration and logs.
        programs: "coredns" and "dnsload", as `rehearsal.parts.ensure` gives them.
    """

    def __init__(self, folder: Path, programs: dict[str, Path]) -> None:
        super().__init__(folder, [CORE_DNS, CORE_DNS6, PEER, OTHER_PEER, NODE_RESOLVER])
        self.folder = folder
        self._programs = programs
        self._started: list[subprocess.Popen[Any]] = []
        self.ip("servers", "route add local 10.9.7.0/24 dev lo")
        self.ip("node", f"route add 10.9.7.0/24 via {CORE_DNS}")
        addresses = [f"{a}/32" for a in (LOCAL, CLUSTER_IP, *SECOND)] + [f"{a}/128 nodad" for a in IPV6]
        self.ip("node", *(f"address add {address} dev lo" for address in addresses))
        (folder / "resolv.conf").write_text(f"nameserver {NODE_RESOLVER}\n")

    def start(self, where: str, name: str, text: str) -> Server:
        """Start CoreDNS with a Corefile and wait until it serves."""
        config, log = self.folder / f"{name}.Corefile", self.folder / f"{name}.log"
        config.write_text(text)
        command = [str(self._programs["coredns"]), "-conf", str(config)]
        with log.open("wb") as output:
            process = self.keep(self.spawn(where, command, stdout=output, stderr=subprocess.STDOUT, cwd=self.folder))
        server = Server(process, log)
        server.wait()
        return server

    def start_servers(self, also_on_core_dns: str = "", *, without: str = "", log: bool = True) -> Server:
        """Start the stand-ins of CoreDNS, of a peer's two resolvers and of the node's; none on the address `without`.

        Args:
            also_on_core_dns: further zones that CoreDNS answers.
            without: an address left free for `start_late`.
            log: print each query, for `Server.asked`.
        """
        return self.start("servers", "servers", stand_ins(also_on_core_dns, without=without, log=log))

    def start_late(self, address: str, seconds: float) -> None:
        """Answer every query at `address`, so late."""
        command = [str(self._programs["dnsload"]), "answer", "-address", address, "-after", f"{seconds}s"]
        self.keep(self.spawn("servers", command))

    def start_cache(self, name: str, options: Options, listen: tuple[str, str] = (LOCAL, CLUSTER_IP)) -> Server:
        """Start CoreDNS on the node with the chart's Corefile, completed as node-cache completes it."""
        return self.start("node", name, self.completed(Recipe.ours(options, listen).corefile))

    def completed(self, corefile: str) -> str:
        """Return a Corefile with the places filled that node-cache fills at run time."""
        resolv = str(self.folder / "resolv.conf")
        return corefile.replace("__PILLAR__CLUSTER__DNS__", CORE_DNS).replace("__PILLAR__UPSTREAM__SERVERS__", resolv)

    def start_kube_proxy(self, family: Family = V4) -> None:
        """Lead the ClusterIP to CoreDNS, by plain DNAT: a stand-in of kube-proxy in iptables mode."""
        self._services("-A", family, family.cluster_ip)

    def upstream_service(self, verb: str) -> None:
        """Make ("-A") or delete ("-D") what kube-proxy makes of the Service kube-dns-upstream, at UPSTREAM."""
        self._services(verb, V4, UPSTREAM)

    def _services(self, verb: str, family: Family, address: str) -> None:
        for chain in ("PREROUTING", "OUTPUT"):
            for protocol in PROTOCOLS:
                rule = f"-t nat {verb} {chain} -d {address} -p {protocol} --dport 53 -j DNAT"
                self.run("node", family.iptables, *rule.split(), "--to-destination", family.at(family.core_dns))

    def install_static_rules(self, family: Family = V4, *, masquerade: bool = False) -> None:
        """Do what the chart's init container does."""
        self.run("node", *static_rules(family.cluster_ip, masquerade=masquerade))

    def load(self, name: str, *, server: str = CLUSTER_IP, where: str = "pod", **flags: object) -> Load:
        """Start asking for a name; `flags` are those of dnsload, a flag without a value is True."""
        words = [f"-{flag}" if value is True else f"-{flag}={value}" for flag, value in flags.items()]
        command = [str(self._programs["dnsload"]), "ask", "-server", server, "-name", name, *words]
        return Load(self.keep(self.spawn(where, command, stdout=subprocess.PIPE, text=True)))

    def dig(self, where: str, name: str, *more: str, server: str = CLUSTER_IP, kind: str = "A") -> Reply:
        """Ask once, without a second try."""
        command = ["dig", f"@{server}", name, kind, "+tries=1", "+time=2", "+noall", "+comments", "+answer", "+stats"]
        return Reply.of(self.run(where, *command, *more, check=False))

    def fetch(self, where: str, url: str) -> str | None:
        """Return what a GET gives, or None where nobody answers."""
        opener = "urllib.request.build_opener(urllib.request.ProxyHandler({}))"
        code = f"import urllib.request; print({opener}.open({url!r}, timeout=2).read().decode())"
        printed = self.run(where, sys.executable, "-c", code, check=False)
        return printed.strip() or None

    def keep(self, process: subprocess.Popen[Any]) -> subprocess.Popen[Any]:
        """End a process with the laboratory."""
        self._started.append(process)
        return process

    def close(self) -> None:
        """End all processes; the namespaces go with them."""
        for process in self._started:
            process.kill()
            process.wait()
        super().close()
