"""Rules about what CloudFormation can hold."""

from __future__ import annotations

import collections
from typing import TYPE_CHECKING

from review.rules.at import At
from review.rules.rule import rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from settings import Settings
    from settings.workloads import Workload

RESOURCES_PER_STACK = 500


def resources_of(workload: Workload) -> int:
    """Return how many resources of a Workloads stack a workload can need: policy, group, rules that stand alone."""
    sent = workload.egress or ()
    alone = sum(rule.source.workload is not None for rule in workload.ingress)
    alone += sum(2 * (rule.destination.cluster is not None) + (rule.destination.workload is not None) for rule in sent)
    return 1 + workload.has_own_group + alone + len(workload.reaches)


@rule(
    "stack-holds-its-resources",
    "error",
    must="make at most 500 resources in each namespace",
    why="a namespace is a stack, and CloudFormation refuses a template with more",
    source="CloudFormation user guide, Understand CloudFormation quotas",
    fix="let workloads share a policy and a group, or spread them over namespaces",
    paths=("workloads",),
)
def stack_holds_its_resources(settings: Settings) -> Iterator[At]:
    """Find namespaces with too many workloads and rules."""
    counts: collections.Counter[str] = collections.Counter()
    for workload in settings.workloads:
        counts[workload.namespace] += resources_of(workload)
    for namespace, count in counts.items():
        if count + 1 > RESOURCES_PER_STACK:  # the namespace itself
            yield At("workloads", f"about {count + 1} in namespace {namespace}")


RULES = (stack_holds_its_resources,)
