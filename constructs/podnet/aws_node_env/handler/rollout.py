"""Whether a DaemonSet's rollout is done, from its status alone, whatever the number of nodes. Pure functions."""

from math import ceil

from kube_api import Json


def counts(daemon_set: Json) -> tuple[int, int, int]:
    """Give how many nodes want a pod, have one of the newest template, have an available one; absent means 0."""
    status = daemon_set.get("status", {})
    desired, updated = status.get("desiredNumberScheduled", 0), status.get("updatedNumberScheduled", 0)
    return desired, updated, status.get("numberAvailable", 0)


def observed(daemon_set: Json) -> bool:
    """Say whether the status is about the newest template; before that all its numbers are about an older one."""
    return bool(daemon_set.get("status", {}).get("observedGeneration", 0) >= daemon_set["metadata"]["generation"])


def done(daemon_set: Json, *, counted_out: int = 0) -> bool:
    """Say whether every node but `counted_out` has an available pod of the newest template.

    The rule of `kubectl rollout status` (kubernetes/kubectl, pkg/polymorphichelpers/rollout_status.go), nodes counted
    out excepted. numberUnavailable is of no use: it is absent before the first wave and between two.
    """
    desired, updated, available = counts(daemon_set)
    return observed(daemon_set) and min(updated, available) >= desired - counted_out


def dead_before(daemon_set: Json) -> int:
    """Give how many nodes have no available pod although no rollout is moving: all are updated, or those that can be.

    A dead node keeps its pod; a rollout replaces the pods of the others and then stands still.
    """
    desired, updated, available = counts(daemon_set)
    settled = observed(daemon_set) and (updated >= desired or available <= updated)
    return max(0, desired - available) if settled else 0


def max_unavailable(daemon_set: Json) -> int:
    """Give how many pods may be missing during a rollout; a percentage is rounded up, 1 when left out."""
    strategy = daemon_set["spec"].get("updateStrategy", {}).get("rollingUpdate") or {}
    most = strategy.get("maxUnavailable", 1)
    share = str(most).removesuffix("%")
    return ceil(counts(daemon_set)[0] * int(share) / 100) if share != str(most) else int(most)


def blocked(daemon_set: Json, dead: int) -> bool:
    """Say whether `dead` nodes use up maxUnavailable: then the controller replaces no pod at all."""
    return dead > 0 and dead >= max_unavailable(daemon_set)


def moved_nothing(daemon_set: Json, dead: int) -> bool:
    """Say whether no node but the `dead` ones can have a new pod, and none of the dead came back."""
    desired, updated, available = counts(daemon_set)
    return updated <= dead and available <= desired - dead


def progress(daemon_set: Json) -> str:
    """Say how far it is, for a log line or an error."""
    desired, updated, available = counts(daemon_set)
    stale = "" if observed(daemon_set) else ", status is about an older template"
    return f"{updated} of {desired} nodes updated, {available} available{stale}" if desired else f"no nodes{stale}"
