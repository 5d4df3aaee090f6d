"""What changes of a peer's own side do: its tables and its group, where podnet may change them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from review.changes.effect import Effect, Table
from review.changes.of_peers import OWNERS, back, connects
from review.changes.of_reaches import at_groups

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from review.changes.difference import Difference

Rule = tuple[str, int, str, str]
"""Protocol, port and group of a rule that lets a workload in, and the workload."""
_CFN = "CloudFormation user guide"
AT_PEER = Effect(
    "connections",
    "routes and rules at the peer move to what is named now: connections that only the old ones carried end",
    f"{_CFN}, AWS::EC2::Route and AWS::EC2::SecurityGroupIngress",
)
_BY_HAND = Effect(
    "connections",
    "a return route or a rule that somebody has made there by hand stands in the way, since EC2 takes no second one: "
    "remove it right before the deploy",
    "EC2 API reference, CreateRoute and AuthorizeSecurityGroupIngress",
)
_RULES = Effect(
    "connections",
    "rules at the peer move to the group that is named now; routes back are the VPC owner's",
    f"{_CFN}, AWS::EC2::SecurityGroupIngress; environments/schema.json, peers",
)
_NO_RULE = Effect("nothing", "no workload reaches this peer: there is no rule at its group", "docs/peers.md")
_STAY = Effect(
    "nothing",
    "the rules at the group stay: `reaches` names it by its id, or another peer has it",
    "stacks/workloads_stack.py",
)
_RULE_BY_HAND = Effect(
    "connections",
    "a rule that somebody has made there by hand stands in the way, since EC2 takes no second one: remove it right "
    "before the deploy",
    "EC2 API reference, AuthorizeSecurityGroupIngress",
)
_LEFT = Effect(
    "connections",
    "podnet's rules at the peer's group go: its owner must admit what workloads still reach there, by their range "
    "before the deploy, or by their groups right after it",
    "docs/peers.md",
)
_TABLE = Effect(
    "refused",
    "a table leads back on another way until now, and EC2 takes no second route of it to this VPC before that one is "
    "deleted: the deploy fails. Take it out in one deploy and add it in the next",
    "EC2 API reference, CreateRoute",
)


def _side(found: Difference) -> Iterator[Effect]:
    if not connects(found):
        yield from _of_owners(found)
        return
    if found.path[-1] != "security_group_id" and _of_another_way(found):
        yield _TABLE
        return
    gone, come, stay = _rules(found)
    one, other = (_tables(side) for side in (found.before, found.after))
    if not (one or other or gone or come):
        yield _STAY if stay else _NO_RULE
        return
    yield AT_PEER
    yield from _left(found, gone)
    if other - one or come:
        yield _BY_HAND


def _tables(side: Any) -> set[str]:  # noqa: ANN401  (a side, or one of its values)
    named = side.get("route_table_ids") if isinstance(side, dict) else side
    return {*named} if isinstance(named, (list, tuple)) else set()


def _rules(found: Difference) -> tuple[set[Rule], set[Rule], set[Rule]]:
    """Return the rules at the side's group that go, those that come, and those at either group that stay."""
    one, other = (
        {(*rule, key) for key, workload in _workloads(whole) for rule in at_groups(whole, workload)}
        for whole in found.whole
    )
    before, after = (_group(found, side) for side in (found.before, found.after))
    gone, come, both = one - other, other - one, one & other
    return _at(gone, before), _at(come, after), _at(both, before, after)


def _at(rules: set[Rule], *groups: str | None) -> set[Rule]:
    return {rule for rule in rules if rule[2] in groups}


def _workloads(whole: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for workload in whole["workloads"]:
        yield f"{workload['namespace']}/{workload['name']}", workload


def _of_owners(found: Difference) -> Iterator[Effect]:
    """Tell of an existing cluster's peer: podnet makes rules there alone, where a group is named."""
    if _group(found, found.before) == _group(found, found.after):
        yield OWNERS
        return
    gone, come, stay = _rules(found)
    if not (gone or come):
        yield _STAY if stay else _NO_RULE
        return
    yield _RULES
    yield from _left(found, gone)
    if come:
        yield _RULE_BY_HAND


def _left(found: Difference, gone: set[Rule]) -> Iterator[Effect]:
    """Tell that a peer's owner must do from now on what podnet did."""
    reaches = [reach["peer"] for _, workload in _workloads(found.whole[1]) for reach in workload["reaches"]]
    if gone and not _group(found, found.after) and found.path[1] in reaches:
        yield _LEFT


def _group(found: Difference, side: Any) -> str | None:  # noqa: ANN401  (a side, or one of its values)
    named = side.get("security_group_id") if isinstance(side, dict) else side
    return str(named) if named and found.path[-1] != "route_table_ids" else None


def _of_another_way(found: Difference) -> bool:
    """Say whether a peer's new table had a route back already, through another connection or gateway."""
    after, *_ = (back(peer) for peer in found.whole[1]["peers"] if peer["name"] == found.path[1])
    return any(one[0] != after[0] and one[1] & after[1] for one in map(back, found.whole[0]["peers"]))


TABLE: Table = {"peers.*.peer_side": _side}
