"""A pod, its node and the servers behind it: three network namespaces with real CoreDNS processes in them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from charts.node_local_dns.addresses import listened
from charts.node_local_dns.corefile import corefile

if TYPE_CHECKING:
    from charts.node_local_dns.options import Options

TOOLS = {
    "ip": "iproute2",
    "dig": "dnsutils",
    "nft": "nftables",
    "iptables": "iptables",
    "conntrack": "conntrack",
    "nsenter": "util-linux",
}
LOCAL, CLUSTER_IP = "169.254.20.10", "172.20.0.10"
SECOND = ("169.254.20.11", "172.20.0.11")
IPV6 = ("fd00::10", "fd00:20::a")
POD, NODE_FOR_POD, NODE_FOR_SERVERS = "10.9.0.2", "10.9.0.1", "10.9.1.1"
CORE_DNS, PEER, OTHER_PEER, NODE_RESOLVER, NOBODY = "10.9.1.2", "10.9.1.3", "10.9.1.4", "10.9.1.5", "10.9.1.99"
MORE_RESOLVERS = [f"10.9.7.{n}" for n in range(1, 16)]  # they answer as the node's resolver does
BIG = 310  # A records: an answer of about 5,000 bytes, of 11,500 where names are written out

_ANSWER = """{zone} {{
    bind {address}
    log
    template IN A {{
        match ^big[.]
        {big}
        fallthrough
    }}
    template ANY ANY {{
        match ^absent[.]
        rcode NXDOMAIN
        authority "{zone} 60 IN SOA ns.{zone} admin.{zone} 1 60 60 60 60"
        fallthrough
    }}
    template IN A {{
        answer "{{{{ .Name }}}} 5 IN A {record}"
    }}
    template IN AAAA {{
        answer "{{{{ .Name }}}} 5 IN AAAA fd00::1"
    }}
    template IN PTR {{
        answer "{{{{ .Name }}}} 5 IN PTR pod.cluster.local."
    }}
}}
"""


def missing_tools() -> str:
    """Name what is not installed, as the line to type; empty when nothing is missing."""
    packages = [package for tool, package in TOOLS.items() if not shutil.which(tool, path=_PATH)]
    return f"install what tests/dns needs: sudo apt-get install --yes {' '.join(packages)}" if packages else ""


_PATH = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"])


@dataclass(frozen=True)
class Reply:
    """What dig saw: "NOERROR", "NXDOMAIN", "SERVFAIL" … or "NONE"; the records' data; the least TTL in seconds."""

    status: str
    records: list[str]
    ttl: int | None
    milliseconds: int
    size: int


@dataclass
class Server:
    """A running CoreDNS."""

    process: subprocess.Popen[bytes]
    log: Path

    def text(self) -> str:
        """Return all that it has printed."""
        return self.log.read_text()

    def asked(self, name: str) -> int:
        """Return how often the log plugin has seen a query for `name`, of any type."""
        return len(re.findall(rf'"\w+ IN {re.escape(name)}[.] ', self.text()))

    def wait(self) -> None:
        """Wait until it serves."""
        end = time.monotonic() + 20
        while not re.search(r"CoreDNS-\d", self.text()):
            if self.process.poll() is not None or time.monotonic() > end:
                raise AssertionError(f"CoreDNS does not serve:\n{self.text()}")
            time.sleep(0.01)

    def stop(self) -> None:
        """End it at once."""
        self.process.kill()
        self.process.wait()


