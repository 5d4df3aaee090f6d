"""How many pods the nodes of each group carry."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from review.data import limits
from review.rules.versions import number

if TYPE_CHECKING:
    from settings import Settings

COOLDOWN_SECONDS = 60  # default of branch-eni-cooldown (amazon-vpc-resource-controller-k8s, README.md); 30 at least
_HOST_NETWORK = 2
_PREFIX = 16
_KEEPS_NO_LONGER = (1, 20, 4)  # an interface for a trunk that the type does not have (docs/troubleshooting.md)
_NUMBERS = ("interfaces", "max_pods", "plain_pods", "branch", "branch_in_group")
_SMALL, _LARGE, _FROM = 110, 250, 8  # EKS user guide, Increase the available IP addresses; xlarge units of 4 vCPUs


def capacity(settings: Settings) -> list[dict[str, Any]]:
    """Return a row for each instance type of each group.

    `max_pods` is kubelet's limit by the number of addresses, as EKS sets it for managed groups, and counts all pods;
    `plain_pods` are the addresses left when the trunk ENI has taken an interface (before VPC CNI 1.20.4 one was kept
    for it on types without a trunk too), and with custom networking the node the primary one; `branch` are pods with
    groups of their own. Totals are those of the group's fewest, wanted and most nodes. All of these are None for a type
    that the table of trunk limits lacks.
    """
    prefixes = settings.pod_networking.prefixes
    of_node = int(settings.pod_networking.custom_networking)
    keeps = number(settings.pod_networking.vpc_cni.version) < _KEEPS_NO_LONGER
    rows = []
    for group in settings.node_groups:
        sizes = (group.min_size, group.desired_size, group.max_size)
        for name in group.instance_types:
            row: dict[str, Any] = {"group": group.name, "type": name, **dict.fromkeys(_NUMBERS), "nodes": list(sizes)}
            if found := limits(name):
                interfaces, addresses, branch = found
                room = (addresses - 1) * (_PREFIX if prefixes else 1)
                row["interfaces"], row["branch"] = interfaces, branch
                row["max_pods"] = min(interfaces * room + _HOST_NETWORK, _cap(name))
                row["plain_pods"] = max(interfaces - of_node - (branch > 0 or keeps), 0) * room
                row["branch_in_group"] = [branch * size for size in sizes]
            rows.append(row)
    return rows


def _cap(instance_type: str) -> int:
    """Return what EKS's own images admit at most: 110 pods below 30 vCPUs, which 8xlarge has, and 250 from there."""
    size = re.fullmatch(r"(?:(\d+)xlarge|metal.*)", instance_type.partition(".")[2])
    return _LARGE if size and int(size[1] or _FROM) >= _FROM else _SMALL
