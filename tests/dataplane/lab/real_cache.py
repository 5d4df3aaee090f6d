"""The node's DNS cache: the real node-cache."""

from __future__ import annotations

import itertools
import os
import subprocess
import time
from typing import TYPE_CHECKING

from rehearsal.tether import tethered
from tests.dataplane.lab.errors import LabError

if TYPE_CHECKING:
    from pathlib import Path

    from tests.dataplane.lab.job import Job
    from tests.dataplane.lab.links import Links
    from tests.dataplane.lab.namespaces import Namespaces

_LINK, _EACH, _PATIENCE = "nodelocaldns", 12, 30  # rules for each address; seconds until they are there


class RealCache:
    """node-cache with its own rules, teardown included; its link too, where the kernel has dummy links."""

    def __init__(self, namespaces: Namespaces, job: Job, links: Links, folder: Path) -> None:
        self._namespaces, self._job, self._links, self._folder = namespaces, job, links, folder
        self._own_link = links.dummy
        self._starts = itertools.count()

    @property
    def name(self) -> str:
        """What the output calls it."""
        return f"the real node-cache, {self._job.node_cache}" + (" (without its link)" if not self._own_link else "")

    def start(self) -> None:
        """Bring it up and wait for its last rule."""
        inside = self._job.addresses
        listened = (inside.local_dns, inside.cluster_dns)
        if not self._own_link:
            self._namespaces.ip("node", *self._links.holding(_LINK, *listened))
        folder = self._folder / f"node-cache-{next(self._starts)}"
        folder.mkdir()
        resolv = folder / "resolv.conf"
        resolv.write_text(f"nameserver {inside.resolver}\n")
        (folder / "base").write_text(self._job.corefile.replace("__PILLAR__UPSTREAM__SERVERS__", str(resolv)))
        self._log = folder / "log"
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                self._command(folder, listened),
                env={**os.environ, "KUBE_DNS_UPSTREAM_SERVICE_HOST": inside.upstream_dns},
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self._wait(_EACH * len(listened))

    def stop(self) -> None:
        """Let it tear down what it made."""
        self._process.terminate()
        try:
            self._process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            raise LabError(f"node-cache must end within {_PATIENCE} s of SIGTERM: {self._log}") from None
        if not self._own_link:
            self._namespaces.ip("node", f"link delete {_LINK}")

    def _command(self, folder: Path, listened: tuple[str, ...]) -> list[str]:
        flags = {
            "localip": ",".join(listened),
            "conf": str(folder / "Corefile"),
            "basecorefile": str(folder / "base"),
            "pidfile": str(folder / "pid"),
            "upstreamsvc": "kube-dns-upstream",
            "setupinterface": str(self._own_link).lower(),
            "interfacename": _LINK,
        }
        enter = [*tethered(), "nsenter", f"--net={self._namespaces.path('node')}", self._job.node_cache]
        return [*enter, *(f"-{flag}={value}" for flag, value in flags.items())]

    def _wait(self, wanted: int) -> None:
        end = time.monotonic() + _PATIENCE
        while time.monotonic() < end and self._process.poll() is None:
            saved = "".join(self._namespaces.run("node", "iptables-save", "-t", table) for table in ("raw", "filter"))
            if saved.count("NodeLocal DNS Cache") >= wanted:
                return
            time.sleep(0.05)
        self._process.kill()
        self._process.wait()
        raise LabError(f"node-cache must install {wanted} rules, got: {self._log.read_text()[-600:]}")
