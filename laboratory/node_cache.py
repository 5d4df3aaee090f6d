"""A real node-cache on the node."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING

from laboratory.addresses import CORE_DNS
from laboratory.family import V4, Family
from laboratory.namespaces import LaboratoryError
from laboratory.server import Server

if TYPE_CHECKING:
    from laboratory.lab import Lab
    from laboratory.recipe import Recipe

_RULES = 16  # NOTRACK for two addresses (kubernetes/dns, cmd/node-cache/app/cache_app.go)


class NodeCache:
    """node-cache as a pod runs it; its interface alone is ours, for not every kernel has dummy links.

    Args:
        lab: where it runs, on the node.
        program: the binary, which is no Go module: NODE_CACHE=/path.
        name: of its folder.
        recipe: Corefile and arguments.
        upstream: where it finds CoreDNS.
        family: of the addresses that it serves.
    """

    def __init__(
        self, lab: Lab, program: Path, name: str, recipe: Recipe, *, upstream: str = CORE_DNS, family: Family = V4
    ) -> None:
        self.lab, self._upstream, self._family = lab, upstream, family
        self._folder = lab.folder / name
        (self._folder / "base").mkdir(parents=True)
        self.corefile = self._folder / "base" / "Corefile.base"
        self.corefile.write_text(recipe.corefile.replace("__PILLAR__UPSTREAM__SERVERS__", f"{lab.folder}/resolv.conf"))
        self._pidfile, self._log = self._folder / "pid", self._folder / "log"
        own = {"/etc/Corefile": str(self._folder / "Corefile"), "/tmp/node-cache.pid": str(self._pidfile)}  # noqa: S108
        words = [str(program), *(own.get(word, word) for word in recipe.arguments)]
        if "-pidfile" not in words:  # without it the rules come after a minute
            words += ["-pidfile", str(self._pidfile)]
        self._command = [*words, "-basecorefile", str(self.corefile), "-setupinterface=false"]

    @staticmethod
    def program() -> Path | None:
        """Return the binary that NODE_CACHE names."""
        return Path(os.environ["NODE_CACHE"]) if os.environ.get("NODE_CACHE") else None

    def rules(self) -> int:
        """Count the rules that node-cache makes in the table raw."""
        return self.lab.run("node", f"{self._family.iptables}-save", "-t", "raw").count("NOTRACK")

    def start(self) -> Server:
        """Start it, and wait until it serves and has made its rules.

        Raises:
            LaboratoryError: it ended, or 20 s have passed.
        """
        self._pidfile.unlink(missing_ok=True)
        env = {"KUBE_DNS_UPSTREAM_SERVICE_HOST": self._upstream}
        with self._log.open("wb") as output:
            process = self.lab.spawn("node", self._command, env=env, stdout=output, stderr=subprocess.STDOUT)
        self.server = Server(self.lab.keep(process), self._log)
        end = time.monotonic() + 20
        while not self._pidfile.exists() or self.rules() < _RULES:
            if process.poll() is not None or time.monotonic() > end:
                raise LaboratoryError(f"node-cache does not serve:\n{self.server.text()[-2000:]}")
            time.sleep(0.05)
        return self.server

    def stop(self) -> None:
        """End it as kubelet does, and wait for its end."""
        self.server.process.send_signal(signal.SIGTERM)
        self.server.process.wait(timeout=30)

    def restart(self) -> None:
        """Replace it in place, as a rollout does: stop, a second for kubelet, start, a second of quiet."""
        self.stop()
        time.sleep(1)
        self.start()
        time.sleep(1)
