"""What CloudFormation calls rules that name a group: two of one name in a stack end its synthesis."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from settings.problems import Problem
from settings.workload_references import items, part, ports

if TYPE_CHECKING:
    from collections.abc import Iterator

_RULE = "must be told from every other rule by letters and digits: CloudFormation's names hold nothing else"
_FIX = (
    "give one of the workloads, or its namespace, a name that differs by more than hyphens and is not cluster, or "
    "choose other ports"
)
# ends that make a rule a resource of its own; ranges do not
_GROUPS = ("workload", "security_group_id", "prefix_list_id", "cluster")


def rule_names(raw: dict[str, Any]) -> Iterator[Problem]:
    """Return rules whose names differ in nothing but what CloudFormation leaves out of a name."""
    known: dict[tuple[str, str], tuple[str, tuple[str, ...]]] = {}
    for path, stack, kind, words in _named(raw):
        name = stack, re.sub("[^A-Za-z0-9]", "", "".join(words))
        first, other = known.setdefault(name, (path, (kind, *words)))
        if other != (kind, *words):
            yield Problem(path, _RULE, f"the name of {first}", _FIX)


def _named(raw: dict[str, Any]) -> Iterator[tuple[str, str, str, tuple[str, ...]]]:
    """Yield path, namespace of the stack, kind of the other group, and the words of the name, of each such rule."""
    at_peers = {
        str(peer.get("name")): part(peer, "peer_side").get("security_group_id") for _, peer in items(raw, "peers")
    }
    for i, workload in items(raw, "workloads"):
        name, namespace = str(workload.get("name")), str(workload.get("namespace"))
        for key, end in (("ingress", "from"), ("egress", "to")):
            for j, rule in items(workload, key):
                for kind in _GROUPS:
                    if other := part(rule, end).get(kind):
                        there = part(rule, end).get("namespace")
                        near = "cluster" if kind == "cluster" else str(other)
                        ends = (f"{namespace}/{name}", end, f"{there}/{other}") if there else (name, end, near)
                        stack = max(namespace, str(there or ""))
                        yield f"workloads[{i}].{key}[{j}]", stack, kind, (*ends, *ports(rule))
        for j, reach in items(workload, "reaches"):
            path, given = f"workloads[{i}].reaches[{j}]", reach.get("security_group_id")
            if target := given or at_peers.get(str(reach.get("peer"))):
                yield path, namespace, "", (str(target), "from", name, *ports(reach))
            if given:
                yield path, namespace, "security_group_id", (name, "to", str(given), *ports(reach))
