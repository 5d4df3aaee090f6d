"""Which checks follow which step."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from rehearsal.checks import (
    administrators,
    aws_node,
    branch_enis,
    dns_cache,
    drift,
    idle,
    logs,
    network,
    nodes,
    policies,
    rights,
    verified,
)
from rehearsal.checks.scene import Scene

Checks = tuple[tuple[str, Callable[[Scene], str]], ...]
"""What is proven, and how."""
Named = tuple[str, Callable[[], str]]
"""What is proven, and the check that does it, on one scene."""

FIRST: Checks = (
    ("peers are connected and routed", network.peers_are_reachable),
    ("nodes leave by NAT gateways", network.nodes_are_private),
    ("aws-node has the values", aws_node.env_is_in_effect),
    ("podnet owns the values", aws_node.podnet_owns_env),
    ("the add-on owns them too", aws_node.addon_owns_env),
    ("nodes came after the values", rights.nodes_came_last),
    ("nodes can carry branch ENIs", nodes.nodes_have_trunks),
    ("the handler's rights are narrow", rights.rights_are_narrow),
    ("administrators get in", administrators.administrators_get_in),
    ("policies name real groups", policies.policies_name_real_groups),
    ("the node cache is there", dns_cache.cache_is_there),
    ("pods get the groups of their policy", branch_enis.pods_get_their_groups),
    ("aws-node runs on every node", aws_node.aws_node_is_rolled_out),
    ("the node cache runs on every node", dns_cache.cache_is_rolled_out),
    ("the schedule alone finds a drift", drift.watch_repairs_drift),
    ("functions write their logs", logs.functions_write_logs),
)
SECOND: Checks = (
    ("the drift is gone, changed values are there", aws_node.env_is_in_effect),
    ("podnet owns the changed values", aws_node.podnet_owns_env),
    ("the upgraded aws-node runs on every node", aws_node.aws_node_is_rolled_out),
    ("policies follow the workloads", policies.policies_name_real_groups),
    ("peers admit the changed workloads", network.peers_are_reachable),
    ("the node cache runs on every node, again", dns_cache.cache_is_rolled_out),
    ("functions woke up", idle.functions_woke_up),
)
UNDONE: Checks = (
    ("policies are gone", policies.policies_are_gone),
    ("the node cache is gone", dns_cache.cache_is_gone),
)
_NEW_ONLY = (aws_node.addon_owns_env, rights.nodes_came_last, branch_enis.pods_get_their_groups)
ADOPTED: Checks = tuple(row for row in FIRST if row[1] not in _NEW_ONLY)
"""After the first deploy to a cluster that somebody else made: its nodes and its add-on were there before."""
LEFT: Checks = (("podnet is gone from aws-node", aws_node.podnet_is_gone), *UNDONE)


def on(checks: Checks, scene: Scene) -> list[Named]:
    """Give checks as they look at one scene."""
    return [(what, partial(check, scene)) for what, check in checks]


def preflight_finds_nothing(file: Path, env: Mapping[str, str]) -> Named:
    """Give the check that `make preflight` finds what the file says; `env` is of a client of the emulator."""
    return "make preflight finds the account as the file says", partial(verified.account_is_as_the_file_says, file, env)


def verify_finds_nothing(scene: Scene, file: Path) -> Named:
    """Give the check that `make verify` finds nothing wrong with what an environment file asks for."""
    return "make verify finds nothing wrong", partial(verified.everything_holds, scene, file)
