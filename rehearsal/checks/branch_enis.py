"""Pods that policies select: their interfaces and groups, and what happens when the branch ENIs are used up."""

from typing import Any

from rehearsal.checks.expect import NotAskedFor, equal, eventually, expect
from rehearsal.checks.scene import Scene
from settings.workloads import Workload

RESOURCE = "vpc.amazonaws.com/pod-eni"
_NAME = "podnet-rehearsal"
NO_WORKLOAD = NotAskedFor("no workload is selected by pod labels alone")
_TOO_MANY = 2
_SECONDS = 60


def pods_get_their_groups(scene: Scene) -> str:
    """Start more pods of a workload than there are branch ENIs; as many as there are get one, with the policy's groups.

    The pods are started as a team would, are mutated by AWS's own webhook and placed by the real scheduler.
    """
    workload = workload_of(scene)
    if workload is None:
        return NO_WORKLOAD
    nodes = scene.kubernetes("GET", "/api/v1/nodes")["items"]
    room = sum(int(node["status"]["allocatable"].get(RESOURCE, 0)) for node in nodes)
    app = deployment(workload, room + _TOO_MANY)
    scene.kubernetes.apply(app, "team")
    try:
        eventually(lambda: _all_used(scene, workload, room), _SECONDS)
        policy = next(p for p in scene.policies() if p["metadata"]["name"] == workload.name)
        wanted = sorted(policy["spec"]["securityGroups"]["groupIds"])
        for interface in interfaces(scene):
            found = sorted(group["GroupId"] for group in interface["Groups"])
            equal(f"groups of {interface['NetworkInterfaceId']}", found, wanted)
    finally:
        scene.kubernetes.delete(app)
    eventually(lambda: none_is_left(scene), _SECONDS)
    return f"{room} pods with {len(wanted)} groups each, {_TOO_MANY} more stay Pending"


def none_is_left(scene: Scene) -> str:
    """Prove that EC2 has no branch ENI any more: until then no group that one carried can be deleted."""
    equal("branch ENIs", [interface["NetworkInterfaceId"] for interface in interfaces(scene)], [])
    return "no branch ENI"


def interfaces(scene: Scene) -> list[dict[str, Any]]:
    """Give EC2's interfaces that the VPC resource controller made for pods."""
    found = scene.aws.ec2.describe_network_interfaces()["NetworkInterfaces"]
    return [interface for interface in found if interface["Description"] == "aws-k8s-branch-eni"]


def asks_for_one(pod: dict[str, Any]) -> bool:
    """Say whether EKS's webhook has given the pod a limit of one branch ENI, which it then waits for or has."""
    return RESOURCE in pod["spec"]["containers"][0].get("resources", {}).get("limits", {})


def _all_used(scene: Scene, workload: Workload, room: int) -> None:
    path = f"/api/v1/namespaces/{workload.namespace}/pods?labelSelector=podnet%3D{_NAME}"
    pods = scene.kubernetes("GET", path)["items"]
    given = [pod for pod in pods if RESOURCE in pod["metadata"].get("annotations", {})]
    equal(f"pods of {workload.name} with a branch ENI", len(given), room)
    waiting = [pod for pod in pods if pod["status"]["phase"] == "Pending" and not pod["spec"].get("nodeName")]
    equal("pods that wait", len(waiting), _TOO_MANY)
    for pod in waiting:
        told = " ".join(c.get("message", "") for c in pod["status"].get("conditions", []))
        expect(f"Insufficient {RESOURCE}" in told, f"a pod must wait for {RESOURCE}, got {told!r}")


def workload_of(scene: Scene) -> Workload | None:
    """Give the first workload whose pods are selected by their labels alone, None where the file has none."""
    return next((w for w in scene.settings.workloads if w.pod_labels and not w.service_account_labels), None)


def deployment(workload: Workload, replicas: int) -> dict[str, Any]:
    """Give pods of a workload, as a team would run them."""
    labels = {**(workload.pod_labels or {}), "podnet": _NAME}
    pod = {"containers": [{"name": "app", "image": "registry.example/app:1"}]}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": _NAME, "namespace": workload.namespace},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": pod},
        },
    }
