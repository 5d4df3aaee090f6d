"""Security groups and prefix lists that somebody else keeps and the file names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from preflight.errors import NotAskedError
from preflight.look import Look
from preflight.network import existing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from preflight.account import Account
    from settings import Settings

_Named = list[tuple[str, str]]


def _own(settings: Settings) -> _Named:
    """Return path and id of each group that pods or nodes carry: it must be in their VPC."""
    node = settings.node_security_group_id
    found = [("existing_cluster.node_security_group_id", node)] if node else []
    for i, workload in enumerate(settings.workloads):
        found += [(f"workloads[{i}].security_group_ids[{j}]", one) for j, one in enumerate(workload.security_group_ids)]
    return found


def _ends(settings: Settings) -> _Named:
    """Return path and id of each group that a rule names: it may be a peer's too."""
    return [
        (f"workloads[{i}].{path}", group)
        for i, workload in enumerate(settings.workloads)
        for path, group in workload.groups_of_rules
    ]


def _groups(settings: Settings, account: Account) -> Iterator[str]:
    own, ends = _own(settings), _ends(settings)
    if not own + ends:
        raise NotAskedError
    vpc = existing(settings).vpc_id
    ids = sorted({group for _, group in own + ends})
    of = {group["GroupId"]: group["VpcId"] for group in account.found("SecurityGroups", {"group-id": ids})}
    behind_a_gateway = any(peer.transit_gateway_id for peer in settings.peers)
    any_of = {*of.values()} if behind_a_gateway else {vpc, *(peer.vpc_id for peer in settings.peers)}
    for named, vpcs in ((own, {vpc}), (ends, any_of)):
        for path, group in named:
            if group not in of:
                yield f"{path}: there is no {group} in {settings.region}"
            elif of[group] not in vpcs:
                yield f"{path}: {group} is of {of[group]}, and the VPC is {vpc}"


def _lists(settings: Settings, account: Account) -> Iterator[str]:
    named = [(i, end.prefix_list_id) for i, workload in enumerate(settings.workloads) for end in workload.ends]
    wanted = sorted({one for _, one in named if one})
    if not wanted:
        raise NotAskedError
    found = account.found("PrefixLists", {"prefix-list-id": wanted})
    there = {one["PrefixListId"] for one in found}
    for i, one in named:
        if one and one not in there:
            yield f"workloads[{i}]: there is no prefix list {one} in {settings.region}"


LOOKS = (
    Look("groups that workloads name are there", "write ids of groups of that VPC, or of a peer's for a rule", _groups),
    Look(
        "prefix lists of rules are there", "`aws ec2 describe-managed-prefix-lists` lists those of the region", _lists
    ),
)
