"""The node: AWS's CNI on it, and what its init container, kube-proxy and the Pod Identity agent do, by hand."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

from tests.dataplane.lab.addresses import AGENT
from tests.dataplane.lab.fabric import TRUNK

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.dataplane.lab.addresses import Addresses
    from tests.dataplane.lab.fabric import Wires
    from tests.dataplane.lab.links import Links
    from tests.dataplane.lab.namespaces import Namespaces

NODE_PORTS = {  # flow -> port of the node, port of the pod; the policies of externalTrafficPolicy
    "nodeport-local-to-sgp": (30070, 7070),
    "nodeport-cluster-to-sgp": (30071, 7071),
    "nodeport-local-to-plain": (30072, 7072),
    "nodeport-cluster-to-plain": (30073, 7073),
}


class Node:
    """The node's namespace, and the pods'."""

    def __init__(self, namespaces: Namespaces, addresses: Addresses, wires: Wires, links: Links) -> None:
        self._namespaces, self._addresses, self._wires, self._links = namespaces, addresses, wires, links

    def prepare(self) -> None:
        """Do what is done before the CNI: forwarding, the agent's address, kube-proxy's rules."""
        self._namespaces.set("node", "ip_forward", 1)
        self._namespaces.ip("node", *self._links.holding("pod-id-link0", AGENT))
        self._namespaces.rules("node", *self._kube_proxy())

    def init_container(self, env: Mapping[str, str]) -> None:
        """Write the two settings of aws-vpc-cni-init (cmd/aws-vpc-cni-init/main.go, configureSystemParams)."""
        disabled = env.get("DISABLE_TCP_EARLY_DEMUX", "false").lower() in {"1", "t", "true"}
        self._namespaces.set("node", "conf/eth0/rp_filter", 2)
        self._namespaces.set("node", "tcp_early_demux", 0 if disabled else 1)

    def aws_node(self, program: str, env: Mapping[str, str], folder: Path) -> None:
        """Let AWS's code make the host's rules and the pods; `env` is the aws-node container's, and all it gets."""
        self._run(program, env, folder, self._request())

    def restarted(self, program: str, env: Mapping[str, str], folder: Path) -> None:
        """Let AWS's code make the host's rules again, as after a change of `env`; the pods are not touched."""
        self._run(program, env, folder, {**self._request(), "pods": []})

    def _run(self, program: str, env: Mapping[str, str], folder: Path, request: Mapping[str, Any]) -> None:
        inherited = {key: os.environ[key] for key in ("PATH", "XTABLES_LOCKFILE") if key in os.environ}
        log = {"AWS_VPC_K8S_CNI_LOG_FILE": str(folder / "cni.log")}
        text = json.dumps(request)
        self._namespaces.run("node", program, "setup", text=text, env={**inherited, **env, **log})

    def _request(self) -> dict[str, Any]:
        inside, wires = self._addresses, self._wires
        pods: dict[str, dict[str, Any]] = {
            pod: {"name": pod, "address": address, "netns": self._namespaces.path(pod)}
            for pod, address in inside.pods.items()
        }
        for vlan, (pod, mac) in enumerate(wires.branch_macs.items(), 1):
            link = {"trunk": TRUNK} if self._links.vlan else {"prepared": f"prepared-{pod}"}
            pods[pod] |= {"branch_mac": mac, "vlan": vlan, "gateway": inside.gateway, **link}
        node = {"primary_mac": wires.primary_mac, "address": inside.node, "vpc_cidrs": [inside.vpc_cidr]}
        return {**node, "pods": [*pods.values()]}

    def _kube_proxy(self) -> list[str]:
        """Return rules for the two DNS Services, the NodePorts, and kube-proxy's drop of INVALID packets."""
        inside, nat = self._addresses, []
        for chain in ("PREROUTING", "OUTPUT"):
            for service in (inside.cluster_dns, inside.upstream_dns):
                for protocol in ("udp", "tcp"):
                    match = f"-d {service}/32 -p {protocol} --dport 53"
                    nat.append(f"-A {chain} {match} -j DNAT --to-destination {inside.coredns}:53")
        for flow, (port, target) in NODE_PORTS.items():
            pod = inside.sgp if flow.endswith("sgp") else inside.plain
            match = f"-d {inside.node} -p tcp --dport {port}"
            nat.append(f"-A PREROUTING {match} -j DNAT --to-destination {pod}:{target}")
            if "cluster" in flow:  # policy Local keeps the client's address
                nat.append(
                    f"-A POSTROUTING -d {pod} -p tcp --dport {target} -m conntrack --ctorigdstport {port} -j MASQUERADE"
                )
        drop = "-A KUBE-FORWARD -m conntrack --ctstate INVALID -j DROP"
        return [
            "*nat",
            *nat,
            "COMMIT",
            "*filter",
            ":KUBE-FORWARD - [0:0]",
            "-A FORWARD -j KUBE-FORWARD",
            drop,
            "COMMIT",
        ]
