"""Rules about workloads that name each other: both ends must let a connection pass."""

from __future__ import annotations

from typing import TYPE_CHECKING

from review.flows.conditions import overlapping
from review.ranges import of_vpc
from review.rules.at import At
from review.rules.rule import rule
from review.uses import ports

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from settings import Settings
    from settings.network import RuleSource
    from settings.workloads import EgressRule, Rule, Workload

    _Passes = Callable[[Settings, Workload, Rule | EgressRule, Workload], bool]

_WHY = "each end of a connection is judged by its own group: between nodes it times out where one of them has no rule"
_SOURCE = "VPC user guide, Security group rules; EKS user guide, Security groups for pods"


def _meet(one: Rule | EgressRule, other: Rule | EgressRule) -> bool:
    """Return whether two rules have a protocol and a port in common."""
    if "all" in (one.protocol, other.protocol):
        return True
    first, last = max(one.port or 0, other.port or 0), min(*(rule.to_port or rule.port or 0 for rule in (one, other)))
    return one.protocol == other.protocol and first <= last


def _may_be(settings: Settings, end: RuleSource, who: Workload, near: str) -> bool:
    """Return whether a rule's end is a workload, or may be: a range of the VPC, a group or a list that others keep.

    `near` is the namespace of the workload that has the rule.
    """
    of_pods = end.cidr and any(overlapping(end.cidr, found.cidr) for found in of_vpc(settings))
    is_it = (end.namespace or near, end.workload) == (who.namespace, who.name)
    return bool(is_it or end.security_group_id or end.prefix_list_id or of_pods)


@rule(
    "workloads-let-each-other-pass",
    "warning",
    must="be a rule that the other workload answers with one of its own",
    why=_WHY,
    source=_SOURCE,
    fix="add the ingress, or the egress, to the other workload; or remove the rule",
    paths=("workloads[].ingress", "workloads[].egress"),
)
def workloads_let_each_other_pass(settings: Settings) -> Iterator[At]:
    """Find rules to, or from, a workload whose own group lets nothing of the kind pass."""
    known = {(workload.namespace, workload.name): workload for workload in settings.workloads}
    for i, workload in enumerate(settings.workloads):
        for path, one, end, passes, told in _both_ways(workload):
            other = known.get((end.namespace or workload.namespace, end.workload or ""))
            if other and not other.security_group_ids and not passes(settings, other, one, workload):
                yield At(f"workloads[{i}].{path}", f"{ports(one)} {told.format(_name(end))}")


def _name(end: RuleSource) -> str:
    return f"{end.namespace}/{end.workload}" if end.namespace else str(end.workload)


def _both_ways(workload: Workload) -> Iterator[tuple[str, Rule | EgressRule, RuleSource, _Passes, str]]:
    """Yield path, rule, end, what the other end must answer yes to, and the words where it does not."""
    for j, sent in enumerate(workload.egress or ()):
        yield f"egress[{j}]", sent, sent.destination, _receives, "to {}, which admits none of it"
    for j, received in enumerate(workload.ingress):
        yield f"ingress[{j}]", received, received.source, _sends, "from {}, which sends none of it"


def _receives(settings: Settings, other: Workload, sent: Rule | EgressRule, who: Workload) -> bool:
    return any(_meet(one, sent) and _may_be(settings, one.source, who, other.namespace) for one in other.ingress)


def _sends(settings: Settings, other: Workload, received: Rule | EgressRule, who: Workload) -> bool:
    rules = (one for one in other.egress or () if _meet(one, received))
    return other.sends_everything or any(_may_be(settings, one.destination, who, other.namespace) for one in rules)


RULES = (workloads_let_each_other_pass,)
