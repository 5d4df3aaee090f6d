"""What must hold between parts of the file: pairs that exclude each other, names that must exist, names used twice.

These checks look at the plain mapping, before its values are known to be well formed, so that one run tells everything.
"""

from __future__ import annotations

import collections
from typing import TYPE_CHECKING, Any

from settings.problems import Problem, show

if TYPE_CHECKING:
    from collections.abc import Iterator

_SETTINGS_OF = {
    "AWS_VPC_K8S_CNI_EXCLUDE_SNAT_CIDRS": "exclude_snat_cidrs",
    "AWS_VPC_K8S_CNI_EXTERNALSNAT": "external_snat",
    "DISABLE_TCP_EARLY_DEMUX": "disable_tcp_early_demux",
    "ENABLE_POD_ENI": None,
    "POD_SECURITY_GROUP_ENFORCING_MODE": "enforcing_mode",
}
_SOURCES = ("cidr", "security_group_id", "workload", "peer", "cluster")


def check(raw: dict[str, Any]) -> list[Problem]:
    """Return the problems between parts; parts of the wrong type are passed over, their form is told elsewhere."""
    parts = (_pairs, _unique, _workloads, _node_groups, _existing_network, _variables)
    return [problem for part in parts for problem in part(raw)]


def _items(raw: dict[str, Any], key: str) -> list[tuple[int, dict[str, Any]]]:
    found = raw.get(key)
    return [(i, item) for i, item in enumerate(found) if isinstance(item, dict)] if isinstance(found, list) else []


def _pairs(raw: dict[str, Any]) -> Iterator[Problem]:
    for new in ("network", "cluster"):
        given = [key for key in (new, f"existing_{new}") if raw.get(key) is not None]
        if len(given) != 1:
            yield Problem(
                new, f"must be given, or else existing_{new}", " and ".join(given) or "neither", "give one of the two"
            )
    if raw.get("existing_cluster") is not None and isinstance(raw.get("network"), dict):
        yield Problem(
            "network", "must not be there with existing_cluster", "both", "describe its VPC as existing_network"
        )


def _unique(raw: dict[str, Any]) -> Iterator[Problem]:
    for key, of in (("peers", ("name",)), ("node_groups", ("name",)), ("workloads", ("namespace", "name"))):
        names = [(i, tuple(item.get(part) for part in of)) for i, item in _items(raw, key)]
        counts = collections.Counter(str(name) for _, name in names)
        for i, name in names:
            if counts[str(name)] > 1 and None not in name:
                yield Problem(
                    f"{key}[{i}].name", "must be used once", show("/".join(map(str, name))), "take another name"
                )


def _node_groups(raw: dict[str, Any]) -> Iterator[Problem]:
    if raw.get("existing_cluster") is not None and raw.get("node_groups"):
        yield Problem(
            "node_groups", "must not be there with existing_cluster", "node groups", "its owner makes its nodes"
        )
    if raw.get("cluster") is not None and not raw.get("node_groups"):
        yield Problem("node_groups", "must hold at least one group", "none", "add a group of trunk-capable instances")
    for i, group in _items(raw, "node_groups"):
        sizes = [group.get("min_size", 1), group.get("desired_size", 2), group.get("max_size", 3)]
        if all(type(size) is int for size in sizes) and sizes != sorted(sizes):
            got = "min {}, desired {}, max {}".format(*sizes)
            yield Problem(f"node_groups[{i}]", "must have min_size <= desired_size <= max_size", got, "mend the sizes")


def _existing_network(raw: dict[str, Any]) -> Iterator[Problem]:
    network = raw.get("existing_network")
    if not isinstance(network, dict):
        return
    subnets = network.get("private_subnet_ids")
    for key in ("availability_zones", "private_route_table_ids"):
        other = network.get(key)
        if isinstance(subnets, list) and isinstance(other, list) and other and len(other) != len(subnets):
            got = f"{len(other)} for {len(subnets)} subnets"
            yield Problem(
                f"existing_network.{key}", "must have one entry for each private subnet", got, "same order, same length"
            )
    if raw.get("cluster") is not None and _items(raw, "peers") and not network.get("private_route_table_ids"):
        fix = "list the route table of each private subnet"
        yield Problem("existing_network.private_route_table_ids", "must be given where there are peers", "none", fix)


