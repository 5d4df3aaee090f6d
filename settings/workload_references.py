"""What must hold between a workload and the rest of the file: its groups, its rules, the names in them."""

from __future__ import annotations

import collections
from typing import TYPE_CHECKING, Any

from settings.problems import Problem, show

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_SOURCES = ("cidr", "security_group_id", "prefix_list_id", "workload", "peer", "cluster")
_SERVICES = ("peer", "security_group_id")


def items(raw: dict[str, Any], key: str) -> list[tuple[int, dict[str, Any]]]:
    """Return the mappings in a list of the file with their places; whatever else stands there is passed over."""
    found = raw.get(key)
    return [(i, item) for i, item in enumerate(found) if isinstance(item, dict)] if isinstance(found, list) else []


def part(raw: Mapping[str, Any], key: str) -> dict[str, Any]:
    """Return a mapping of the file; whatever else stands there is passed over."""
    found = raw.get(key)
    return found if isinstance(found, dict) else {}


def group_of_nodes(raw: Mapping[str, Any]) -> Any:  # noqa: ANN401 (any YAML value)
    """Return the id of the group that `cluster: true` means, where it is known: an existing cluster's."""
    found = part(raw, "existing_cluster")
    return found.get("node_security_group_id") or found.get("security_group_id")


def workloads(raw: dict[str, Any]) -> Iterator[Problem]:
    """Return what is wrong between workloads, their siblings and the peers."""
    peers, nodes = {str(peer.get("name")) for _, peer in items(raw, "peers")}, group_of_nodes(raw)
    groups: dict[str, set[str]] = collections.defaultdict(set)
    for _, workload in items(raw, "workloads"):
        if _has_own_group(workload):
            groups[str(workload.get("namespace"))].add(str(workload.get("name")))
    for i, workload in items(raw, "workloads"):
        path = f"workloads[{i}]"
        if workload.get("pod_labels") is None and workload.get("service_account_labels") is None:
            yield Problem(
                path, "must select pods by pod_labels, service_account_labels or both", "neither", "add the labels"
            )
        if not _has_own_group(workload) and not workload.get("security_group_ids"):
            fix = "add ingress or egress rules, or security_group_ids"
            yield Problem(path, "must have a security group: rules of its own, or ids", "neither", fix)
        for key in ("ingress", "egress", "reaches"):
            yield from _repeated(f"{path}.{key}", items(workload, key), nodes)
        for key, end in (("ingress", "from"), ("egress", "to")):
            for j, rule in items(workload, key):
                yield from _rule(f"{path}.{key}[{j}]", rule, end)
                where, own = f"{path}.{key}[{j}].{end}", str(workload.get("namespace"))
                yield from _end(where, part(rule, end), peers, own, groups)
        yield from _opened_twice(path, workload, nodes)
        for j, reach in items(workload, "reaches"):
            yield from _one_of(f"{path}.reaches[{j}]", reach, _SERVICES)
            yield from _known(f"{path}.reaches[{j}].peer", reach.get("peer"), peers, "a peer of this file")


def _has_own_group(workload: dict[str, Any]) -> bool:
    return bool(workload.get("ingress") or workload.get("egress") is not None or workload.get("reaches"))


def _repeated(path: str, rules: list[tuple[int, dict[str, Any]]], nodes: object) -> Iterator[Problem]:
    """Return rules that EC2 takes for one that is there; it refuses the second one."""
    known: list[dict[str, Any]] = []
    given = {"security_group_id": nodes}
    for i, rule in rules:
        told = {key: {"cluster": True} if nodes and value == given else value for key, value in rule.items()}
        same = {"protocol": "tcp", "to_port": rule.get("port"), **told, "description": None}
        if same in known:
            got = "the same once more" + f", {show(nodes)} is what `cluster: true` means" * (told != rule)
            yield Problem(f"{path}[{i}]", "must not repeat a rule of the list", got, "remove it")
        known.append(same)


