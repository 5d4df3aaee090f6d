"""Which pods run, and whether one of them was made anew."""

from rehearsal.checks.expect import equal, expect
from rehearsal.checks.scene import Scene

Pods = dict[str, str]
"""Uid -> namespace/name."""


def running(scene: Scene) -> Pods:
    """Give all pods of the cluster."""
    pods = scene.kubernetes("GET", "/api/v1/pods")["items"]
    return {p["metadata"]["uid"]: f"{p['metadata']['namespace']}/{p['metadata']['name']}" for p in pods}


def none_was_replaced(before: Pods, after: Pods) -> str:
    """Prove that every pod of `before` still runs under its uid.

    Raises:
        CheckFailedError: With the names of those that do not.
    """
    lost = sorted(before[uid] for uid in before.keys() - after.keys())
    expect(not lost, f"no pod must be replaced, got {len(lost)} new ones for {lost}")
    return f"{len(before)} pods, none made anew"


def generation_is(scene: Scene, daemon_set: str, wanted: int) -> str:
    """Prove that a DaemonSet's template was not changed since its generation was `wanted`."""
    equal(f"generation of {daemon_set}", scene.daemon_set(daemon_set)["metadata"]["generation"], wanted)
    return f"generation {wanted} of {daemon_set}"
