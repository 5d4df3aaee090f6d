"""What changes of workloads do: policies count when a pod starts, rules of a group at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from review.changes.between_namespaces import exports_go, group_goes, others_go_along
from review.changes.effect import Effect, Table
from review.changes.of_reaches import waits
from review.changes.of_rules import GUIDE, LEFT, has_own_group, rules

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from review.changes.difference import Difference

_KEPT = Effect("pods", "running pods keep the groups that they started with: restart them, one by one", GUIDE)


def _workload(found: Difference) -> Iterator[Effect]:
    if found.before is None:
        yield Effect("pods", "pods that run already and match get these groups when they are restarted", GUIDE)
        yield from waits(found, {}, found.after)
        yield from _namespace(found)
        return
    namespace = found.before["namespace"]
    if not found.around[1]:
        yield Effect(
            "refused",
            f"without any workload the shared group is exported no longer, which the stack Workloads-{namespace} uses: "
            "the deploy fails unless cdk destroy has named that stack before",
            "CloudFormation user guide, Get exported outputs from a deployed CloudFormation stack",
        )
    if not _has(found.around[1], namespace):
        yield Effect(
            "nothing",
            f"the stack Workloads-{namespace} leaves the app, and a deploy does not delete it: its policies stay in "
            "effect. Restart its pods and destroy it before, while the file still has it",
            "AWS CDK guide, cdk deploy and cdk destroy",
        )
        yield from others_go_along(found.whole[0], namespace)
        yield from exports_go(*found.whole, namespace)
        return
    yield Effect("pods", "running pods keep their groups until they are restarted", GUIDE)
    yield from group_goes(found.whole[0], found.before)
    if has_own_group(found.before):
        yield LEFT


def _has(workloads: Mapping[str, Any], namespace: str) -> bool:
    return any(key.startswith(f"{namespace}/") for key in workloads)


def _namespace(found: Difference) -> Iterator[Effect]:
    """Tell that the first workload of a namespace needs it, where podnet makes none."""
    name = found.after["namespace"]
    if found.whole[1]["existing_cluster"] and not _has(found.around[0], name):
        yield Effect(
            "nothing",
            f"podnet makes no namespace in an existing cluster: {name} must be there, or the deploy fails",
            "docs/troubleshooting.md",
        )


TABLE: Table = {
    "workloads.*": _workload,
    "workloads.*.pod_labels": _KEPT,
    "workloads.*.service_account_labels": _KEPT,
    "workloads.*.security_group_ids": _KEPT,
    "workloads.*.ingress": rules,
    "workloads.*.egress": rules,
    "workloads.*.reaches": rules,
}