def _opened_twice(path: str, workload: dict[str, Any], nodes: object) -> Iterator[Problem]:
    """Return services behind the nodes' group that a rule to the cluster opens too: EC2 refuses the second rule."""
    to_cluster = [ports(rule) for _, rule in items(workload, "egress") if part(rule, "to").get("cluster")]
    for j, reach in items(workload, "reaches"):
        if nodes and reach.get("security_group_id") == nodes and ports(reach) in to_cluster:
            got = f"{show(nodes)}, which is what `cluster: true` means"
            yield Problem(f"{path}.reaches[{j}]", "must not repeat a rule of egress", got, "remove it")


def ports(rule: dict[str, Any]) -> tuple[str, str, str]:
    """Return protocol, "" for tcp, first and last port, as the names of rules have them."""
    protocol, first, last = (rule.get(key) for key in ("protocol", "port", "to_port"))
    return ("" if protocol == "tcp" else str(protocol or "").upper(), str(first), str(last or first))


def _rule(path: str, rule: dict[str, Any], end: str) -> Iterator[Problem]:
    port, last, protocol = rule.get("port"), rule.get("to_port"), rule.get("protocol", "tcp")
    if protocol in ("tcp", "udp") and port is None:
        yield Problem(
            f"{path}.port", f"must be given with {protocol}", "nothing", "add the port, or the first of a range"
        )
    for key, given in (("port", port), ("to_port", last)) if protocol in ("icmp", "all") else ():
        if given is not None:
            yield Problem(f"{path}.{key}", f"must not be there with {protocol}", show(given), "remove it")
    if type(port) is int and type(last) is int and last < port:
        yield Problem(f"{path}.to_port", "must not be below port", f"{port} to {last}", "write the lower port first")
    if isinstance(rule.get(end), dict):
        yield from _one_of(f"{path}.{end}", rule[end], _SOURCES)


def _one_of(path: str, section: Mapping[str, Any], keys: tuple[str, ...]) -> Iterator[Problem]:
    given = [key for key in keys if section.get(key) is not None]
    if len(given) != 1:
        yield Problem(path, f"must have one of {', '.join(keys)}", " and ".join(given) or "none", "give one")


def _end(
    path: str, end: dict[str, Any], peers: set[Any], own: str, groups: Mapping[str, set[str]]
) -> Iterator[Problem]:
    """Return what is wrong with the names in a rule's end; `groups`: by namespace, workloads that have one."""
    workload, namespace = end.get("workload"), end.get("namespace")
    if end.get("peer") is not None:
        yield from _known(f"{path}.peer", end["peer"], peers, "a peer of this file")
    if namespace is not None and workload is None:
        fix = "name one of its workloads, or remove it"
        yield Problem(f"{path}.namespace", "must stand beside a workload", "none", fix)
    elif namespace == own:
        must = "must be another one than the rule's workload is in"
        yield Problem(f"{path}.namespace", must, show(own), "leave it out")
    elif namespace is not None:
        must = "the namespace of a workload with a group of its own"
        yield from _known(f"{path}.namespace", namespace, {*groups} - {own}, must)
    elif isinstance(workload, str) and (
        elsewhere := [of for of, names in groups.items() if workload in names - groups[own]]
    ):
        fix = f"add namespace: {show(elsewhere[0])[1:-1]}, or choose another"
        must = "must name a workload of the same namespace, or one with its namespace"
        yield Problem(f"{path}.workload", must, show(workload), fix)
        return
    if known := groups.get(own if namespace is None else str(namespace)):
        where = "the same" if namespace is None else "that"
        what = f"a workload of {where} namespace with a group of its own"
        yield from _known(f"{path}.workload", workload, known, what)


def _known(path: str, name: object, names: set[Any], what: str) -> Iterator[Problem]:
    if isinstance(name, str) and name not in names:
        choice = ", ".join(sorted(show(n)[1:-1] for n in names if n)) or "there is none"
        yield Problem(path, f"must name {what}", show(name), f"choose from: {choice[:200]}")
