"""What changes of node groups do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from review.changes.effect import Effect, Table
from review.changes.of_node_versions import WITH_IT, beside_others, made_anew, new_group
from review.data import limits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from review.changes.difference import Difference

_CFN = "CloudFormation user guide, AWS::EKS::Nodegroup"
_LABELS = Effect("nothing", "labels of nodes that run are changed in place", f"{_CFN}, Labels")
_LIMITS = "aws/amazon-vpc-resource-controller-k8s, pkg/aws/vpc/limits.go"


def _group(found: Difference) -> Iterator[Effect]:
    if found.before is None:
        yield from new_group(found.after, found.whole[1])
        yield Effect("nothing", "nodes are added; pods that run stay where they are", _CFN)
    else:
        yield Effect("nodes", "every node of the group is drained and terminated: its pods restart elsewhere", _CFN)


def _types(found: Difference) -> Iterator[Effect]:
    yield from _anew("InstanceTypes")(found)
    before, after = (_branches(names) for names in (found.before, found.after))
    if before and after and before != after:
        yield Effect("nodes", f"a node carries {after} pods with groups of their own, not {before}", _LIMITS)


def _branches(names: list[str]) -> str:
    """Return how many a node has; "" where one of the types is not known."""
    found = [limits(name) for name in names]
    return " or ".join(map(str, sorted({one[2] for one in found if one}))) if all(found) else ""


def _size(found: Difference) -> Iterator[Effect]:
    least, wanted = found.around[1]["min_size"], found.around[1]["desired_size"]
    yield Effect(
        "nodes",
        f"the group gets {wanted} nodes, at least {least}: where it has more now, by an autoscaler too, the others are "
        "terminated, and no disruption budget keeps their pods",
        f"{_CFN}, ScalingConfig; EKS user guide, Update a managed node group",
    )


def _disk(found: Difference) -> Iterator[Effect]:
    yield from beside_others(found, "a new launch template")
    pinned = found.around[1]["kubernetes_version"]
    yield Effect(
        "nodes",
        "a new version of the launch template: each node is replaced in turn, with respect to disruption budgets"
        + ("" if pinned else ", by one of the cluster's Kubernetes version"),
        "EKS user guide, Customize managed nodes with launch templates; EKS API reference, UpdateNodegroupVersion",
    )


def _anew(what: str) -> Callable[[Difference], tuple[Effect, ...]]:
    made = Effect("replacement", "a second group is made, and this one is deleted", f"{_CFN}, {what}")
    end = Effect("nodes", "every node is drained and terminated: all its pods restart", f"{_CFN}, {what}")
    return lambda found: (*new_group(found.around[1], found.whole[1]), made, end)


def _in_place(told: Callable[[Difference], Iterable[Effect]]) -> Callable[[Difference], Iterable[Effect]]:
    """Tell what is done to nodes that stay only where the group does."""
    return lambda found: (WITH_IT,) if made_anew(found) else told(found)


TABLE: Table = {
    "node_groups.*": _group,
    "node_groups.*.instance_types": _types,
    "node_groups.*.architecture": _anew("AmiType"),
    "node_groups.*.capacity": _anew("CapacityType"),
    "node_groups.*.min_size": _in_place(_size),
    "node_groups.*.max_size": _in_place(_size),
    "node_groups.*.desired_size": _in_place(_size),
    "node_groups.*.disk_gib": _in_place(_disk),
    "node_groups.*.labels": _in_place(lambda _: (_LABELS,)),
}