@dataclass
class Lab:
    """The namespaces `node`, `pod` and `servers`, all in one user namespace, so that no rights are needed."""

    folder: Path
    coredns: Path
    namespaces: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    servers: list[Server] = field(default_factory=list)
    spawned: list[subprocess.Popen[Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._open("node", ["unshare", "--user", "--map-root-user", "--net"])
        enter = ["nsenter", "--preserve-credentials", "--user", "--target", str(self.namespaces["node"].pid)]
        for name in ("pod", "servers"):
            self._open(name, [*enter, "unshare", "--net"])
        self._connect("pod", "topod", NODE_FOR_POD, [POD])
        self._connect("servers", "toservers", NODE_FOR_SERVERS, [CORE_DNS, PEER, OTHER_PEER, NODE_RESOLVER])
        self.ip("servers", "route add local 10.9.7.0/24 dev lo")
        self.ip("node", f"route add 10.9.7.0/24 via {CORE_DNS}")
        addresses = [f"{a}/32" for a in (LOCAL, CLUSTER_IP, *SECOND)] + [f"{a}/128" for a in IPV6]
        self.ip("node", *(f"address add {address} dev lo" for address in addresses))
        self.run("node", "sysctl", "-qw", "net.ipv4.ip_forward=1")

    def run(self, where: str, *command: str, check: bool = True) -> str:
        """Run a program in a namespace and return what it prints."""
        done = subprocess.run(
            self._inside(where, command), capture_output=True, text=True, timeout=30, check=False, env=self._env()
        )
        if check and done.returncode:
            raise AssertionError(f"{' '.join(command)} gave {done.returncode}:\n{done.stdout}{done.stderr}")
        return done.stdout

    def ip(self, where: str, *lines: str) -> None:
        """Run `ip` once for each line."""
        for line in lines:
            self.run(where, "ip", *line.split())

    def start(self, where: str, name: str, text: str) -> Server:
        """Start CoreDNS with a Corefile and wait until it serves."""
        config, log = self.folder / f"{name}.Corefile", self.folder / f"{name}.log"
        config.write_text(text)
        command = self._inside(where, [str(self.coredns), "-conf", str(config)])
        with log.open("wb") as output:
            process = subprocess.Popen(
                command, stdout=output, stderr=subprocess.STDOUT, cwd=self.folder, env=self._env()
            )
        server = Server(process, log)
        self.servers.append(server)
        server.wait()
        return server

    def start_servers(self, late: dict[str, float] | None = None, also_on_core_dns: str = "") -> Server:
        """Start the stand-ins of CoreDNS, of a peer's two resolvers and of the node's; on `late` ones slow answers."""
        big = "\n        ".join(f'answer "{{{{ .Name }}}} 5 IN A 10.2.{n // 250}.{n % 250}"' for n in range(BIG))
        known = (
            (f"cluster.local in-addr.arpa ip6.arpa {also_on_core_dns}", CORE_DNS, "10.1.2.3"),
            ("corp.example.com", PEER, "10.3.0.1"),
            ("corp.example.com", OTHER_PEER, "10.3.0.1"),
            (".", " ".join([NODE_RESOLVER, *MORE_RESOLVERS]), "192.0.2.1"),
        )
        texts = [
            _ANSWER.format(zone=zone, address=address, record=record, big=big).replace("..", ".")
            for zones, address, record in known
            for zone in zones.split()
            if address not in (late or {})
        ]
        for address, seconds in (late or {}).items():
            self.spawn_queries("servers", "answer", address, str(seconds))
        return self.start("servers", "servers", "".join(texts))

    def spawn_queries(self, where: str, *arguments: str) -> subprocess.Popen[str]:
        """Start queries.py in a namespace."""
        script = Path(__file__).with_name("queries.py")
        command = self._inside(where, [sys.executable, str(script), *arguments])
        self.spawned.append(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
        return self.spawned[-1]

    def start_cache(self, name: str, options: Options, listen: tuple[str, str] = (LOCAL, CLUSTER_IP)) -> Server:
        """Start CoreDNS on the node with the chart's Corefile, completed as node-cache completes it."""
        return self.start("node", name, self.completed(options, listen))

    def completed(self, options: Options, listen: tuple[str, str] = (LOCAL, CLUSTER_IP)) -> str:
        """Return the chart's Corefile with the places filled that node-cache fills at run time."""
        resolv = self.folder / "resolv.conf"
        resolv.write_text(f"nameserver {NODE_RESOLVER}\n")
        text = corefile(listen=listened(listen[1], listen[0]), cluster_domain="cluster.local", options=options)
        return text.replace("__PILLAR__CLUSTER__DNS__", CORE_DNS).replace("__PILLAR__UPSTREAM__SERVERS__", str(resolv))

    def dig(self, where: str, name: str, *more: str, server: str = CLUSTER_IP, kind: str = "A") -> Reply:
        """Ask once, without a second try."""
        command = ["dig", f"@{server}", name, kind, "+tries=1", "+time=2", "+noall", "+comments", "+answer", "+stats"]
        printed = self.run(where, *command, *more, check=False)
        status = re.search(r"status: (\w+)", printed)
        records = re.findall(r"^\S+\t+(?:\S+\t+)*?(\d+)\s+IN\s+\S+\s+(\S.*)$", printed.replace(" ", "\t"), re.MULTILINE)
        took, size = re.search(r"Query time: (\d+)", printed), re.search(r"MSG SIZE\s+rcvd: (\d+)", printed)
        return Reply(
            status=status[1] if status else "NONE",
            records=[data for _, data in records],
            ttl=min((int(ttl) for ttl, _ in records), default=None),
            milliseconds=int(took[1]) if took else 0,
            size=int(size[1]) if size else 0,
        )

    def fetch(self, where: str, url: str) -> str | None:
        """Return what a GET gives, or None where nobody answers."""
        opener = "urllib.request.build_opener(urllib.request.ProxyHandler({}))"
        code = f"import urllib.request; print({opener}.open({url!r}, timeout=2).read().decode())"
        printed = self.run(where, sys.executable, "-c", code, check=False)
        return printed.strip() or None

    def close(self) -> None:
        """End all processes; the namespaces go with them."""
        for server in self.servers:
            server.stop()
        for process in (*self.spawned, *reversed(self.namespaces.values())):
            process.kill()
            process.wait()

    def _connect(self, where: str, device: str, near: str, far: list[str]) -> None:
        peer = str(self.namespaces[where].pid)
        self.ip("node", f"link add {device} type veth peer name eth0 netns {peer}", f"link set {device} up")
        self.ip("node", f"address add {near}/24 dev {device}")
        self.ip(where, *(f"address add {address}/24 dev eth0" for address in far), "link set eth0 up")
        self.ip(where, f"route add default via {near}")

    def _open(self, name: str, command: list[str]) -> None:
        process = subprocess.Popen([*command, "sleep", "infinity"])
        self.namespaces[name] = process
        end = time.monotonic() + 60
        while time.monotonic() < end:
            with open(f"/proc/{process.pid}/comm") as comm:  # noqa: PTH123  a file of the kernel
                if comm.read().strip() == "sleep":
                    break
            if process.poll() is not None:
                raise AssertionError("network namespaces are not to be had here: allow user namespaces, or run as root")
            time.sleep(0.005)
        self.ip(name, "link set lo up")

    def _inside(self, where: str, command: list[str] | tuple[str, ...]) -> list[str]:
        target = str(self.namespaces[where].pid)
        return ["nsenter", "--preserve-credentials", "--user", "--net", "--target", target, "--", *command]

    def _env(self) -> dict[str, str]:
        return {**os.environ, "PATH": _PATH, "XTABLES_LOCKFILE": str(self.folder / "xtables.lock")}
