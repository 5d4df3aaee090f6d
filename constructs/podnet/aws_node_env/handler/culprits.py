"""Which pods hold a rollout up."""

from urllib.parse import quote

from kube_api import Json, KubeApi

_TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io"  # what `kubectl get` asks for: 0.3 kB a pod, not 15
_PAGE, _MOST = 500, 3


def culprits(api: KubeApi, daemon_set: Json) -> list[str]:
    """Name up to three pods that are not ready, their node and the reason; asked only when the limit has passed."""
    meta, labels = daemon_set["metadata"], daemon_set["spec"]["selector"].get("matchLabels", {})
    pods = f"/api/v1/namespaces/{meta['namespace']}/pods?limit={_PAGE}"
    rows = f"{pods}&includeObject=None&labelSelector={quote(','.join(f'{k}={v}' for k, v in labels.items()))}"
    names: list[str] = []
    following = ""
    while len(names) < _MOST:
        table = api.get(f"{rows}&continue={following}", accept=_TABLE)
        columns = [column["name"] for column in table["columnDefinitions"]]
        for row in table.get("rows") or []:
            cell = dict(zip(columns, row["cells"], strict=False))
            ready, _, of = str(cell["Ready"]).partition("/")
            if cell["Status"] != "Running" or ready != of:
                names.append(str(cell["Name"]))
        following = quote(table["metadata"].get("continue", ""))
        if not following:
            break
    found = [pod for name in names[:_MOST] for pod in api.get(f"{pods}&fieldSelector=metadata.name={name}")["items"]]
    return [f"{pod['metadata']['name']} on {node(pod)}: {reason(pod)[:200]}" for pod in found]


def node(pod: Json) -> str:
    """Give the pod's node; a pod of a DaemonSet that is not scheduled yet names it in its affinity."""
    affinity = pod["spec"].get("affinity", {}).get("nodeAffinity", {})
    terms = affinity.get("requiredDuringSchedulingIgnoredDuringExecution", {}).get("nodeSelectorTerms", [])
    meant = [v for term in terms for field in term.get("matchFields", []) for v in field.get("values", [])]
    return str(pod["spec"].get("nodeName") or next(iter(meant), "no node"))


def reason(pod: Json) -> str:
    """Say why a pod is not ready: it cannot end, a container waits, or a condition is not met."""
    meta, status = pod["metadata"], pod.get("status", {})
    if since := meta.get("deletionTimestamp"):
        return f"should be gone since {since}, is its node alive?"
    for container in [*status.get("initContainerStatuses", []), *status.get("containerStatuses", [])]:
        state = container.get("state", {})
        if told := state.get("waiting") or (not container.get("ready") and state.get("terminated")):
            return f"{container['name']} {told.get('reason', 'waits')} {told.get('message', '')}".strip()
    for condition in status.get("conditions", []):
        if condition["status"] != "True" and condition.get("message"):
            return f"{condition.get('reason', condition['type'])} {condition['message']}"
    return f"{status.get('phase', 'Unknown')}, its kubelet reports nothing more"
