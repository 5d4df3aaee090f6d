"""The nodes' step of a Kubernetes upgrade, while pods of a workload run under a disruption budget."""

from functools import partial
from typing import Any

from rehearsal.checks import aws_node, branch_enis, logs, nodes, plan
from rehearsal.checks.application import Application
from rehearsal.checks.expect import equal, eventually, expect
from rehearsal.checks.scene import Scene, env_of

_SECONDS = 60
_LOOKS = "AwsNodeEnvHandlerIsComplete"
_BUDGET = {"apiVersion": "policy/v1", "kind": "PodDisruptionBudget"}


class Upgrading:
    """What was there before the nodes' step, and what must hold after it.

    Args:
        before: What was deployed.
    """

    def __init__(self, before: Scene) -> None:
        self._before = before
        self._application = Application(before)
        self._nodes = {node["metadata"]["name"] for node in _items(before, "/api/v1/nodes")}
        self._looks = _looks(before)

    def start_pods(self) -> str:
        """Start pods with a branch ENI each, of which one may be away at a time."""
        told, deployment = self._application.start(), self._application.deployment
        if deployment:
            self._before.kubernetes.apply(_budget(deployment), "team")
        return told

    def checks(self, after: Scene) -> list[plan.Named]:
        """Give what is proven after the step, in this order."""
        return [
            ("all nodes are new, with trunk ENIs", partial(self.nodes_are_new, after)),
            ("the deploy waited for that", partial(self.deploy_waited, after)),
            ("new nodes have what podnet runs", partial(self.pods_of_podnet_are_there, after)),
            ("pods went to them", self.pods_moved),
        ]

    def nodes_are_new(self, after: Scene) -> str:
        """Prove that all nodes are others, of the version of the file, with trunk ENIs: now, not in a while."""
        found = _items(after, "/api/v1/nodes")
        left = sorted(self._nodes & {node["metadata"]["name"] for node in found})
        equal("nodes that were there before", left, [])
        equal("number of nodes", len(found), sum(group.desired_size for group in after.settings.node_groups))
        version = after.settings.any_cluster.kubernetes_version
        others = {node["status"]["nodeInfo"]["kubeletVersion"] for node in found}
        expect(all(one.startswith(f"v{version}.") for one in others), f"kubelets must be {version}, got {others}")
        equal("nodes that take no pods", [n["metadata"]["name"] for n in found if n["spec"].get("unschedulable")], [])
        for group in after.node_groups():
            state = group["version"], group["status"]
            equal(f"version and status of {group['nodegroupName']}", state, (version, "ACTIVE"))
        return f"{version}, {nodes.nodes_have_trunks(after)}"

    def pods_of_podnet_are_there(self, after: Scene) -> str:
        """Prove that each node has an aws-node pod with the values, and a node cache where the file has one."""
        wanted = aws_node.wanted_env(after)
        for pod in eventually(lambda: _on_each_node(after, "aws-node"), _SECONDS):
            live = env_of(pod["spec"])
            for container, env in wanted.items():
                found = {name: live[container].get(name) for name in env}
                equal(f"variables of {container} on {pod['spec']['nodeName']}", found, env)
        if not after.settings.pod_networking.dns_cache.enabled:
            return "aws-node on each"
        eventually(lambda: _on_each_node(after, "node-local-dns"), _SECONDS)
        return "aws-node and a cache on each"

    def deploy_waited(self, after: Scene) -> str:
        """Prove that the deploy looked at the nodes' trunks again: nothing else of it calls this function."""
        looks = _looks(after) - self._looks
        expect(looks > 0, f"Custom::TrunkNodes must look again, got {looks} calls of {_LOOKS}")
        return f"{looks:.0f} looks at the trunks"

    def pods_moved(self) -> str:
        """Prove that the pods run on new nodes, with new branch ENIs; and take them away."""
        deployment = self._application.deployment
        if deployment is None:
            return branch_enis.NO_WORKLOAD
        found = self._application.running()
        equal("pods that stayed", sorted(found & self._application.started), [])
        self._before.kubernetes.delete(_budget(deployment))
        self._application.stop()
        return f"{len(found)} pods on other nodes, with other branch ENIs"


def _budget(deployment: dict[str, Any]) -> dict[str, Any]:
    spec = {"maxUnavailable": 1, "selector": deployment["spec"]["selector"]}
    return {**_BUDGET, "metadata": deployment["metadata"], "spec": spec}


def _items(scene: Scene, path: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = scene.kubernetes("GET", path)["items"]
    return found


def _looks(scene: Scene) -> float:
    names = [function["FunctionName"] for function in scene.functions()]
    return sum(logs.calls(scene, name) for name in names if _LOOKS in name)


def _on_each_node(scene: Scene, name: str) -> list[dict[str, Any]]:
    """Give the running pods of a DaemonSet, one on each node.

    Raises:
        CheckFailedError: With the nodes that have none.
    """
    pods = _items(scene, f"/api/v1/namespaces/kube-system/pods?labelSelector=k8s-app%3D{name}")
    up = [pod for pod in pods if pod["status"].get("phase") == "Running"]
    nodes = {node["metadata"]["name"] for node in _items(scene, "/api/v1/nodes")}
    equal(f"nodes without {name}", sorted(nodes - {pod["spec"].get("nodeName") for pod in up}), [])
    return up
