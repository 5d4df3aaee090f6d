"""Rules between workloads of two namespaces: the stack of the later one imports the id of the earlier one's group."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from review.changes.effect import Effect
from review.changes.workload_rules import end_of, rules_of
from settings.alike import some

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_EXPORTS = "CloudFormation user guide, Get exported outputs from a deployed CloudFormation stack"


def group_goes(whole: Mapping[str, Any], workload: Mapping[str, Any]) -> Iterator[Effect]:
    """Tell that a workload's group cannot go in the deploy that takes away a later stack's rule; `whole`: as it was."""
    here = workload["namespace"], workload["name"]
    for later in sorted({pair[1][0] for pair in _pairs(whole) if pair[0] == here}):
        yield Effect(
            "refused",
            f"rules of the stack Workloads-{later} use its group's id, and an export in use cannot go: the deploy "
            "fails unless that stack happens to be updated first. Take the rules out in one deploy, this in the next",
            _EXPORTS,
        )


def exports_go(before: Mapping[str, Any], after: Mapping[str, Any], namespace: str) -> Iterator[Effect]:
    """Tell that a single namespace that is left exports no more, where the stack of `namespace` has such rules."""
    left = {workload["namespace"] for workload in after["workloads"]}
    if len(left) == 1 and any((pair[0][0], pair[1][0]) == (*left, namespace) for pair in _pairs(before)):
        yield Effect(
            "refused",
            f"rules of the stack Workloads-{namespace}, which stays, use ids of groups that {', '.join(left)} exports "
            "no longer: the deploy fails. Destroy that stack before, or take its rules out in a deploy before",
            _EXPORTS,
        )


def others_go_along(whole: Mapping[str, Any], namespace: str) -> Iterator[Effect]:
    """Tell that `cdk destroy` takes stacks along that need the one of `namespace`; `whole`: as it was."""
    needs = {(pair[0][0], pair[1][0]) for pair in _pairs(whole)}
    along, found = set[str](), {namespace}
    while found := {later for earlier, later in needs if earlier in found} - along:
        along |= found
    if along:
        stacks = some([f"Workloads-{one}" for one in sorted(along)], most=5)
        yield Effect(
            "pods",
            f"cdk destroy of Workloads-{namespace} destroys {stacks} too, since rules there need its groups: take "
            "the rules that name its workloads out in a deploy before that",
            "AWS CDK guide, cdk deploy and cdk destroy",
        )


def _pairs(whole: Mapping[str, Any]) -> Iterator[list[tuple[str, str]]]:
    """Yield both workloads of each rule between namespaces, as (namespace, name), the earlier namespace's first."""
    for workload in whole["workloads"]:
        for end in map(end_of, rules_of([workload])):
            if end["namespace"]:
                yield sorted([(workload["namespace"], workload["name"]), (end["namespace"], end["workload"])])
