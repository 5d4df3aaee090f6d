"""How far a DaemonSet's rollout is, by its status alone, whatever the number of nodes; its limit. Pure functions."""

from math import ceil

from kube_api import Json


def time_limit(event: Json) -> float:
    """Give how many seconds it may take."""
    return 60 * float(event["ResourceProperties"]["RolloutMinutes"])


def counts(live: Json) -> tuple[int, int, int]:
    """Give how many nodes want a pod, have one of the newest template, have an available one; absent means 0."""
    status = live.get("status", {})
    desired, updated = status.get("desiredNumberScheduled", 0), status.get("updatedNumberScheduled", 0)
    return desired, updated, status.get("numberAvailable", 0)


def observed(live: Json) -> bool:
    """Say whether the status is about the newest template; before that all its numbers are about an older one."""
    return bool(live.get("status", {}).get("observedGeneration", 0) >= live["metadata"]["generation"])


def done(live: Json, *, counted_out: int = 0) -> bool:
    """Say whether every node but `counted_out` has an available pod of the newest template.

    The rule of `kubectl rollout status` (kubernetes/kubectl, pkg/polymorphichelpers/rollout_status.go), nodes counted
    out excepted. numberUnavailable is of no use: it is absent before the first wave and between two.
    """
    desired, updated, available = counts(live)
    return observed(live) and min(updated, available) >= desired - counted_out


def max_unavailable(live: Json) -> int:
    """Give how many pods may be missing during a rollout; a percentage is rounded up, 1 when left out."""
    most = str(live["spec"].get("updateStrategy", {}).get("rollingUpdate", {}).get("maxUnavailable", 1))
    return ceil(counts(live)[0] * int(most[:-1]) / 100) if most.endswith("%") else int(most)


def progress(live: Json, dead: int) -> str:
    """Say how far it is, and how many nodes were dead before, for a log line or an error."""
    desired, updated, available = counts(live)
    reached = f"{updated} of {desired} nodes updated, {available} available" if desired else "no nodes"
    return f"{reached}; {dead_nodes(live, dead)}" if dead else reached


def dead_nodes(live: Json, dead: int) -> str:
    """Say how many nodes were dead before; as many as maxUnavailable, and the controller replaces no pod at all."""
    text, most = f"{dead} of {counts(live)[0]} nodes without an available pod before we began", max_unavailable(live)
    return f"{text}, which uses up maxUnavailable ({most}): remove them first" if dead >= most else text
