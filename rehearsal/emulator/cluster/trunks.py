"""Trunk ENIs of nodes: what aws-node and EKS's VPC resource controller say of them, without an ENI.

Neither runs here. This writes what they would write, after amazon-vpc-cni-k8s (pkg/ipamd, the CNINode's feature) and
amazon-vpc-resource-controller-k8s (pkg/provider/branch/provider.go, events and the node's resource), and only when
their conditions hold: an aws-node pod on the node that runs with ENABLE_POD_ENI=true, a type with a trunk, a cluster
role that may attach one.
"""

import json
import threading
from pathlib import Path
from typing import Any

from rehearsal.control_plane import Api, ApiError
from rehearsal.emulator.cluster.branches import Branches
from rehearsal.emulator.refused import RefusedError

_LIMITS = Path(__file__).parents[3] / "review" / "data" / "trunk_limits.json"
_RESOURCE, _FEATURE = "vpc.amazonaws.com/pod-eni", "SecurityGroupsForPods"
_CNI_NODES = "/apis/vpcresources.k8s.aws/v1alpha1/cninodes"
_AWS_NODES = "/api/v1/namespaces/kube-system/pods?labelSelector=k8s-app%3Daws-node"
_MERGE = "application/merge-patch+json"
_POLICY = "/AmazonEKSVPCResourceController"
_SECONDS = 0.5
_MISSING = "The node failed initializing trunk interface"
_MADE = "The node has trunk interface initialized successfully"


class Trunks(threading.Thread):
    """Follow the nodes of one cluster until `stop`.

    Args:
        api: The cluster's API as admin.
        role: The IAM record of the cluster's role, which needs AmazonEKSVPCResourceController.
        branches: What pods get on these nodes.
    """

    def __init__(self, api: Api, role: dict[str, Any], branches: Branches) -> None:
        super().__init__(daemon=True)
        self._api = api
        self._role = role
        self._branches = branches
        self._told: set[str] = set()
        self._halt = threading.Event()
        self._limits: dict[str, list[int]] = json.loads(_LIMITS.read_text(encoding="utf-8"))["types"]

    def run(self) -> None:
        """Look twice a second; a look that fails because an object just went is repeated by the next one."""
        while not self._halt.wait(_SECONDS):
            try:
                self.look()
                self._branches.look()
            except (ApiError, RefusedError, OSError) as error:
                print(f"trunks: {error}", flush=True)

    def stop(self) -> None:
        """Stop looking."""
        self._halt.set()

    def look(self) -> None:
        """Bring each node one step closer: CNINode, then feature, then resource."""
        found = {item["metadata"]["name"]: item for item in self._items(_CNI_NODES)}
        enabled: set[str] | None = None
        for node in self._items("/api/v1/nodes"):
            name = node["metadata"]["name"]
            if name not in found:
                self._api("POST", _CNI_NODES, _cni_node(node))
            elif not found[name]["spec"].get("features"):
                enabled = self._enabled() if enabled is None else enabled
                if name in enabled:
                    feature = {"spec": {"features": [{"name": _FEATURE}]}}
                    self._api("PATCH", f"{_CNI_NODES}/{name}", feature, _MERGE)
            elif _RESOURCE not in node["status"].get("capacity", {}) and name not in self._told:
                self._attach(node)

    def _enabled(self) -> set[str]:
        """Give the nodes on which aws-node runs with pod ENIs enabled: in the pod, not only in its template."""
        return {
            pod["spec"].get("nodeName", "")
            for pod in self._items(_AWS_NODES)
            if pod["status"].get("phase") == "Running" and _env(pod).get("ENABLE_POD_ENI") == "true"
        }

    def _attach(self, node: dict[str, Any]) -> None:
        name = node["metadata"]["name"]
        branches = self._limits.get(node["metadata"]["labels"]["node.kubernetes.io/instance-type"], [0, 0, 0])[2]
        allowed = any(arn.endswith(_POLICY) for arn in self._role.get("AttachedPolicies", []))
        if branches and allowed:
            amount = {_RESOURCE: str(branches)}
            status = {"status": {"capacity": amount, "allocatable": amount}}
            self._api("PATCH", f"/api/v1/nodes/{name}/status", status, _MERGE)
            self._event(name, "NodeTrunkInitiated", _MADE)
        else:
            self._event(name, "NodeTrunkFailedInit", _MISSING)
        self._told.add(name)

    def _event(self, node: str, reason: str, message: str) -> None:
        self._api("POST", "/api/v1/namespaces/default/events", _event(node, reason, message))

    def _items(self, path: str) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = self._api("GET", path)["items"]
        return items


def _env(pod: dict[str, Any]) -> dict[str, str]:
    container = next(c for c in pod["spec"]["containers"] if c["name"] == "aws-node")
    return {entry["name"]: entry.get("value", "") for entry in container.get("env", [])}


def _cni_node(node: dict[str, Any]) -> dict[str, Any]:
    owner = {"apiVersion": "v1", "kind": "Node", "name": node["metadata"]["name"], "uid": node["metadata"]["uid"]}
    return {
        "apiVersion": "vpcresources.k8s.aws/v1alpha1",
        "kind": "CNINode",
        "metadata": {"name": node["metadata"]["name"], "ownerReferences": [owner]},
        "spec": {},
    }


def _event(node: str, reason: str, message: str) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"generateName": f"{node}.", "namespace": "default"},
        "involvedObject": {"apiVersion": "v1", "kind": "Node", "name": node, "uid": node},
        "reason": reason,
        "message": message,
        "type": "Normal",
        "source": {"component": "vpc-resource-controller"},
    }
