"""The rehearsal of an upgrade of podnet itself."""

from functools import partial
from typing import Any

from rehearsal.checkout import earlier
from rehearsal.checks import branch_enis, plan, rights, stays
from rehearsal.checks.application import Application
from rehearsal.checks.identities import Found, identities
from rehearsal.checks.scene import Scene
from rehearsal.existing_rehearsal import ExistingRehearsal
from rehearsal.rehearsal import Rehearsal

_NOT_AFTER = (rights.nodes_came_last,)  # the values are applied once more


class Upgrade(Rehearsal):
    """Deploy an environment with an earlier checkout of podnet, then with this one, and go on with this one.

    Args:
        arguments: As of Rehearsal; the environment file is the same for both.
        before: The earlier checkout: its folder, or a revision of this repository.
    """

    _AFTER = plan.FIRST

    def __init__(self, *arguments: Any, before: str, **options: Any) -> None:  # noqa: ANN401 (of Rehearsal)
        super().__init__(*arguments, **options)
        self._application: Application | None = None
        self._before, self._earlier = before, earlier(before, self._workspace.folder / "earlier")
        self._upgraded = self._workspace.folder / "cdk.out-upgrade"

    def _begin_synth_with_changes(self) -> None:
        """Begin the one with this checkout before it, and the file as it is."""
        self._synth_upgraded = self._cdk.synth(self.environment, self._upgraded)

    def _check_first(self, _scene: Scene) -> None:
        """Leave it to the earlier checkout, which may not promise what this one does."""
        self._report.recorded("the earlier podnet", f"{self._before}, with {self._earlier.packages}")

    def _go_on(self) -> None:
        self._take_over(self.stage.scene(self._settings))
        super()._go_on()

    def _take_over(self, scene: Scene) -> None:
        self._checks("workload", [("pods run when the upgrade comes", partial(self._start_pods, scene))])
        before = identities(scene)
        with self._step("synth with this podnet"):
            self._synth_upgraded.wait()
        super()._begin_synth_with_changes()
        with self._step("deploy with this podnet") as progress:
            self._cdk.deploy(self._upgraded, "deploy-upgrade", progress.note)
        stay: plan.Named = ("what carries traffic stays", partial(self._stay, scene, before))
        after = tuple(row for row in self._AFTER if row[1] not in _NOT_AFTER)
        # a drift that the file's watch only reports is there until the next deploy
        self._checks("checks", [stay, plan.verify_finds_nothing(scene, self.environment), *plan.on(after, scene)])

    def _start_pods(self, scene: Scene) -> str:
        """Start pods with branch ENIs: they must stay as well."""
        self._application = Application(scene)
        return self._application.start()

    def _stay(self, scene: Scene, before: Found) -> str:
        told = stays.what_carries_stays(before, identities(scene))
        if self._application:
            self._application.stop()
        return told


class ExistingUpgrade(Upgrade, ExistingRehearsal):
    """The same in a cluster that somebody else has made."""

    _AFTER = plan.ADOPTED

    def _start_pods(self, scene: Scene) -> str:
        """Start none: the owner's run already."""
        return f"{len(branch_enis.interfaces(scene))} pods with a branch ENI each"
