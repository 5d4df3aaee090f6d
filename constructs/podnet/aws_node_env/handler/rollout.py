"""How far a DaemonSet's rollout is, whatever the number of nodes, and which pods hold it up."""

from math import ceil
from urllib.parse import quote

from kube_api import HandlerError, Json, KubeApi

_PAGE, _MOST = 100, 3  # pods; a page of them is about 1 MB


def counts(live: Json) -> tuple[int, int, int]:
    """Give how many nodes want a pod, have one of the newest template, have an available one; absent means 0."""
    status = live.get("status", {})
    desired, updated = status.get("desiredNumberScheduled", 0), status.get("updatedNumberScheduled", 0)
    return desired, updated, status.get("numberAvailable", 0)


def observed(live: Json) -> bool:
    """Say whether the status is about the newest template; before that all its numbers are about an older one."""
    return bool(live.get("status", {}).get("observedGeneration", 0) >= live["metadata"]["generation"])


def done(live: Json, *, counted_out: int = 0) -> bool:
    """Say whether every node but `counted_out` has an available pod of the newest template.

    The rule of `kubectl rollout status` (kubernetes/kubectl, pkg/polymorphichelpers/rollout_status.go), nodes counted
    out excepted. numberUnavailable is of no use: it is absent before the first wave and between two.
    """
    desired, updated, available = counts(live)
    return observed(live) and min(updated, available) >= desired - counted_out


def dead_before(live: Json) -> int:
    """Give how many nodes have no available pod although no rollout is moving: all are updated, or those that can be.

    A dead node keeps its pod; a rollout replaces the pods of the others and then stands still.
    """
    desired, updated, available = counts(live)
    settled = observed(live) and (updated >= desired or available <= updated)
    return max(0, desired - available) if settled else 0


def max_unavailable(live: Json) -> int:
    """Give how many pods may be missing during a rollout; a percentage is rounded up, 1 when left out."""
    most = str(live["spec"].get("updateStrategy", {}).get("rollingUpdate", {}).get("maxUnavailable", 1))
    return ceil(counts(live)[0] * int(most[:-1]) / 100) if most.endswith("%") else int(most)


def progress(live: Json, dead: int) -> str:
    """Say how far it is, and how many nodes were dead before, for a log line or an error."""
    desired, updated, available = counts(live)
    reached = f"{updated} of {desired} nodes updated, {available} available" if desired else "no nodes"
    return f"{reached}; {dead_nodes(live, dead)}" if dead else reached


def dead_nodes(live: Json, dead: int) -> str:
    """Say how many nodes were dead before; as many as maxUnavailable, and the controller replaces no pod at all."""
    text, most = f"{dead} of {counts(live)[0]} nodes without an available pod before we began", max_unavailable(live)
    return f"{text}, which uses up maxUnavailable ({most}): no other pod can be replaced" if dead >= most else text


def old_pod_serves(api: KubeApi, live: Json, most: int) -> bool:
    """Say whether a pod of an older template is ready, or more than `most` of them are there; asks for one page.

    Where nodes are counted out the numbers alone do not tell: a dead node's pod may count as updated, and a live node
    whose turn has not come would then be counted out in its place. Pods carry the template's number as a label
    (k8s.io/kubernetes, pkg/controller/daemon/util).
    """
    number = live["metadata"].get("annotations", {}).get("deprecated.daemonset.template.generation", "")
    old = quote(f"{_labels(live)},pod-template-generation!={number}")
    namespace = live["metadata"]["namespace"]
    pods = api.get(f"/api/v1/namespaces/{namespace}/pods?limit={most + 1}&labelSelector={old}")["items"]
    return len(pods) > most or any(_ready(pod) for pod in pods)


def _ready(pod: Json) -> bool:
    conditions = {condition["type"]: condition["status"] for condition in pod.get("status", {}).get("conditions", [])}
    return conditions.get("Ready") == "True" and "deletionTimestamp" not in pod["metadata"]


def _labels(live: Json) -> str:
    return ",".join(f"{name}={text}" for name, text in live["spec"]["selector"].get("matchLabels", {}).items())


def unready_pods(api: KubeApi, live: Json) -> list[str]:
    """Name up to three pods that are not ready, their node and the reason; asked only when the limit has passed."""
    path = f"/api/v1/namespaces/{live['metadata']['namespace']}/pods?limit={_PAGE}&labelSelector={quote(_labels(live))}"
    found, following = list[str](), "&continue="
    try:
        while following and len(found) < _MOST:
            page = api.get(path + following)
            pods = [(pod, reason(pod)) for pod in page["items"]]
            found += [f"{pod['metadata']['name']} on {node(pod)}: {why[:200]}" for pod, why in pods if why]
            token = page["metadata"].get("continue")
            following = f"&continue={quote(token)}" if token else ""
    except HandlerError as error:
        return [f"which pods is not known: {error}"]
    return found[:_MOST] or ["every pod says that it is ready: look for dead nodes"]


def node(pod: Json) -> str:
    """Give the pod's node; a pod of a DaemonSet that is not scheduled yet names it in its affinity."""
    if "nodeName" in pod["spec"]:
        return str(pod["spec"]["nodeName"])
    try:
        meant = pod["spec"]["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
        return str(meant["nodeSelectorTerms"][0]["matchFields"][0]["values"][0])
    except (KeyError, IndexError):
        return "no node"


def reason(pod: Json) -> str:
    """Say why a pod is not ready: it cannot end, a container waits, or a condition is not met; "" where it is."""
    status = pod.get("status", {})
    started = status.get("containerStatuses", [])
    if since := pod["metadata"].get("deletionTimestamp"):
        return f"should be gone since {since}, is its node alive?"
    if started and all(container["ready"] for container in started):
        return ""
    for container in [*status.get("initContainerStatuses", []), *started]:
        state = container.get("state", {})
        if told := state.get("waiting") or (not container["ready"] and state.get("terminated")):
            return f"{container['name']} {told.get('reason', 'waits')} {told.get('message', '')}".strip()
    for condition in status.get("conditions", []):
        if condition["status"] != "True" and condition.get("message"):
            return f"{condition.get('reason', condition['type'])} {condition['message']}"
    return f"{status.get('phase', 'Unknown')}, its kubelet reports nothing more"
