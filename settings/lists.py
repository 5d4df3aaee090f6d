"""What must hold in lists of the file: nothing twice that AWS takes once, nothing that has no effect."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from settings.problems import Problem, show
from settings.workload_references import items

if TYPE_CHECKING:
    from collections.abc import Iterator

_ONCE = (
    ("cluster", "admin_role_arns"),
    ("cluster", "log_types"),
    ("network", "interface_endpoints"),
    ("existing_network", "private_subnet_ids"),
)


def _repetitions(raw: dict[str, Any]) -> Iterator[Problem]:
    """Return what AWS refuses because it stands twice."""
    for section, key in _ONCE:
        yield from _repeated(f"{section}.{key}", _list(raw.get(section), key), set())


def _instance_types(raw: dict[str, Any]) -> Iterator[Problem]:
    """Return types that a node group has twice: `Cannot add same instance type override more than once`.

    So says Auto Scaling, which EKS makes the nodes with (terraform-aws-modules/terraform-aws-eks#368).
    """
    for i, group in items(raw, "node_groups"):
        yield from _repeated(f"node_groups[{i}].instance_types", _list(group, "instance_types"), set())


def _further_ranges(raw: dict[str, Any]) -> Iterator[Problem]:
    """Return ranges of a VPC that stand twice, beside its first one or among each other."""
    peers = {f"peers[{i}]": peer for i, peer in items(raw, "peers")}
    for path, part in {"existing_network": raw.get("existing_network"), **peers}.items():
        if isinstance(part, dict):
            yield from _repeated(f"{path}.further_cidrs", _list(part, "further_cidrs"), {str(part.get("cidr"))})


def _ranges_of_vpcs(raw: dict[str, Any]) -> Iterator[Problem]:
    """Return ranges of peers that no VPC can have; behind a gateway lie hosts too (VPC user guide, VPC CIDR blocks)."""
    for i, peer in items(raw, "peers"):
        further = enumerate(_list(peer, "further_cidrs"))
        ranges = {"cidr": peer.get("cidr"), **{f"further_cidrs[{j}]": cidr for j, cidr in further}}
        for key, cidr in ranges.items() if peer.get("vpc_id") is not None else ():
            if re.fullmatch(r"[0-9.]{7,15}/(?:29|3[0-2])", str(cidr)):
                fix = "write the VPC's own range; a host beyond a gateway has transit_gateway_id in place of vpc_id"
                yield Problem(f"peers[{i}].{key}", "must be a range of /28 or wider, as VPCs have", show(cidr), fix)


def _repeated(path: str, values: list[Any], seen: set[str]) -> Iterator[Problem]:
    for i, value in enumerate(values):
        if isinstance(value, str) and value in seen:
            yield Problem(f"{path}[{i}]", "must be named once", show(value), "remove the repetition")
        seen.add(str(value))


def _administrators(raw: dict[str, Any]) -> Iterator[Problem]:
    """Return roles that would be refused an access entry: one has it already, another one is none without its path."""
    for i, role in enumerate(_list(raw.get("cluster"), "admin_role_arns")):
        if isinstance(role, str) and "-cfn-exec-role-" in role:
            fix = "remove it: the role that makes a cluster is its administrator from the start"
            yield Problem(f"cluster.admin_role_arns[{i}]", "must not be CloudFormation's own role", show(role), fix)
        # EKS answers `The specified principalArn is invalid` (terraform-aws-modules/terraform-aws-eks#2969)
        if isinstance(role, str) and "role/AWSReservedSSO_" in role:
            name = show(role.rpartition("/")[2])[1:-1]
            fix = f"copy the whole ARN: aws iam get-role --role-name {name} --query Role.Arn"
            rule = "must have its path, role/aws-reserved/…, as a role of IAM Identity Center"
            yield Problem(f"cluster.admin_role_arns[{i}]", rule, show(role), fix)


def _endpoint_ranges(raw: dict[str, Any]) -> Iterator[Problem]:
    """Return ranges for an endpoint that nobody outside the VPC reaches."""
    ranges = _list(raw.get("cluster"), "endpoint_cidrs")
    if ranges and raw["cluster"].get("endpoint") == "private":
        rule = "must not be there with endpoint: private, which no range outside the VPC reaches"
        fix = "remove it, or write endpoint: public"
        yield Problem("cluster.endpoint_cidrs", rule, show(", ".join(map(str, ranges)))[1:-1], fix)


def _return_tables(raw: dict[str, Any]) -> Iterator[Problem]:
    """Return tables of peers that would get two routes back; those of peers behind one gateway share theirs."""
    known: dict[str, tuple[str, str]] = {}
    for i, peer in items(raw, "peers") if raw.get("cluster") is not None else ():
        way = str(peer.get("vpc_id") or peer.get("transit_gateway_id"))
        for j, table in enumerate(_list(peer.get("peer_side"), "route_table_ids")):
            path = f"peers[{i}].peer_side.route_table_ids[{j}]"
            first, other = known.setdefault(str(table), (path, way))
            if other != way:
                fix = "EC2 takes one route of a table to this VPC: remove it where packets shall not go"
                yield Problem(path, "must not be a table of a peer on another way", f"{show(table)}, as {first}", fix)


def _list(section: object, key: str) -> list[Any]:
    values = section.get(key) if isinstance(section, dict) else None
    return values if isinstance(values, list) else []


PARTS = (
    _repetitions,
    _instance_types,
    _further_ranges,
    _ranges_of_vpcs,
    _administrators,
    _endpoint_ranges,
    _return_tables,
)
