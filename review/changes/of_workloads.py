"""What changes of workloads do: policies count when a pod starts, rules of a group at once."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from review.changes.effect import Effect, Table
from review.changes.of_reaches import waits
from settings.workload_references import group_of_nodes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from review.changes.difference import Difference

_GUIDE = "EKS user guide, Security groups for pods: policies only apply to newly scheduled pods"
_KEPT = Effect("pods", "running pods keep the groups that they started with: restart them, one by one", _GUIDE)
_LEFT = Effect(
    "pods",
    "the workload's own group cannot be deleted while a pod carries it: CloudFormation tries, then leaves it behind. "
    "Restart the pods, and delete it by hand",
    "EC2 API reference, DeleteSecurityGroup; CloudFormation user guide, UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
)


_TWICE = Effect(
    "refused",
    "a rule names the group that it named, by its id instead of as `cluster: true`, or the other way round: the new "
    "one is made before the old is deleted, and EC2 takes no second: the deploy fails. Leave it, or remove it in one "
    "deploy and add it in the next",
    "EC2 API reference, AuthorizeSecurityGroupIngress",
)


_SAME = Effect(
    "nothing",
    "the rules are those that they were: only their order, or the host that `make verify` connects to, is another",
    "environments/schema.json",
)


def _workload(found: Difference) -> Iterator[Effect]:
    if found.before is None:
        yield Effect("pods", "pods that run already and match get these groups when they are restarted", _GUIDE)
        yield from waits(found, {}, found.after)
        return
    namespace = found.before["namespace"]
    if not found.around[1]:
        yield Effect(
            "refused",
            f"without any workload the shared group is exported no longer, which the stack Workloads-{namespace} uses: "
            "the deploy fails unless cdk destroy has named that stack before",
            "CloudFormation user guide, Get exported outputs from a deployed CloudFormation stack",
        )
    if not any(key.startswith(f"{namespace}/") for key in found.around[1]):
        yield Effect(
            "nothing",
            f"the stack Workloads-{namespace} leaves the app, and a deploy does not delete it: its policies stay in "
            "effect until cdk destroy names it",
            "AWS CDK guide, cdk deploy and cdk destroy",
        )
        return
    yield Effect("pods", "running pods keep their groups until they are restarted", _GUIDE)
    if _has_own_group(found.before):
        yield _LEFT


def _rules(found: Difference) -> Iterator[Effect]:
    if _without_hosts(found.before) == _without_hosts(found.after):
        yield _SAME
        return
    if found.path[-1] == "reaches":
        yield from waits(found, *found.around)
    before, after = map(_has_own_group, found.around)
    if _written_otherwise(found):
        yield _TWICE
        return
    if before != after:
        does = "gets a group of its own" if after else "loses its own group"
        yield Effect("pods", f"the policy {does}, and running pods keep what they have: restart them", _GUIDE)
        if before:
            yield _LEFT
        return
    yield Effect(
        "connections",
        "in force at once, for running pods too; a connection that a removed rule had let in may go on until it ends",
        "EC2 user guide, Security group connection tracking",
    )
    if _described_anew(found.before or (), found.after or ()):
        yield Effect(
            "connections",
            "a rule for a range whose description changes is taken away and made again: for a moment nothing new is "
            "let through",
            "aws-cloudformation/cloudformation-coverage-roadmap#2259",
        )


def _without_hosts(rules: Iterable[Mapping[str, Any]] | None) -> set[str] | None:
    """Return rules as texts to compare; left out and empty differ, since an empty `egress` lets nothing out."""
    return None if rules is None else {json.dumps({**rule, "host": None}) for rule in rules}


def _written_otherwise(found: Difference) -> bool:
    """Say whether a rule that names the group of an existing cluster's nodes is another resource for the same rule."""
    one, other = (
        {
            (rule["protocol"], rule["port"], rule["to_port"] or rule["port"], *group)
            for rule in rules or ()
            if (group := _group(rule, nodes))
        }
        for rules, nodes in zip((found.before, found.after), map(group_of_nodes, found.whole), strict=True)
    )
    return any((*rule, not by_id) in one for *rule, by_id in other)


def _group(rule: Mapping[str, Any], nodes: str | None) -> tuple[str | None, bool] | None:
    """Return the id of the group that a rule names, and whether it names it so; None where it names a range or peer."""
    end = rule.get("from") or rule.get("to") or {}
    given = end.get("security_group_id")
    return (given or nodes, bool(given)) if given or end.get("cluster") else None


def _described_anew(before: Iterable[Mapping[str, Any]], after: Iterable[Mapping[str, Any]]) -> bool:
    """Say whether a rule of the group itself has another description; rules between groups change in place."""
    one, other = (
        {json.dumps({**rule, "description": ""}): rule["description"] for rule in rules if _inline(rule)}
        for rules in (before, after)
    )
    return any(other.get(rule, text) != text for rule, text in one.items())


def _inline(rule: Mapping[str, Any]) -> bool:
    end = rule.get("from") or rule.get("to") or {}
    return bool(end.get("cidr") or end.get("peer"))


def _has_own_group(workload: Mapping[str, Any]) -> bool:
    return bool(workload["ingress"] or workload["reaches"]) or workload["egress"] is not None


TABLE: Table = {
    "workloads.*": _workload,
    "workloads.*.pod_labels": _KEPT,
    "workloads.*.service_account_labels": _KEPT,
    "workloads.*.security_group_ids": _KEPT,
    "workloads.*.ingress": _rules,
    "workloads.*.egress": _rules,
    "workloads.*.reaches": _rules,
}
