"""What the owner of a cluster did by hand before podnet came, and goes on doing."""

from typing import Any

from rehearsal.checks.expect import CheckFailedError, equal, eventually, expect
from rehearsal.checks.scene import Scene
from rehearsal.errors import RehearsalError
from settings.workloads import Workload

_DAEMON_SET = "/apis/apps/v1/namespaces/kube-system/daemonsets/aws-node"
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
