"""Which effect each setting has when it changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from review.changes import (
    of_cache,
    of_cluster,
    of_coredns,
    of_existing_cluster,
    of_network,
    of_node_versions,
    of_nodes,
    of_peer_sides,
    of_peers,
    of_pods,
    of_ranges,
    of_vpc_ranges,
    of_workloads,
)
from review.changes.effect import Effect, Table

if TYPE_CHECKING:
    from review.changes.difference import Difference

_PARTS = (
    of_pods,
    of_cache,
    of_network,
    of_peers,
    of_peer_sides,
    of_ranges,
    of_vpc_ranges,
    of_cluster,
    of_coredns,
    of_existing_cluster,
    of_nodes,
    of_node_versions,
    of_workloads,
)
TABLE: Table = {pattern: entry for part in _PARTS for pattern, entry in part.TABLE.items()}
_UNORDERED = {  # lists that are sets to AWS, and that a template has in one order
    "cluster.endpoint_cidrs",
    "cluster.log_types",
    "cluster.admin_role_arns",
    "network.interface_endpoints",
    "existing_network.private_route_table_ids",
    "peers.*.peer_side.route_table_ids",
    "workloads.*.security_group_ids",
}
_ORDER = Effect("nothing", "only their order changes, which means nothing", "environments/schema.json")
UNKNOWN = Effect("nothing", "nothing is known of what it does: look at the CDK's own diff", "review/changes/table.py")


def effects(found: Difference) -> tuple[Effect, ...]:
    """Return what a difference leads to; that of the nearest setting around it where it has no entry of its own."""
    if found.pattern in _UNORDERED and {*found.before} == {*found.after}:
        return (_ORDER,)
    keys = found.pattern.split(".")
    for length in range(len(keys), 0, -1):
        entry = TABLE.get(".".join(keys[:length]), ())
        told = tuple(entry(found)) if callable(entry) else entry
        if told:
            return (told,) if isinstance(told, Effect) else told
    return (UNKNOWN,)
