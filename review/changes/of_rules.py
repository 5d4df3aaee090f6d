"""What changes of a workload's rules do: they count at once, whereas a policy counts when a pod starts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from review.changes import of_reaches
from review.changes.between_namespaces import group_goes
from review.changes.effect import Effect
from review.changes.of_reaches import ANEW, IN_FORCE, is_kept_in, waits
from review.changes.workload_rules import by_range, described_anew, end_of, ports
from settings.workload_references import group_of_nodes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from review.changes.difference import Difference

GUIDE = "EKS user guide, Security groups for pods: policies only apply to newly scheduled pods"
LEFT = Effect(
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
    "the rules are those that they were: only their order, how a port is written, or the host that `make verify` "
    "connects to is another",
    "environments/schema.json",
)
_AS_BEFORE = Effect(
    "nothing",
    "the same rules are made: what is let through is so already, by another rule too, or is written in another way, as "
    "a peer's range or under another name of the peer",
    "stacks/workloads_stack.py",
)


def rules(found: Difference) -> Iterator[Effect]:
    """Tell of other rules of a workload."""
    if _texts(found.before) == _texts(found.after):
        yield _SAME
        return
    if found.path[-1] == "reaches":
        yield from waits(found, *found.around)
    before, after = map(has_own_group, found.around)
    if _written_otherwise(found):
        yield _TWICE
        return
    if before != after:
        does = "gets a group of its own" if after else "loses its own group"
        yield Effect("pods", f"the policy {does}, and running pods keep what they have: restart them", GUIDE)
        if before:
            yield LEFT
            yield from group_goes(found.whole[0], found.around[0])
        return
    if found.path[-1] == "reaches":
        yield from of_reaches.rules(found)
        return
    one, other = (
        map(of_reaches.sent, found.whole, found.around)
        if found.path[-1] == "egress"
        else map(by_range, found.whole, (found.before, found.after))
    )
    if one == other and _to_groups(found.before) == _to_groups(found.after):
        yield _AS_BEFORE
        return
    yield IN_FORCE
    if described_anew(one, other):
        yield ANEW


def _texts(rules: Iterable[Mapping[str, Any]] | None) -> set[str] | None:
    """Return rules as texts to compare; left out and empty differ, since an empty `egress` lets nothing out."""
    return None if rules is None else {json.dumps(_made(rule)) for rule in rules}


def _to_groups(rules: Iterable[Mapping[str, Any]] | None) -> set[str] | None:
    return _texts([rule for rule in rules or () if not _inline(rule)])


def _made(rule: Mapping[str, Any]) -> dict[str, Any]:
    last = {"to_port": rule["to_port"] or rule["port"]} if "to_port" in rule else {}  # a reach has one port
    return {**rule, "host": None, **last}


def _written_otherwise(found: Difference) -> bool:
    """Say whether a rule that names the group of an existing cluster's nodes is another resource for the same rule."""
    sides = zip(found.around, map(group_of_nodes, found.whole), strict=True)
    one, other = ({*_with_groups(workload, found.path[-1], nodes)} for workload, nodes in sides)
    return any((*rule, not by_id) in one - other for *rule, by_id in other - one)


def _with_groups(workload: Mapping[str, Any], key: str, nodes: str | None) -> Iterator[tuple[Any, ...]]:
    """Yield each rule that names a group: where it stands, protocol, ports, the group, and whether by its id.

    Those of `egress` and `reaches` meet.
    """
    received = key == "ingress"
    for rule in workload["ingress" if received else "egress"] or ():
        end = end_of(rule)
        given = end.get("security_group_id")
        if given or end.get("cluster"):
            yield "own", *ports(rule), given or nodes, bool(given)
        if end.get("cluster") and not received:
            yield "there", *ports(rule), nodes, False
    for reach in () if received else workload["reaches"]:
        if given := reach["security_group_id"]:
            yield "there", *ports(reach), given, True
            if is_kept_in(workload):
                yield "own", *ports(reach), given, True


def _inline(rule: Mapping[str, Any]) -> bool:
    end = end_of(rule)
    return bool(end.get("cidr") or end.get("peer"))


def has_own_group(workload: Mapping[str, Any]) -> bool:
    """Say whether podnet makes a group for it."""
    return bool(workload["ingress"] or workload["reaches"]) or workload["egress"] is not None
