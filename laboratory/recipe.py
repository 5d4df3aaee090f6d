"""How a node-cache is run: Corefile and arguments, of this project's chart or of the canonical manifest."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import cdk8s
import yaml

from charts.node_local_dns import NodeLocalDns, Options
from rehearsal.parts import module_dir

if TYPE_CHECKING:
    from collections.abc import Sequence

_MANIFEST = "cluster/addons/dns/nodelocaldns/nodelocaldns.yaml"


@dataclass(frozen=True)
class Recipe:
    """What a DaemonSet's pod would run."""

    corefile: str
    arguments: tuple[str, ...]

    @classmethod
    def ours(cls, options: Options, listen: tuple[str, str], **more: Any) -> Recipe:  # noqa: ANN401 (the chart's)
        """Return what the chart runs; `listen` are local address and ClusterIP."""
        local, cluster = listen
        arguments = {"cluster_dns_ip": cluster, "local_ip": local, "image": "i:1", "options": options, **more}
        return cls._of(NodeLocalDns(cdk8s.App(), "Chart", **arguments).to_json())

    @classmethod
    def canonical(cls, listen: tuple[str, str]) -> Recipe:
        """Return what the manifest of the pinned k8s.io/kubernetes module runs."""
        text = (module_dir("kubernetes") / _MANIFEST).read_text()
        pillars = {"LOCAL__DNS": listen[0], "DNS__SERVER": listen[1], "DNS__DOMAIN": "cluster.local"}
        for name, value in pillars.items():
            text = text.replace(f"__PILLAR__{name}__", value)
        return cls._of(list(yaml.safe_load_all(text)))

    def with_arguments(self, *more: str) -> Recipe:
        """Return it with further arguments."""
        return Recipe(self.corefile, (*self.arguments, *more))

    def with_ports(self, add: int) -> Recipe:
        """Return it with the ports of health and metrics moved, for a second process on the same node."""

        def moved(text: str) -> str:
            return re.sub(r"(?<=:)(8080|9253|9353)\b", lambda port: str(int(port[0]) + add), text)

        return Recipe(moved(self.corefile), (*map(moved, self.arguments), *self._listen_address(add)))

    def _listen_address(self, add: int) -> Sequence[str]:
        given = "-metrics-listen-address" in self.arguments
        return () if given else ("-metrics-listen-address", f"0.0.0.0:{9353 + add}")

    @classmethod
    def _of(cls, objects: list[dict[str, Any]]) -> Recipe:
        (config,) = (found for found in objects if found["kind"] == "ConfigMap")
        (daemon_set,) = (found for found in objects if found["kind"] == "DaemonSet")
        (container,) = daemon_set["spec"]["template"]["spec"]["containers"]
        return cls(config["data"]["Corefile"], tuple(container["args"]))
