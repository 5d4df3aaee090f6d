"""Network namespaces, and what is done in them."""

from __future__ import annotations

import contextlib
import ctypes
import os
import socket
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from tests.dataplane.lab.errors import LabError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_FOLDER = Path("/run/netns")  # where `ip netns` keeps them
_CLONE_NEWNET = 0x40000000
_LIMIT = 60.0  # seconds
_LIBC = ctypes.CDLL(None, use_errno=True)


class Namespaces:
    """Namespaces by name: made here, entered by this process for sockets and settings, and by programs.

    Attributes:
        names: Those that were made, in order.
    """

    def __init__(self, *names: str) -> None:
        self.names = names
        self._home = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        for name in names:
            run("ip", "netns", "add", name)
            self.ip(name, "link set lo up")

    def path(self, name: str) -> str:
        """Return the file that stands for the namespace."""
        return str(_FOLDER / name)

    @contextlib.contextmanager
    def inside(self, name: str) -> Iterator[None]:
        """Let this thread be in the namespace."""
        there = os.open(self.path(name), os.O_RDONLY)
        try:
            _enter(there)
            yield
        finally:
            _enter(self._home)
            os.close(there)

    def run(
        self, name: str, *command: str, text: str = "", env: Mapping[str, str] | None = None, limit: float = _LIMIT
    ) -> str:
        """Run a program in the namespace and return what it prints; `limit` is in seconds.

        Raises:
            LabError: The program failed; the message ends with what it said.
        """
        return run("nsenter", f"--net={self.path(name)}", *command, text=text, env=env, limit=limit)

    def ip(self, name: str, *lines: str) -> None:
        """Run lines of `ip`, all at once."""
        run("ip", "-n", name, "-batch", "-", text="\n".join(lines) + "\n")

    def rules(self, name: str, *lines: str) -> None:
        """Add iptables rules to those that are there, as lines of iptables-restore."""
        self.run(name, "iptables-restore", "--noflush", "--wait", "5", text="\n".join(lines) + "\n")

    def set(self, name: str, key: str, value: int) -> None:
        """Write the sysctl `net/ipv4/<key>`."""
        with self.inside(name):
            Path("/proc/sys/net/ipv4", key).write_text(str(value))

    def socket(self, name: str, kind: socket.SocketKind) -> socket.socket:
        """Return an IPv4 socket that lives in the namespace."""
        with self.inside(name):
            return socket.socket(socket.AF_INET, kind)

    def mac(self, name: str, link: str) -> str:
        """Return the MAC address of a link."""
        with self.inside(name):
            shown = run("ip", "-oneline", "link", "show", "dev", link)
        return shown.split("link/ether ")[1].split()[0]

    def close(self) -> None:
        """Remove them."""
        for name in self.names:
            run("ip", "netns", "delete", name)
        os.close(self._home)


def run(*command: str, text: str = "", env: Mapping[str, str] | None = None, limit: float = _LIMIT) -> str:
    """Run a program and return what it prints.

    Raises:
        LabError: The program failed.
    """
    done = subprocess.run(command, input=text, capture_output=True, text=True, env=env, timeout=limit, check=False)
    if done.returncode:
        said = (done.stderr.strip() or done.stdout.strip())[-600:]
        raise LabError(f"{' '.join(command)[:200]} must end with 0, got {done.returncode}: {said}")
    return done.stdout


def _enter(namespace: int) -> None:
    if _LIBC.setns(namespace, _CLONE_NEWNET):
        number = ctypes.get_errno()
        raise LabError(f"setns must enter a network namespace, got {os.strerror(number)}") from OSError(number)
