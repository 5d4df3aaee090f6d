"""How many pods the nodes of each group carry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from review.data import limits

if TYPE_CHECKING:
    from settings import Settings

COOLDOWN_SECONDS = 60  # default of branch-eni-cooldown (amazon-vpc-resource-controller-k8s, README.md); 30 at least
_HOST_NETWORK = 2
_PREFIX = 16


def capacity(settings: Settings) -> list[dict[str, Any]]:
    """Return a row for each instance type of each group.

    `max_pods` is kubelet's limit by the number of addresses (awslabs/amazon-eks-ami, nodeadm) and counts all pods;
    `plain_pods` are the addresses left when the trunk ENI has taken an interface; `branch` are pods with groups of
    their own. Totals are those of the group's fewest, wanted and most nodes.
    """
    prefixes = settings.pod_networking.env.get("ENABLE_PREFIX_DELEGATION") == "true"
    rows = []
    for group in settings.node_groups:
        sizes = (group.min_size, group.desired_size, group.max_size)
        for name in group.instance_types:
            interfaces, addresses, branch = limits(name) or (0, 0, 0)
            usable = max(interfaces - 1, 0) * max(addresses - 1, 0) * (_PREFIX if prefixes else 1)
            rows.append(
                {
                    "group": group.name,
                    "type": name,
                    "interfaces": interfaces,
                    "max_pods": interfaces * (addresses - 1) + _HOST_NETWORK if interfaces else 0,
                    "plain_pods": usable,
                    "branch": branch,
                    "nodes": list(sizes),
                    "branch_in_group": [branch * size for size in sizes],
                }
            )
    return rows
