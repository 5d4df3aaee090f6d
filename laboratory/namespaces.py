"""Network namespaces in one user namespace, so that no rights are needed."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from typing import TYPE_CHECKING, Any

from laboratory.addresses import NODE_FOR_POD, NODE_FOR_POD6, NODE_FOR_SERVERS, NODE_FOR_SERVERS6, POD, POD6

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

TOOLS = {
    "ip": "iproute2",
    "dig": "dnsutils",
    "nft": "nftables",
    "iptables": "iptables",
    "conntrack": "conntrack",
    "nsenter": "util-linux",
}
PATH = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"])


class LaboratoryError(AssertionError):
    """Something in the laboratory does not do what it must; the message tells what it printed."""


def missing_tools() -> str:
    """Name what is not installed, as the line to type; empty when nothing is missing."""
    packages = [package for tool, package in TOOLS.items() if not shutil.which(tool, path=PATH)]
    return f"install what tests/dns needs: sudo apt-get install --yes {' '.join(packages)}" if packages else ""


class Namespaces:
    """The namespaces `node`, `pod` and `servers`; both others are one cable away from the node, which routes.

    Args:
        folder: for the lock of iptables.
        server_addresses: addresses of the namespace `servers`.
    """

    def __init__(self, folder: Path, server_addresses: Sequence[str]) -> None:
        self._folder = folder
        self._holders: dict[str, subprocess.Popen[bytes]] = {}
        self._open("node", ["unshare", "--user", "--map-root-user", "--net"])
        enter = ["nsenter", "--preserve-credentials", "--user", "--target", str(self._holders["node"].pid)]
        for name in ("pod", "servers"):
            self._open(name, [*enter, "unshare", "--net"])
        self._connect("pod", "topod", [NODE_FOR_POD, NODE_FOR_POD6], [POD, POD6])
        self._connect("servers", "toservers", [NODE_FOR_SERVERS, NODE_FOR_SERVERS6], server_addresses)
        self.run("node", "sysctl", "-qw", "net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1")
        # one pod opens as many connections as many pods would, and must not run out of ports
        self.run("pod", "sysctl", "-qw", "net.ipv4.tcp_tw_reuse=1", "net.ipv4.ip_local_port_range=10000 65000")

    def run(self, where: str, *command: str, check: bool = True) -> str:
        """Run a program in a namespace and return what it prints.

        Raises:
            LaboratoryError: it did not end with 0, unless `check` is false.
        """
        done = subprocess.run(
            self.inside(where, command), capture_output=True, text=True, timeout=30, check=False, env=self.environment()
        )
        if check and done.returncode:
            raise LaboratoryError(f"{' '.join(command)} gave {done.returncode}:\n{done.stdout}{done.stderr}")
        return done.stdout

    def ip(self, where: str, *lines: str) -> None:
        """Run `ip` once for each line."""
        for line in lines:
            self.run(where, "ip", *line.split())

    def spawn(self, where: str, command: Sequence[str], **options: Any) -> subprocess.Popen[Any]:  # noqa: ANN401
        """Start a program in a namespace; `options` are those of Popen, `env` is added to the usual one."""
        env = {**self.environment(), **options.pop("env", {})}
        return subprocess.Popen(self.inside(where, command), env=env, **options)

    def inside(self, where: str, command: Sequence[str]) -> list[str]:
        """Return the command that runs `command` in a namespace."""
        target = str(self._holders[where].pid)
        return ["nsenter", "--preserve-credentials", "--user", "--net", "--target", target, "--", *command]

    def full_buffers(self) -> int:
        """Count the UDP packets that were lost because a process did not read in time: the machine may be too slow."""
        tables = [self.run(name, "cat", "/proc/net/snmp").splitlines() for name in self._holders]
        rows = [[line.split() for line in lines if line.startswith("Udp:")] for lines in tables]
        return sum(int(values[names.index("RcvbufErrors")]) for names, values in rows)

    def environment(self) -> dict[str, str]:
        """Return the environment of programs: the system's tools are found, and the lock of iptables is ours."""
        return {**os.environ, "PATH": PATH, "XTABLES_LOCKFILE": str(self._folder / "xtables.lock")}

    def close(self) -> None:
        """End what holds the namespaces; they go with it."""
        for process in reversed(self._holders.values()):
            process.kill()
            process.wait()

    def _connect(self, where: str, device: str, near: Sequence[str], far: Sequence[str]) -> None:
        peer = str(self._holders[where].pid)
        self.ip("node", f"link add {device} type veth peer name eth0 netns {peer}", f"link set {device} up")
        self.ip("node", *(f"address add {_on_cable(address)} dev {device}" for address in near))
        self.ip(where, *(f"address add {_on_cable(address)} dev eth0" for address in far), "link set eth0 up")
        self.ip(where, *(f"route add default via {address}" for address in near))

    def _open(self, name: str, command: list[str]) -> None:
        process = subprocess.Popen([*command, "sleep", "infinity"])
        self._holders[name] = process
        end = time.monotonic() + 60
        while time.monotonic() < end:
            with open(f"/proc/{process.pid}/comm") as comm:  # noqa: PTH123  a file of the kernel
                if comm.read().strip() == "sleep":
                    break
            if process.poll() is not None:
                raise LaboratoryError("network namespaces are not to be had here: allow user namespaces, or be root")
            time.sleep(0.005)
        self.run(name, "sysctl", "-qw", "net.ipv6.conf.default.dad_transmits=0")  # addresses are usable at once
        self.ip(name, "link set lo up")


def _on_cable(address: str) -> str:
    """Return an address with its prefix; an IPv6 one is usable at once, without asking whether somebody has it."""
    return f"{address}/64 nodad" if ":" in address else f"{address}/24"
