"""The pods of a DaemonSet: of dead nodes, with an old template, not ready and why, still there after its deletion."""

import time
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from urllib.parse import quote

from daemon_set import containers
from errors import GoneError, HandlerError
from kube_api import Json, KubeApi
from rollout import time_limit

_MOST = 3  # pods that an error names
_LATE_SECONDS, _QUIET_SECONDS = 30, 300


def pods_of(api: KubeApi, live: Json) -> Iterator[Json]:
    """Give the DaemonSet's pods."""
    labels = ",".join(f"{name}={text}" for name, text in live["spec"]["selector"].get("matchLabels", {}).items())
    return api.items(f"/api/v1/namespaces/{live['metadata']['namespace']}/pods?labelSelector={quote(labels)}")


def silent(pod: Json) -> bool:
    """Say whether the pod's kubelet tells nothing any more, as on a dead node.

    Then the pod does not end when it should; or its containers are ready as kubelet last told, and the node controller
    says that the pod is not; or no container has been told of for five minutes.
    """
    told, ends = pod.get("status", {}).get("containerStatuses"), pod["metadata"].get("deletionTimestamp")
    if ends:
        return _age(ends) > _LATE_SECONDS
    if told:
        return all(container["ready"] for container in told) and not ready(pod)
    return "nodeName" in pod["spec"] and _age(pod["metadata"]["creationTimestamp"]) > _QUIET_SECONDS


def new_pods_serve(api: KubeApi, live: Json, nodes: int) -> bool:
    """Say whether that many pods are ready, and every ready pod is of the newest template.

    Where nodes are counted out the numbers of the status do not tell: a dead node's pod may count as updated, and a
    live node whose turn has not come, or whose pod ends just now, would be counted out in its place. Pods carry the
    template's number as a label (k8s.io/kubernetes, pkg/controller/daemon/util); where an earlier template is back,
    its pods keep their number.
    """
    number = live["metadata"].get("annotations", {}).get("deprecated.daemonset.template.generation")
    serving = (pod for pod in pods_of(api, live) if ready(pod))
    new = [pod["metadata"]["labels"].get("pod-template-generation") == number or _runs(pod, live) for pod in serving]
    return all(new) and len(new) >= nodes


def _runs(pod: Json, live: Json) -> bool:
    """Compare image and variables; admission may have added others."""
    found = {c["name"]: c for _, c in containers({"spec": {"template": pod}})}
    wanted = [(found.get(c["name"], {}), c) for _, c in containers(live)]
    return all(
        c.get("image") == w["image"] and all(entry in c.get("env", []) for entry in w.get("env", [])) for c, w in wanted
    )


def ready(pod: Json) -> bool:
    """Say whether the pod's own condition says so."""
    conditions = {condition["type"]: condition["status"] for condition in pod.get("status", {}).get("conditions", [])}
    return conditions.get("Ready") == "True" and "deletionTimestamp" not in pod["metadata"]


def _age(moment: str) -> float:
    return time.time() - datetime.fromisoformat(moment).timestamp()


def unready_pods(api: KubeApi, live: Json) -> list[str]:
    """Name up to three pods that are not ready, their node and the reason; asked only when the limit has passed."""
    told = (
        f"{pod['metadata']['name']} on {node(pod)}: {why[:200]}" for pod in pods_of(api, live) if (why := reason(pod))
    )
    try:
        return list(islice(told, _MOST)) or ["every pod is ready: see the DaemonSet's events, look for dead nodes"]
    except HandlerError as error:
        return [f"which pods is not known: {error}"]


def pods_gone(event: Json, api: KubeApi) -> bool:
    """Say whether no pod in kube-system with the labels of Pods is left; those of dead nodes do not count.

    kubectl deletes a DaemonSet in the background: it is gone at once, its pods some time later.

    Raises:
        HandlerError: RolloutMinutes have passed; names a pod and its node.
        KubeError: a request was not granted; where nobody is left to ask, there are no pods either.
    """
    properties = event["ResourceProperties"]
    path = f"/api/v1/namespaces/kube-system/pods?labelSelector={quote(properties['Pods'])}"
    try:
        left = next((pod for pod in api.items(path) if not silent(pod)), None)
    except GoneError:
        return True
    if left and time.time() - event["Began"] > time_limit(event):
        where = f"{left['metadata']['name']} on {node(left)}"
        raise HandlerError(f"pods with {properties['Pods']} must end, got {where}: delete their DaemonSet")
    return not left


def node(pod: Json) -> str:
    """Give the pod's node; a pod of a DaemonSet that is not scheduled yet names it in its affinity."""
    if "nodeName" in pod["spec"]:
        return str(pod["spec"]["nodeName"])
    try:
        meant = pod["spec"]["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
        return str(meant["nodeSelectorTerms"][0]["matchFields"][0]["values"][0])
    except KeyError:
        return "no node"


def reason(pod: Json) -> str:
    """Say why a pod is not ready: it cannot end, a container waits, or a condition is not met; "" where it is."""
    status = pod.get("status", {})
    started = status.get("containerStatuses", [])
    if since := pod["metadata"].get("deletionTimestamp"):
        return f"should be gone since {since}, is its node alive?"
    if ready(pod):
        return ""
    if silent(pod):
        return "its kubelet reports nothing more, is its node alive?"
    for container in [*status.get("initContainerStatuses", []), *started]:
        state = container.get("state", {})
        if told := state.get("waiting") or (not container["ready"] and state.get("terminated")):
            return f"{container['name']} {told.get('reason', 'waits')} {told.get('message', '')}".strip()
    for condition in status.get("conditions", []):
        if condition["status"] != "True" and condition.get("message"):
            return f"{condition.get('reason', condition['type'])} {condition['message']}"
    return f"{status.get('phase', 'Unknown')}, its kubelet reports nothing more yet"
