"""The rehearsal from the first process to the last."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from rehearsal.cdk import Cdk
from rehearsal.checkout import THIS
from rehearsal.checks import as_found, as_made, aws_node, drift, gone, idle, plan, untouched
from rehearsal.checks.scene import Scene
from rehearsal.estate import Estate
from rehearsal.report import Report
from rehearsal.stage import Stage
from rehearsal.steps import Steps
from rehearsal.variant import Variant
from rehearsal.workspace import Workspace
from settings import Settings, load


class Rehearsal(Steps):
    """Deploy an environment, prove it, change it, prove that, change nothing, and destroy it.

    Args:
        environment: The environment file.
        workspace: Where everything is kept; opened already.
        report: What is proven.
        real_pauses: Let the command line poll as slowly as it does against AWS.
        cdk: Makes the command line.
    """

    def __init__(
        self,
        environment: Path,
        workspace: Workspace,
        report: Report,
        *,
        real_pauses: bool = False,
        cdk: Callable[..., Cdk] = Cdk,
    ) -> None:
        super().__init__(report)
        self.environment, self._workspace = environment, workspace
        self._settings = load(str(environment))
        self.stage = Stage(workspace, self._settings)
        self._cdk = cdk(workspace, self.stage.client_env, real_pauses=real_pauses)
        self._earlier = THIS  # whose app makes the first deploy
        self._first, self._second = workspace.folder / "cdk.out-1", workspace.folder / "cdk.out-2"

    def run(self, *, until_deployed: bool = False) -> None:
        """Run all steps, or only those up to the first deploy and its checks.

        Raises:
            RehearsalError: If a step or a check fails.
        """
        self._start()
        self._deploy_first()
        if not until_deployed:
            self._go_on()

    def _go_on(self) -> None:
        changed = self._deploy_changed()
        self._deploy_nothing(changed)
        self._destroy(changed)

    def close(self) -> None:
        """Stop everything."""
        self._cdk.stop()
        self.stage.emulator.stop()

    def _start(self) -> None:
        with self._step("emulator"):
            self.stage.emulator.start()
        if self._settings.existing_network:
            with self._step("the network of an owner"):
                self._make_estate()
        with self._step("synth and bootstrap"):
            synth = self._cdk.synth(self.environment, self._first, self._earlier)
            self._cdk.bootstrap(self._settings.account, self._settings.region).wait()
            synth.wait()
        self._account = self._inventory()
        self._begin_synth_with_changes()

    def _make_estate(self) -> None:
        """Let its owner make what the file says is there, and go on with the ids that it has."""
        estate = Estate(self.environment, self._settings, self.stage.aws)
        estate.make()
        self.environment = estate.fill(self._workspace.folder / "filled")
        self._settings = load(str(self.environment))
        estate.connect(self._settings)

    def _begin_synth_with_changes(self) -> None:
        """Begin it now: the processor has time for it while the deploy waits."""
        self._variant = Variant(self.environment, self._workspace.folder / "changed")
        self._synth_changed = self._cdk.synth(self._variant.path, self._second)

    def _deploy_first(self) -> None:
        with self._step("deploy of the cluster alone") as progress:
            self._cdk.deploy(self._first, "deploy-0", progress.note, stacks=[f"{self._settings.name}-Cluster"])
            scene = self.stage.scene(self._settings)
            self.stage.make_given_groups(scene)
        self._checks("before the deploy", [plan.preflight_finds_nothing(self.environment, self.stage.client_env)])
        self._objects = as_found.cluster_objects(scene)
        with self._step("deploy") as progress:
            self._cdk.deploy(self._first, "deploy-1", progress.note)
        self._original = aws_node.addon_env(scene)  # what the add-on set before podnet came
        self._check_first(scene)

    def _check_first(self, scene: Scene) -> None:
        self._checks("checks", [*plan.on(plan.FIRST, scene), plan.verify_finds_nothing(scene, self.environment)])

    def _deploy_changed(self) -> Scene:
        settings = load(str(self._variant.path))
        changed = self.stage.scene(settings)
        idle_now = partial(idle.functions_go_idle, changed, self.stage.emulator.let_weeks_pass)
        self._checks("disturbance", [self._disturbance(settings), ("functions in a VPC go idle", idle_now)])
        with self._step("synth with changes"):
            self._synth_changed.wait()
        with self._step("deploy with " + "; ".join(self._variant.changes)) as progress:
            self._cdk.deploy(self._second, "deploy-2", progress.note)
        self._checks("checks", [*plan.on(plan.SECOND, changed), plan.verify_finds_nothing(changed, self._variant.path)])
        return changed

    def _disturbance(self, _changed: Settings) -> plan.Named:
        """Give what somebody else does to aws-node before the second deploy."""
        return "a drift made by hand", lambda: drift.make_drift(self.stage.scene(self._settings))

    def _deploy_nothing(self, scene: Scene) -> None:
        before = untouched.snapshot(scene)
        with self._step("deploy without changes") as progress:
            self._cdk.deploy(self._second, "deploy-3", progress.note)
        same = partial(untouched.nothing_changed, before, untouched.snapshot(scene))
        self._checks("checks", [("a deploy without changes", same)])

    def _destroy(self, scene: Scene) -> None:
        with self._step("destroy workloads, nodes, pod networking") as progress:
            self._cdk.destroy(self._second, [f"{self._settings.name}-PodNetworking"], "destroy-1", progress.note)
        back = partial(aws_node.original_values_are_back, scene, self._original)
        same = partial(as_made.cluster_is_as_made, scene, self._objects, self._settings)
        first, last = ("aws-node has its original values", back), ("the API server's objects", same)
        self._checks("checks", [first, *plan.on(plan.UNDONE, scene), last])
        with self._step("destroy the rest") as progress:
            self.stage.delete_given_groups(self._settings)
            self._cdk.destroy(self._second, ["--all"], "destroy-2", progress.note)
        self._checks("checks", [("nothing is left", self._nothing_is_left)])

    def _nothing_is_left(self) -> str:
        return gone.nothing_is_left(self._account, self._inventory())

    def _inventory(self) -> as_found.Found:
        """Give everything that AWS keeps."""
        return self.stage.emulator.inventory()
