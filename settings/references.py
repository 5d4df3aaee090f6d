"""What must hold between parts of the file: pairs that exclude each other, names that must exist, names used twice.

These checks look at the plain mapping, before its values are known to be well formed, so that one run tells everything.
"""

from __future__ import annotations

import collections
from typing import TYPE_CHECKING, Any

from settings import lists
from settings.problems import Problem, show
from settings.rule_names import rule_names
from settings.workload_references import items, part, workloads

if TYPE_CHECKING:
    from collections.abc import Iterator

SETTINGS_OF = {  # variable: the setting that sets it; None where nothing else is ever set
    "AWS_VPC_K8S_CNI_EXCLUDE_SNAT_CIDRS": "exclude_snat_cidrs",
    "AWS_VPC_K8S_CNI_EXTERNALSNAT": "external_snat",
    "DISABLE_TCP_EARLY_DEMUX": "disable_tcp_early_demux",
    "ENABLE_POD_ENI": None,
    "POD_SECURITY_GROUP_ENFORCING_MODE": "enforcing_mode",
}


def check(raw: dict[str, Any]) -> list[Problem]:
    """Return the problems between parts; parts of the wrong type are passed over, their form is told elsewhere."""
    own = (_pairs, _unique, _node_groups, _existing_network, _peers, _variables)
    return [problem for part in (*own, *lists.PARTS, workloads, rule_names) for problem in part(raw)]


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
        names = [(i, tuple(item.get(part) for part in of)) for i, item in items(raw, key)]
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
    for i, group in items(raw, "node_groups"):
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
    if raw.get("cluster") is not None and items(raw, "peers") and not network.get("private_route_table_ids"):
        fix = "list the route table of each private subnet"
        yield Problem("existing_network.private_route_table_ids", "must be given where there are peers", "none", fix)


def _peers(raw: dict[str, Any]) -> Iterator[Problem]:
    for i, peer in items(raw, "peers"):
        given = [key for key in ("vpc_id", "transit_gateway_id") if peer.get(key) is not None]
        if len(given) != 1:
            got = " and ".join(given) or "neither"
            yield Problem(f"peers[{i}].vpc_id", "must be given, or else transit_gateway_id", got, "give one of the two")
        network, vpc = raw.get("existing_network"), peer.get("vpc_id")
        if isinstance(network, dict) and vpc is not None and vpc == network.get("vpc_id"):
            fix = "a VPC is no peer of its own: remove it, or mend the id"
            yield Problem(f"peers[{i}].vpc_id", "must be another VPC than existing_network's", show(vpc), fix)
        if vpc is not None and vpc in [other.get("vpc_id") for _, other in items(raw, "peers")[:i]]:
            fix = "two VPCs have one connection: keep one peer, with its other ranges as further_cidrs"
            yield Problem(f"peers[{i}].vpc_id", "must be used once", show(vpc), fix)
        there, group = part(raw, "existing_cluster"), part(peer, "peer_side").get("security_group_id")
        if group is not None and group in (there.get("security_group_id"), there.get("node_security_group_id")):
            must = "must be a group of the peer, not one of the cluster"
            fix = "name that of the peer's servers; for the cluster's own nodes, egress to cluster"
            yield Problem(f"peers[{i}].peer_side.security_group_id", must, show(group), fix)


def _variables(raw: dict[str, Any]) -> Iterator[Problem]:
    section = raw.get("pod_networking")
    env = section.get("env") if isinstance(section, dict) else None
    if not isinstance(env, dict):
        return
    for name in sorted(set(env) & set(SETTINGS_OF)):
        setting = SETTINGS_OF[name]
        fix = f"use pod_networking.{setting}" if setting else "remove it: podnet always sets it to true"
        yield Problem(f"pod_networking.env.{name}", "must not be set here", show(env[name]), fix)
