"""What the owner of a cluster did by hand before podnet came, and goes on doing."""

from typing import Any

from rehearsal.checks import branch_enis, nodes
from rehearsal.checks.expect import CheckFailedError, NotAskedFor, equal, eventually, expect
from rehearsal.checks.scene import Scene
from rehearsal.errors import RehearsalError
from settings.workloads import Workload

_DAEMON_SET = "/apis/apps/v1/namespaces/kube-system/daemonsets/aws-node"
_POLICIES, _PLURAL = "/apis/vpcresources.k8s.aws/v1beta1", "securitygrouppolicies"
_STRATEGIC = "application/strategic-merge-patch+json"
_SECONDS = 60
_REPLICAS = 2


class Owner:
    """The platform team, with kubectl and the EKS API.

    Args:
        scene: Their cluster.
    """

    def __init__(self, scene: Scene) -> None:
        self._scene = scene

    def settle(self) -> None:
        """Patch aws-node by hand and start the applications; wait until everything runs.

        The patches are those of the original procedure: `kubectl set env` for three variables of aws-node, and a
        `kubectl patch` for the init container, which the former does not reach.

        Raises:
            RehearsalError: If something does not come up within a minute.
        """
        wanted = self._scene.settings.pod_networking.variables()
        self.set_env("containers", "aws-node", wanted["aws-node"], "kubectl-set")
        if first := wanted.get("aws-vpc-cni-init"):
            self.set_env("initContainers", "aws-vpc-cni-init", first, "kubectl-patch")
        for workload in self._scene.settings.workloads:
            for obj in _application(workload):
                self._scene.kubernetes.apply(obj, "helm")
        try:
            eventually(lambda: self._scene.rolled_out("aws-node"), _SECONDS)
            eventually(self._all_pods_run, _SECONDS)
            eventually(lambda: nodes.nodes_have_trunks(self._scene), _SECONDS)
        except CheckFailedError as failure:
            raise RehearsalError(f"the owner's cluster must be up first: {failure}") from failure

    def set_env(self, kind: str, container: str, env: dict[str, str], manager: str) -> None:
        """Set variables of aws-node by a strategic merge patch, under kubectl's field manager."""
        entry = {"name": container, "env": [{"name": name, "value": value} for name, value in env.items()]}
        body = {"spec": {"template": {"spec": {kind: [entry]}}}}
        self._scene.kubernetes("PATCH", f"{_DAEMON_SET}?fieldManager={manager}", body, _STRATEGIC)

    def upgrade_vpc_cni(self, version: str) -> str:
        """Update the add-on with OVERWRITE, as the console's advice is on a conflict; it takes podnet's values away.

        Raises:
            CheckFailedError: If it took nothing: then what follows proves nothing.
        """
        eks = self._scene.aws.eks
        eks.update_addon(
            clusterName=self._scene.cluster, addonName="vpc-cni", addonVersion=version, resolveConflicts="OVERWRITE"
        )
        found = self._scene.pod_env()["aws-node"]["ENABLE_POD_ENI"]
        equal("ENABLE_POD_ENI after the add-on's update", found, "false")
        return f"{version} with OVERWRITE: ENABLE_POD_ENI={found}"

    def restart_applications(self) -> str:
        """Delete the pods of the applications, whose Deployments make them anew; wait until each has its interface.

        Raises:
            CheckFailedError: If one has none after a minute.
        """
        if not self._scene.settings.workloads:
            return NotAskedFor("no workloads in the file")
        for path, _ in self._application_pods():
            self._scene.kubernetes("DELETE", path)
        return eventually(self._all_have_interfaces, _SECONDS)

    def take_interfaces_back(self) -> str:
        """Delete the policies, then restart the pods that have interfaces, so that nothing holds the groups.

        Raises:
            CheckFailedError: If an interface is left after a minute.
        """
        for policy in self._scene.policies():
            meta = policy["metadata"]
            self._scene.kubernetes("DELETE", f"{_POLICIES}/namespaces/{meta['namespace']}/{_PLURAL}/{meta['name']}")
        return eventually(self._restarted_without_interfaces, _SECONDS)

    def _restarted_without_interfaces(self) -> str:
        """Restart each pod that has an interface; one that starts before the webhook has heard gets one once more."""
        for path, pod in self._application_pods():
            if branch_enis.asks_for_one(pod):
                self._scene.kubernetes.raw("DELETE", path)
        return branch_enis.none_is_left(self._scene)

    def _application_pods(self) -> list[tuple[str, dict[str, Any]]]:
        """Give path and object of each pod of the applications."""
        paths = [f"/api/v1/namespaces/{namespace}/pods" for namespace in self._scene.settings.namespaces]
        lists = [(path, self._scene.kubernetes("GET", path)["items"]) for path in paths]
        return [(f"{path}/{pod['metadata']['name']}", pod) for path, pods in lists for pod in pods]

    def _all_have_interfaces(self) -> str:
        wanted, found = _REPLICAS * len(self._scene.settings.workloads), branch_enis.interfaces(self._scene)
        equal("branch ENIs of the applications", len(found), wanted)
        self._all_pods_run()
        return f"{wanted} pods with interfaces of their own"

    def _all_pods_run(self) -> None:
        pods = self._scene.kubernetes("GET", "/api/v1/pods")["items"]
        waiting = [pod["metadata"]["name"] for pod in pods if pod["status"].get("phase") != "Running"]
        expect(not waiting, f"every pod must run, got {waiting}")


def _application(workload: Workload) -> list[dict[str, Any]]:
    """Give the namespace and a Deployment whose pods the workload's policy will select."""
    labels = {"app": workload.name, **(workload.pod_labels or {})}
    where = {"name": workload.name, "namespace": workload.namespace}
    container = {"name": "app", "image": f"registry.example/{workload.name}:1"}
    pod = {"serviceAccountName": workload.name, "containers": [container]}
    return [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": workload.namespace}},
        {
            "apiVersion": "v1",
            "kind": "ServiceAccount",
            "metadata": {**where, "labels": workload.service_account_labels or {}},
        },
        {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": where,
            "spec": {
                "replicas": _REPLICAS,
                "selector": {"matchLabels": labels},
                "template": {"metadata": {"labels": labels}, "spec": pod},
            },
        },
    ]
