"""Which pods get which groups, and what those groups allow: a row for each workload."""

from __future__ import annotations

from typing import TYPE_CHECKING

from review.uses import ports

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from settings import Settings
    from settings.network import RuleSource
    from settings.workloads import Workload


def workloads(settings: Settings) -> list[dict[str, object]]:
    """Return [{name, pods, groups, receives, sends}], sorted by name.

    `pods` are the labels that select them; `receives` and `sends` have a sentence for each port, with everybody that
    it is open to.
    """
    nodes = "the nodes" if settings.node_security_group_id else "the cluster"
    probes = [("tcp", f"{nodes}, by the shared group")] if settings.pod_networking.enforcing_mode == "strict" else []
    rows: list[dict[str, object]] = [
        {
            "name": f"{workload.namespace}/{workload.name}",
            "pods": list(_labels(workload)),
            "groups": ["shared", *["own"] * workload.has_own_group, *workload.security_group_ids],
            "receives": _joined([*((ports(rule), _end(rule.source, nodes)) for rule in workload.ingress), *probes]),
            "sends": list(_sends(workload, nodes)),
        }
        for workload in settings.workloads
    ]
    return sorted(rows, key=lambda row: str(row["name"]))


def _labels(workload: Workload) -> Iterator[str]:
    yield from (f"{key}={value}" for key, value in (workload.pod_labels or {}).items())
    for key, value in (workload.service_account_labels or {}).items():
        yield f"{key}={value} of the service account"


def _sends(workload: Workload, nodes: str) -> Iterator[str]:
    if not workload.has_own_group:
        return
    if workload.sends_everything:
        yield "everything to everybody"
    rules = [(ports(rule), _end(rule.destination, nodes)) for rule in workload.egress or ()]
    for reach in workload.reaches:
        host = f" ({reach.host})" if reach.host else ""
        end = reach.security_group_id or f"peer {reach.peer}"
        rules.append((f"{reach.protocol} {reach.port}", f"{end}{host}"))
    yield from _joined(rules)


def _joined(rules: Sequence[tuple[str, str]]) -> list[str]:
    """Return a sentence for each port: `tcp 443: 10.0.0.0/8, peer data`."""
    ends: dict[str, list[str]] = {}
    for port, end in rules:
        ends.setdefault(port, []).append(end)
    return [f"{port}: {', '.join(dict.fromkeys(found))}" for port, found in ends.items()]


def _end(end: RuleSource, nodes: str) -> str:
    if end.cluster:
        return nodes
    if end.workload:
        return f"{end.namespace}/{end.workload}" if end.namespace else end.workload
    return f"peer {end.peer}" if end.peer else str(end.cidr or end.security_group_id or end.prefix_list_id)
