"""aws-node on a plane, and who writes its status there."""

import concurrent.futures
import threading

import aws_node
from token_reviewer import CLUSTER

from rehearsal.control_plane.errors import ApiError
from rehearsal.parts import module_dir

_UNLESS = """    - key: '({}) | tostring'
      operator: 'In'
      values: ['false']
"""


def stages_unless(folder, holds):
    """Copy kwok's stages into a folder; nothing ever happens to pods for which a jq expression holds."""
    for path in (module_dir("kwok") / "kustomize" / "stage").glob("*/fast/*.yaml"):
        text = path.read_text(encoding="utf-8")
        if path.name.startswith("pod-"):
            assert "    matchExpressions:\n" in text
            text = text.replace("    matchExpressions:\n", f"    matchExpressions:\n{_UNLESS.format(holds)}")
        target = folder / "kustomize" / "stage" / path.relative_to(path.parents[2])
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    return folder


def add_nodes(api, names):
    """Make nodes for kwok, four at a time."""
    labels = {"kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64"}

    def add(name):
        body = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": name, "labels": labels}}
        api("POST", "/api/v1/nodes", {**body, "status": {"allocatable": {"cpu": "8", "memory": "8Gi", "pods": "100"}}})

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        list(pool.map(add, names))


class AwsNode:
    """aws-node on a plane, as the add-on manager and as others see it."""

    def __init__(self, api) -> None:
        self.api = api

    def install(self, env=None, image_tag=None, *, force=True):
        """Apply the add-on as eks does."""
        return self.api.apply(aws_node.manifest(env, image_tag), "eks", force)

    @property
    def live(self):
        return self.api("GET", aws_node.PATH)

    @property
    def values(self):
        return aws_node.values(self.live)

    def set_env(self, container, name, value, manager="kubectl-set"):
        """Do what `kubectl set env` does."""
        entry = {"name": name, "value": value}
        kind = "initContainers" if container.endswith("-init") else "containers"
        body = {"spec": {"template": {"spec": {kind: [{"name": container, "env": [entry]}]}}}}
        path = f"{aws_node.PATH}?fieldManager={manager}"
        return self.api("PATCH", path, body, "application/strategic-merge-patch+json")

    def remove_env(self, container, name):
        """Do what `kubectl set env` does with `NAME-`."""
        entry = {"name": name, "$patch": "delete"}
        body = {"spec": {"template": {"spec": {"containers": [{"name": container, "env": [entry]}]}}}}
        return self.api("PATCH", aws_node.PATH, body, "application/strategic-merge-patch+json")

    def set_status(self, **numbers):
        """Write the status, as the DaemonSet controller would; absent numbers are absent."""
        body = aws_node.status(self.live, **numbers)
        fresh = dict.fromkeys(("updatedNumberScheduled", "numberAvailable", "numberUnavailable"))
        body["status"] = {**fresh, **body["status"]}
        return self.api("PATCH", f"{aws_node.PATH}/status", body, "application/merge-patch+json")

    def remove(self):
        self.api.delete(
            {"apiVersion": "apps/v1", "kind": "DaemonSet", "metadata": {"name": "aws-node", "namespace": "kube-system"}}
        )


class Controller(threading.Thread):
    """Write the status of a fleet that follows each new template at once; a stand-in for the DaemonSet controller."""

    def __init__(self, node, nodes) -> None:
        super().__init__(daemon=True)
        self._node, self._nodes, self._halt = node, nodes, threading.Event()

    def run(self):
        while not self._halt.wait(0.02):
            try:
                live = self._node.live
            except ApiError:  # removed by the test
                continue
            if live.get("status", {}).get("observedGeneration", 0) < live["metadata"]["generation"]:
                n = self._nodes
                self._node.set_status(desiredNumberScheduled=n, updatedNumberScheduled=n, numberAvailable=n)

    def stop(self):
        self._halt.set()
        self.join()


def properties_of(plane, **more):
    """Give the ResourceProperties as the construct writes them."""
    return {
        "ClusterName": CLUSTER,
        "Endpoint": plane.endpoint,
        "CertificateAuthority": plane.certificate_authority,
        "Env": aws_node.ENV,
        "AddonVersion": "v1.23.2-eksbuild.1",
        "AddonConfiguration": "",
        "RunAgain": "",
        "RolloutMinutes": 30,
        "DeadNodes": "count-out",
        "WaitMinutes": 10,
        **more,
    }
