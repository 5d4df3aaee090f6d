"""Pods of aws-node with a status as kubelet or the node controller would write it, for planes that have neither."""

PODS = "/api/v1/namespaces/kube-system/pods"
NUMBER = "pod-template-generation"
READY = {"type": "Ready", "status": "True"}
STARTED = {"name": "aws-node", "ready": True, "restartCount": 0, "image": "x", "imageID": "x", "state": {"running": {}}}


def pod(node, name, on="", **status):
    """Make a pod of aws-node with a status, as a kubelet would report it."""
    where = {
        "requiredDuringSchedulingIgnoredDuringExecution": {
            "nodeSelectorTerms": [
                {"matchFields": [{"key": "metadata.name", "operator": "In", "values": [f"node-of-{name}"]}]}
            ]
        }
    }
    body = {
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {"name": name, "labels": {**node.live["spec"]["selector"]["matchLabels"], NUMBER: "1"}},
        "spec": {"containers": [{"name": "aws-node", "image": "x"}], "affinity": {"nodeAffinity": where}},
    }  # fmt: skip
    if on:
        body["spec"]["nodeName"] = on
    node.api("POST", PODS, body)
    if status:
        say(node, name, **status)


def serving(node, names, number=""):
    """Make ready pods of the template as it is now; their number is another where an earlier template is back."""
    spec = {name: part for name, part in node.live["spec"]["template"]["spec"].items() if "serviceAccount" not in name}
    number = number or node.live["metadata"]["annotations"]["deprecated.daemonset.template.generation"]
    labels = {**node.live["spec"]["selector"]["matchLabels"], NUMBER: number}
    for name in names:
        node.api("POST", PODS, {"metadata": {"name": name, "labels": labels}, "spec": spec})
        say(node, name, phase="Running", conditions=[READY])


def say(node, name, **status):
    """Write into a pod's status, as its kubelet or the node controller would."""
    node.api("PATCH", f"{PODS}/{name}/status", {"status": status}, "application/merge-patch+json")


def on_dead_nodes(node, count):
    """Make pods of nodes that went: their containers are as kubelet last told, the node controller says not ready."""
    for number in range(count):
        away = {**READY, "status": "False"}
        pod(node, f"aws-node-dead{number}", phase="Running", containerStatuses=[STARTED], conditions=[away])
