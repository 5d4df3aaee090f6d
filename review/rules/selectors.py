"""Rules about which pods the policies select."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from review.rules.at import At
from review.rules.groups import LIMIT, QUOTA, groups_of
from review.rules.rule import rule
from settings.alike import some

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from settings import Settings
    from settings.workloads import Workload

_SELECTORS = ("workloads[].pod_labels", "workloads[].service_account_labels")
_HELPER = "aws/amazon-vpc-resource-controller-k8s, pkg/utils/helper.go"
_HOST_NETWORK = {"node-local-dns", "aws-node", "kube-proxy"}
_COREDNS = {"k8s-app": "kube-dns", "eks.amazonaws.com/component": "coredns"}


def _name(workload: Workload) -> str:
    return f"{workload.namespace}/{workload.name}"


def _agree(one: Mapping[str, str] | None, other: Mapping[str, str]) -> bool:
    return all(other.get(key, value) == value for key, value in (one or {}).items())


def _meeting(first: Workload, others: Sequence[Workload]) -> list[Workload]:
    """Return `first` and each workload that a pod can match with all before it: no label has two values."""
    found, pod_labels, account_labels = [first], dict(first.pod_labels or {}), dict(first.service_account_labels or {})
    for other in others:
        if _agree(other.pod_labels, pod_labels) and _agree(other.service_account_labels, account_labels):
            found.append(other)
            pod_labels |= other.pod_labels or {}
            account_labels |= other.service_account_labels or {}
    return found


def _meetings(settings: Settings) -> Iterator[list[Workload]]:
    """Yield sets of workloads whose policies can match one pod: large ones from each workload on, then every pair."""
    by_namespace: dict[str, list[Workload]] = {}
    for workload in settings.workloads:
        by_namespace.setdefault(workload.namespace, []).append(workload)
    for members in by_namespace.values():
        yield from (_meeting(first, [other for other in members if other is not first]) for first in members)
        yield from (_meeting(one, [other]) for one, other in itertools.combinations(members, 2))


@rule(
    "policies-of-one-pod-fit-the-quota",
    "error",
    must="have labels that keep it apart, or make at most 5 groups together with the policies that match the same pod",
    why="a pod gets the groups of every policy that matches it, and an interface carries 5 unless the quota was raised",
    source=_HELPER,
    fix="add a label that tells the workloads apart, or merge groups",
    paths=(*_SELECTORS, "workloads[].security_group_ids"),
)
def policies_of_one_pod_fit_the_quota(settings: Settings) -> Iterator[At]:
    """Find policies that add up past the quota; each set of them is told once."""
    places = {_name(workload): i for i, workload in enumerate(settings.workloads)}
    groups = {_name(workload): groups_of(workload) for workload in settings.workloads}
    told: list[set[str]] = []
    for meeting in _meetings(settings):
        names = {_name(workload) for workload in meeting}
        count = len(set().union(*(groups[name] for name in names)))
        alone = max(len(groups[name]) for name in names)
        # one that is too many by itself is told by groups-fit-the-quota
        past = count > LIMIT or count > QUOTA >= alone
        if len(names) > 1 and past and not any(names <= others for others in told):
            told.append(names)
            yield At(f"workloads[{places[_name(meeting[0])]}]", f"{count} groups by {some(sorted(names))}")


@rule(
    "coredns-keeps-its-group",
    "error",
    must="not select CoreDNS",
    why="pods fall back on CoreDNS by rules that name the cluster's group, and the cache asks it from the node: "
    "in a group of its own it is reached by neither",
    source="EKS user guide, Security groups for pods, considerations",
    fix="choose labels that CoreDNS does not carry",
    paths=_SELECTORS,
)
def coredns_keeps_its_group(settings: Settings) -> Iterator[At]:
    """Find policies that match the pods of the coredns add-on; its service account carries the same labels."""
    for i, workload in enumerate(settings.workloads):
        labels = {**(workload.pod_labels or {}), **(workload.service_account_labels or {})}
        if workload.namespace == "kube-system" and labels.items() <= _COREDNS.items():
            yield At(f"workloads[{i}]", ", ".join(f"{key}={value}" for key, value in labels.items())[:200])


@rule(
    "host-network-pods-have-no-policy",
    "warning",
    must="not select pods on the node's own network",
    why="such a pod has no branch ENI and keeps the node's groups, whatever policy selects it",
    source="aws/amazon-vpc-resource-controller-k8s, webhooks/core/pod_webhook.go",
    fix="remove the workload; its traffic is judged by the node's group",
    paths=_SELECTORS,
)
def host_network_pods_have_no_policy(settings: Settings) -> Iterator[At]:
    """Find policies for the node cache, aws-node and kube-proxy; other pods are not in the file."""
    for i, workload in enumerate(settings.workloads):
        label = (workload.pod_labels or {}).get("k8s-app")
        if workload.namespace == "kube-system" and label in _HOST_NETWORK:
            yield At(f"workloads[{i}].pod_labels", f"k8s-app={label}")


@rule(
    "workloads-select-other-pods",
    "warning",
    must="select other pods than the workloads before it",
    why="each of these pods gets the groups of both: what one workload allows, the other one's pods may do as well",
    source=_HELPER,
    fix="mend the labels that were copied, or make one workload of the two",
    paths=_SELECTORS,
)
def workloads_select_other_pods(settings: Settings) -> Iterator[At]:
    """Find workloads with the very labels of another one in their namespace."""
    known: dict[object, Workload] = {}
    for i, workload in enumerate(settings.workloads):
        selectors = (workload.pod_labels or {}, workload.service_account_labels or {})
        other = known.setdefault((workload.namespace, *(frozenset(each.items()) for each in selectors)), workload)
        if other is not workload:
            yield At(f"workloads[{i}]", f"the labels of {other.name} in {_name(workload)}")


RULES = (
    policies_of_one_pod_fit_the_quota,
    coredns_keeps_its_group,
    host_network_pods_have_no_policy,
    workloads_select_other_pods,
)
