"""How EKS replaces the nodes of a managed node group (EKS user guide, "Understand each phase of node updates")."""

import time
from collections.abc import Callable, Sequence
from typing import Any

from rehearsal.control_plane import Api
from rehearsal.emulator.refused import RefusedError

_MERGE = "application/merge-patch+json"
_LOOKS_PER_SECOND = 5
_READY_SECONDS = 30  # EKS gives up after some half an hour
_DRAIN_SECONDS = 15  # 15 minutes on EKS

Node = dict[str, Any]


class Replacement:
    """Brings new nodes, cordons all old ones, then drains and ends these in turn, without a force flag.

    Args:
        api: The cluster's API as admin.
        group: Name of the node group, for errors.
        zones: Of how many zones its subnets are: up to twice as many nodes come before the first one goes.
        at_once: How many nodes are drained at a time: `maxUnavailable`.
        end: Ends a node that has been drained, with what is left on it.
    """

    def __init__(self, api: Api, group: str, *, zones: int, at_once: int, end: Callable[[str], None]) -> None:
        self._api, self._group, self._end = api, group, end
        self._at_once, self._more = at_once, max(2 * zones, at_once)

    def run(self, old: Sequence[str], new: Sequence[Node]) -> None:
        """Replace the nodes called `old` by `new`.

        Raises:
            RefusedError: If a new node does not become ready, or a pod cannot be evicted; both kinds of nodes are then
                there, and the old ones take pods again.
        """
        try:
            self._add(new[: self._more])
            self._cordon(old, cordoned=True)
            for first in range(0, len(old), self._at_once):
                gone = old[first : first + self._at_once]
                self._drain(gone)
                for name in gone:
                    self._end(name)
                self._add(new[self._more + first : self._more + first + len(gone)])
            self._add(new[self._more + len(old) :])
        except RefusedError:
            self._cordon(old, cordoned=False)
            raise

    def _add(self, nodes: Sequence[Node]) -> None:
        for node in nodes:
            self._api("POST", "/api/v1/nodes", node)
        names = {node["metadata"]["name"] for node in nodes}
        until = time.monotonic() + _READY_SECONDS
        while late := names - self._ready():
            if time.monotonic() > until:
                words = f"Instances failed to join the kubernetes cluster: {', '.join(sorted(late))}"
                raise RefusedError("NodeCreationFailure", words)
            time.sleep(1 / _LOOKS_PER_SECOND)

    def _ready(self) -> set[str]:
        """Give the nodes that a kubelet would call ready: once aws-node runs there, which writes the CNI's file."""
        pods = self._api("GET", "/api/v1/namespaces/kube-system/pods?labelSelector=k8s-app%3Daws-node")["items"]
        connected = {pod["spec"].get("nodeName") for pod in pods if pod["status"].get("phase") == "Running"}
        nodes = self._api("GET", "/api/v1/nodes")["items"]
        return {node["metadata"]["name"] for node in nodes if _says_ready(node)} & connected

    def _cordon(self, names: Sequence[str], *, cordoned: bool) -> None:
        for name in names:  # of a node that went already there is none
            self._api.raw("PATCH", f"/api/v1/nodes/{name}", {"spec": {"unschedulable": cordoned or None}}, _MERGE)

    def _drain(self, names: Sequence[str]) -> None:
        """Evict the pods of these nodes, as far as budgets allow, until none is left that a drain looks at."""
        until = time.monotonic() + _DRAIN_SECONDS
        while pods := [pod for name in names for pod in self._pods(name)]:
            if time.monotonic() > until:
                left = ", ".join(f"{pod['metadata']['namespace']}/{pod['metadata']['name']}" for pod in pods)
                words = f"Reached max retries while trying to evict pods from nodes in node group {self._group}: {left}"
                raise RefusedError("PodEvictionFailure", words)
            for pod in pods:
                if "deletionTimestamp" not in pod["metadata"]:
                    self._evict(pod["metadata"]["namespace"], pod["metadata"]["name"])
            time.sleep(1 / _LOOKS_PER_SECOND)

    def _evict(self, namespace: str, name: str) -> None:
        eviction = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"namespace": namespace, "name": name}}
        self._api.raw("POST", f"/api/v1/namespaces/{namespace}/pods/{name}/eviction", eviction)  # 429: asked again

    def _pods(self, node: str) -> list[dict[str, Any]]:
        """Give the pods that are evicted: a DaemonSet would start its own again at once."""
        items = self._api("GET", f"/api/v1/pods?fieldSelector=spec.nodeName%3D{node}")["items"]
        return [
            pod for pod in items if "DaemonSet" not in [o["kind"] for o in pod["metadata"].get("ownerReferences", [])]
        ]


def _says_ready(node: Node) -> bool:
    return any(c["type"] == "Ready" and c["status"] == "True" for c in node["status"].get("conditions", []))
