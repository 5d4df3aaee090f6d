"""A leave that begins too early: with pods that still carry the groups which are to go."""

from collections.abc import Callable

from rehearsal.checks import branch_enis
from rehearsal.checks.expect import equal, eventually, expect
from rehearsal.checks.scene import Scene
from rehearsal.errors import RehearsalError

_PODS, _SECONDS = 2, 60


def refused_with_pods(scene: Scene, destroy: Callable[[str], str]) -> str:
    """Prove that EC2 keeps the groups of pods that run, and that the same command ends once they are gone.

    Args:
        scene: What was deployed.
        destroy: Destroys a stack and gives what the command line said.

    Raises:
        CheckFailedError: If the destroy did not fail, said something else, or the pods lost their interfaces by it.
    """
    workload = branch_enis.workload_of(scene)
    if workload is None:
        return branch_enis.NO_WORKLOAD
    stack = f"{scene.settings.name}-Workloads-{workload.namespace}"
    deployment = branch_enis.deployment(workload, _PODS)
    scene.kubernetes.apply(deployment, "team")
    eventually(lambda: _with_interfaces(scene), _SECONDS)
    try:
        destroy(stack)
    except RehearsalError as error:
        said = str(error)
    else:
        said = ""
    expect("DependencyViolation" in said or "dependent object" in said, f"EC2 must refuse, got: {said[-500:]!r}")
    _with_interfaces(scene)
    scene.kubernetes.delete(deployment)
    eventually(lambda: branch_enis.none_is_left(scene), _SECONDS)
    destroy(stack)
    names = [found["StackName"] for found in scene.stacks()]
    expect(stack not in names, f"{stack} must be gone, got {names}")
    return f"refused while {_PODS} pods ran, {stack} is gone after them"


def _with_interfaces(scene: Scene) -> None:
    equal("branch ENIs", len(branch_enis.interfaces(scene)), _PODS)
