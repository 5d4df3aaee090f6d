"""The review for the terminal, and for a comment of a pull request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from review.changes import lines
from review.content import alike_findings
from settings.alike import also, place

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_TITLE, _VERDICT = 58, 10


def text(content: Mapping[str, Any]) -> str:
    """Return findings, needed flows, variables, what the nodes carry, what runs already, permissions and stacks."""
    changes = ["", *lines(content["changes"])] if content["changes"] else []
    parts = (_findings, _flows, _variables, _capacity, _running, _permissions, _stacks)
    return "\n".join([*_head(content), *changes, *(line for part in parts for line in part(content))])


def _head(content: Mapping[str, Any]) -> Iterator[str]:
    facts = content["facts"]
    yield f"{content['environment']}: account {content['account']}, {content['region']}"
    yield ", ".join(f"{name} {facts[name]}" for name in ("kubernetes", "VPC CNI", "enforcing mode", "external SNAT"))
    yield f"node cache {facts['node cache']}; VPC {facts['VPC']}; peers: {facts['peers']}"


def _findings(content: Mapping[str, Any]) -> Iterator[str]:
    counts = content["summary"]
    yield ""
    yield (
        f"Rules: {counts['rules']} checked, errors {counts['errors']}, warnings {counts['warnings']}, "
        f"acknowledged {counts['acknowledged']}"
    )
    for found, *others in alike_findings(content):
        mark = "acknowledged" if found["acknowledged"] else found["severity"]
        where = place(found["path"], found["owner"])
        yield f"  {mark} {found['rule']}: {where} must {found['must']}, got {found['got']}"
        yield f"    {'reason' if found['acknowledged'] else 'fix'}: {found['acknowledged'] or found['fix']}"
        yield from also(found["got"], [(place(one["path"], one["owner"]), one["got"]) for one in others])


def _flows(content: Mapping[str, Any]) -> Iterator[str]:
    yield ""
    yield "Flows that are needed; an SGP pod has security groups of its own, a plain pod has its node's:"
    yield "  (works: where these groups allow it, and the routes that others make are there;"
    yield "  unfiltered: works, judged by no security group; fails: in any case)"
    for flow in content["flows"]:
        if flow["needed_by"]:
            judged = ", then ".join(flow["judges"]) or "no security group"
            yield f"  {flow['verdict']:{_VERDICT}}  {flow['title']:{_TITLE}}  seen as {flow['source']}; {judged}"
    others = [flow for flow in content["flows"] if flow["verdict"] == "fails" and not flow["needed_by"]]
    if others:
        yield "Flows that fail, and that nothing here is known to need:"
        yield from (f"  {flow['title']}: {flow['why']}" for flow in others)


def _variables(content: Mapping[str, Any]) -> Iterator[str]:
    yield ""
    yield "Variables of aws-node:"
    for row in content["variables"]:
        yield f"  {row['container']} {row['variable']}={row['value'][:200]}"


def _permissions(content: Mapping[str, Any]) -> Iterator[str]:
    yield ""
    yield "In the cluster (the page that `make synth` writes has the IAM roles too):"
    for row in content["permissions"]:
        yield f"  {row['who']}: {row['may']}"


def _capacity(content: Mapping[str, Any]) -> Iterator[str]:
    if content["capacity"]:
        yield ""
        yield "Pods with groups of their own, for each node and for the group at its fewest, wanted and most nodes:"
    for row in content["capacity"]:
        if row["branch"] is None:
            yield f"  {row['group']}, {row['type']}: not known, the table of trunk limits lacks this type"
            continue
        totals = " / ".join(map(str, row["branch_in_group"]))
        beside = f"beside {row['plain_pods']} plain ones, max pods {row['max_pods']}"
        yield f"  {row['group']}, {row['type']}: {row['branch']} a node ({beside}); {totals} in the group"


def _running(content: Mapping[str, Any]) -> Iterator[str]:
    if content["running"]:
        yield ""
        yield "What runs in the cluster already:"
    for row in content["running"]:
        yield f"  {row['what']}"
        yield f"    {row['then']}: {row['command']}"


def _stacks(content: Mapping[str, Any]) -> Iterator[str]:
    yield ""
    yield f"Stacks: {', '.join(part['stack'] for part in content['created'])}"
