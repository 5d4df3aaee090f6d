"""Whether each workload has its policy, and whether it says what the file says."""

from collections.abc import Iterator

from settings import Settings
from settings.workloads import Workload
from verify.finding import RUN_AGAIN, Finding
from verify.kubectl import Json, Kubectl

_KIND, _APPLIED = "securitygrouppolicies", "aws.cdk.eks/prune-"
_DEPLOY = "deploy the stack of that namespace"
_AGAIN = f"{_DEPLOY}; where a deploy has no change, somebody deleted them: {RUN_AGAIN}"
_MEND = (
    f"{_DEPLOY}, or mend the file; what somebody changed by hand a deploy without a change leaves as it is: "
    f"{RUN_AGAIN}, and take away what was added by `kubectl -n <namespace> edit sgp <name>`; "
    "then restart the pods, which keep their groups until then"
)

_LEFT = (
    "a stack that left the app with the last workload of its namespace stays, and its pods keep getting groups: "
    "aws cloudformation delete-stack --stack-name <environment>-Workloads-<namespace>, once the pods are without them "
    "(docs/operations.md, Remove a workload)"
)


def policies(settings: Settings, kubectl: Kubectl) -> Iterator[Finding]:
    """Yield what is found about policies; nothing where the file has no workloads."""
    if not settings.workloads:
        return
    found = {f"{item['metadata']['namespace']}/{item['metadata']['name']}": item for item in kubectl.items(_KIND)}
    wanted = {f"{workload.namespace}/{workload.name}": workload for workload in settings.workloads}
    missing = [name for name in wanted if name not in found]
    yield Finding("every workload has its policy", f"{len(wanted)} policies", missing, _AGAIN)
    there = [name for name in wanted if name in found]
    if there:
        other = [f"{name}: {problem}" for name in there for problem in _differs(wanted[name], found[name])]
        yield Finding("every policy selects and gives what the file says", f"{len(there)} policies", other, _MEND)
        shared = {group for name in there for group in _groups(found[name])[:1]}
        left = [name for name, item in found.items() if name not in wanted and _is_podnets(item, shared)]
        seen = f"{len(found)} policies in the cluster"
        yield Finding("no policy is left of a workload that the file no longer has", seen, left, _LEFT)


def _differs(workload: Workload, policy: Json) -> Iterator[str]:
    """Yield what a policy has other than the file; of groups that the deploy made the file knows how many."""
    spec = policy.get("spec", {})
    selectors = {"podSelector": workload.pod_labels, "serviceAccountSelector": workload.service_account_labels}
    for selector, labels in selectors.items():
        live = spec.get(selector) or {}
        if (labels or {}) != (got := live.get("matchLabels") or {}):
            yield f"{selector}.matchLabels must be {_shown(labels or {})}, got {_shown(got)}"
        if more := live.get("matchExpressions"):
            yield f"{selector}.matchExpressions must not be there, got {more}"
    groups = _groups(policy)
    wanted = ["the shared group", *["its own"] * workload.has_own_group, *workload.security_group_ids]
    if len(groups) != len(wanted) or not set(workload.security_group_ids) <= set(groups):
        yield f"securityGroups.groupIds must be {', '.join(wanted)}, got {', '.join(groups) or 'none'}"


def _is_podnets(policy: Json, shared: set[str]) -> bool:
    """Say whether a CDK app has applied it, and it has the shared group, which is the first one of each."""
    labels = policy["metadata"].get("labels") or {}
    return any(label.startswith(_APPLIED) for label in labels) and not shared.isdisjoint(_groups(policy)[:1])


def _groups(policy: Json) -> list[str]:
    return (policy.get("spec", {}).get("securityGroups") or {}).get("groupIds") or []


def _shown(labels: dict[str, str]) -> str:
    return ", ".join(f"{key}={value}" for key, value in sorted(labels.items())) or "none"
