"""Whether each pod that a workload's policy selects got its security groups.

A policy selects as aws/amazon-vpc-resource-controller-k8s does (pkg/utils/helper.go): both selectors must hold.
"""

from collections.abc import Iterator, Mapping

from settings import Settings
from settings.workloads import Workload
from verify.finding import Finding
from verify.kubectl import Json, Kubectl

_ANNOTATION, _RESOURCE = "vpc.amazonaws.com/pod-eni", "vpc.amazonaws.com/pod-eni"
_RESTART = "restart them: kubectl -n <namespace> rollout restart <kind>/<name>; groups are given when a pod starts"


def pods(settings: Settings, kubectl: Kubectl) -> Iterator[Finding]:
    """Yield what is found about the pods that the file's labels select; nothing where it has no workloads."""
    if not settings.workloads:
        return
    selected, without = 0, []
    for namespace in settings.namespaces:
        members = [workload for workload in settings.workloads if workload.namespace == namespace]
        found = kubectl.by_name(namespace, "serviceaccounts", "pods")
        for name, pod in found["Pod"].items():
            if any(selects(workload, pod, found["ServiceAccount"]) for workload in members) and _counts(pod):
                selected += 1
                if _ANNOTATION not in pod["metadata"].get("annotations", {}):
                    without.append(f"{namespace}/{name}: {_why(pod)}")
    seen = f"{selected} pods" if selected else "no pod runs yet that a policy selects"
    yield Finding("every selected pod has security groups of its own", seen, without, _RESTART)


def selects(workload: Workload, pod: Json, accounts: Mapping[str, Json]) -> bool:
    """Say whether a policy selects a pod: it has all labels of the one selector, its service account of the other."""
    account = accounts.get(pod["spec"].get("serviceAccountName", "default"), {})
    asked = ((workload.pod_labels, pod), (workload.service_account_labels, account))
    return all(
        labels.items() <= found.get("metadata", {}).get("labels", {}).items() for labels, found in asked if labels
    )


def _counts(pod: Json) -> bool:
    ended = pod.get("status", {}).get("phase") in ("Succeeded", "Failed")
    return not (pod["spec"].get("hostNetwork") or ended or pod["metadata"].get("deletionTimestamp"))


def _why(pod: Json) -> str:
    limits = pod["spec"]["containers"][0].get("resources", {}).get("limits", {})
    if _RESOURCE not in limits:
        return "started before its policy, or while EKS's webhook did not answer; it has the node's groups"
    waiting = [c.get("message", "") for c in pod.get("status", {}).get("conditions", []) if c["status"] != "True"]
    return f"no branch ENI yet {next(filter(None, waiting), '')}".strip()[:300]