def _variables(raw: dict[str, Any]) -> Iterator[Problem]:
    section = raw.get("pod_networking")
    env = section.get("env") if isinstance(section, dict) else None
    if not isinstance(env, dict):
        return
    for name in sorted(set(env) & set(_SETTINGS_OF)):
        setting = _SETTINGS_OF[name]
        fix = f"use pod_networking.{setting}" if setting else "remove it: podnet always sets it to true"
        yield Problem(f"pod_networking.env.{name}", "must not be set here", show(env[name]), fix)


def _workloads(raw: dict[str, Any]) -> Iterator[Problem]:
    peers = {str(peer.get("name")) for _, peer in _items(raw, "peers")}
    siblings: dict[Any, set[Any]] = collections.defaultdict(set)
    for _, workload in _items(raw, "workloads"):
        if _has_own_group(workload):
            siblings[str(workload.get("namespace"))].add(str(workload.get("name")))
    for i, workload in _items(raw, "workloads"):
        path = f"workloads[{i}]"
        if workload.get("pod_labels") is None and workload.get("service_account_labels") is None:
            yield Problem(
                path, "must select pods by pod_labels, service_account_labels or both", "neither", "add the labels"
            )
        if not _has_own_group(workload) and not workload.get("security_group_ids"):
            fix = "add ingress or egress rules, or security_group_ids"
            yield Problem(path, "must have a security group: rules of its own, or ids", "neither", fix)
        for key, end in (("ingress", "from"), ("egress", "to")):
            for j, rule in _items(workload, key):
                known = siblings[str(workload.get("namespace"))]
                yield from _rule(f"{path}.{key}[{j}]", rule, end, peers, known)
        for j, reach in _items(workload, "reaches"):
            yield from _known(f"{path}.reaches[{j}].peer", reach.get("peer"), peers, "a peer of this file")


def _has_own_group(workload: dict[str, Any]) -> bool:
    return bool(workload.get("ingress") or workload.get("egress") is not None or workload.get("reaches"))


def _rule(path: str, rule: dict[str, Any], end: str, peers: set[Any], siblings: set[Any]) -> Iterator[Problem]:
    port, last, protocol = rule.get("port"), rule.get("to_port"), rule.get("protocol", "tcp")
    if protocol in ("tcp", "udp") and port is None:
        yield Problem(
            f"{path}.port", f"must be given with {protocol}", "nothing", "add the port, or the first of a range"
        )
    if protocol in ("icmp", "all") and (port is not None or last is not None):
        yield Problem(f"{path}.port", f"must not be there with {protocol}", show(port), "remove it")
    if type(port) is int and type(last) is int and last < port:
        yield Problem(f"{path}.to_port", "must not be below port", f"{port} to {last}", "write the lower port first")
    other = rule.get(end)
    if isinstance(other, dict):
        given = [key for key in _SOURCES if other.get(key) is not None]
        if len(given) != 1:
            yield Problem(
                f"{path}.{end}", f"must have one of {', '.join(_SOURCES)}", " and ".join(given) or "none", "give one"
            )
        if other.get("peer") is not None:
            yield from _known(f"{path}.{end}.peer", other["peer"], peers, "a peer of this file")
        if other.get("workload") is not None:
            what = "a workload of the same namespace with a group of its own"
            yield from _known(f"{path}.{end}.workload", other["workload"], siblings, what)


def _known(path: str, name: object, names: set[Any], what: str) -> Iterator[Problem]:
    if isinstance(name, str) and name not in names:
        choice = ", ".join(sorted(str(n) for n in names if n)) or "there is none"
        yield Problem(path, f"must name {what}", show(name), f"choose from: {choice[:200]}")
