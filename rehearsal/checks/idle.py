"""Functions in a VPC that nobody called for weeks, and what calls them then."""

from collections.abc import Callable
from typing import Any

from rehearsal.checks.expect import NotAskedFor, eventually, expect
from rehearsal.checks.scene import Scene

_SECONDS = 10
_NONE = NotAskedFor("no function is in a VPC")


def functions_go_idle(scene: Scene, let_weeks_pass: Callable[[], None]) -> str:
    """Let Lambda take the interfaces of every function in a VPC back: the next call of each fails."""
    let_weeks_pass()
    states = _states(scene)
    if not states:
        return _NONE
    eventually(lambda: expect(set(_states(scene).values()) <= {"Inactive"}, "functions must be idle"), _SECONDS)
    return f"{len(states)} are inactive"


def functions_woke_up(scene: Scene) -> str:
    """Prove that the deploy called such a function, waited until it was active again, and called it once more."""
    states = _states(scene)
    if not states:
        return _NONE
    awake = [name for name, state in states.items() if state == "Active"]
    expect(awake, f"a function in a VPC must have been called and be Active, got {states}")
    return f"{len(awake)} of {len(states)} were called and are active again"


def _states(scene: Scene) -> dict[str, Any]:
    """Give the state of each function in a VPC by its entry point."""
    return {one["Handler"]: one["State"] for one in scene.functions() if one.get("VpcConfig", {}).get("SubnetIds")}
