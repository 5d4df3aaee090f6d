"""The rehearsal of an environment with an existing cluster."""

import re
from functools import partial

from rehearsal.checks import as_found, plan, pods, verified
from rehearsal.checks.scene import Scene
from rehearsal.estate.owner import Owner
from rehearsal.rehearsal import Rehearsal
from settings import Settings


class ExistingRehearsal(Rehearsal):
    """Make the estate as somebody else would, adopt it, change it, leave it, and find everything as it was.

    The owner has patched aws-node by hand with the very values that the file asks for: adopting it must not restart a
    pod. Then the owner upgrades the add-on with OVERWRITE, which takes the values away, and the next deploy is to bring
    them back.
    """

    def _start(self) -> None:
        with self._step("emulator"):
            self.stage.emulator.start()
        with self._step("bootstrap, and the estate of an owner"):
            bootstrap = self._cdk.bootstrap(self._settings.account, self._settings.region)
            self._make_estate()
            self.stage.make_given_groups(self.stage.scene(self._settings))
            bootstrap.wait()
        with self._step("synth, while the owner settles"):
            synth = self._cdk.synth(self.environment, self._first, self._earlier)
            Owner(self.stage.scene(self._settings)).settle()
            synth.wait()
        self._begin_synth_with_changes()

    def _deploy_first(self) -> None:
        scene = self.stage.scene(self._settings)
        self._objects, self._account = as_found.cluster_objects(scene), self._inventory()
        generation, running = scene.daemon_set("aws-node")["metadata"]["generation"], pods.running(scene)
        self._checks("before the deploy", [plan.preflight_finds_nothing(self.environment, self.stage.client_env)])
        with self._step("deploy") as progress:
            self._cdk.deploy(self._first, "deploy-1", progress.note)
        adopted: list[plan.Named] = [
            ("adopted without a restart", lambda: pods.none_was_replaced(running, pods.running(scene))),
            ("adopted without a new generation", lambda: pods.generation_is(scene, "aws-node", generation)),
        ]
        named = partial(verified.pods_to_restart_are_named, scene, self.environment)
        restart: list[plan.Named] = [
            ("make verify names the pods to restart", named),
            ("their restart gives them their groups", Owner(scene).restart_applications),
            plan.verify_finds_nothing(scene, self.environment),
        ]
        self._checks("checks", [*adopted, *restart])
        self._check_first(scene)

    def _check_first(self, scene: Scene) -> None:
        """Do it last: a drift that the file's watch only reports leaves its field to the hand that made it."""
        self._checks("more checks", plan.on(plan.ADOPTED, scene))

    def _inventory(self) -> as_found.Found:
        """Give everything but the add-on, which its owner upgrades meanwhile."""
        found = super()._inventory()
        return {key: text for key, text in found.items() if not re.match(r"eks addons \S+/vpc-cni ", key)}

    def _disturbance(self, changed: Settings) -> plan.Named:
        owner, version = Owner(self.stage.scene(self._settings)), changed.pod_networking.vpc_cni.version
        return "the owner's upgrade takes the values", lambda: owner.upgrade_vpc_cni(version)

    def _destroy(self, scene: Scene) -> None:
        self._checks("leave", [("policies and branch ENIs go first", Owner(scene).take_interfaces_back)])
        with self._step("destroy") as progress:
            self._cdk.destroy(self._second, ["--all"], "destroy", progress.note)
        old, new = map(as_found.image_tag, (self._settings, scene.settings))
        objects = as_found.with_image_tag(self._objects, old, new)
        self._checks(
            "checks",
            [
                *plan.on(plan.LEFT, scene),
                (
                    "the API server's objects",
                    lambda: as_found.everything_is_as_found(objects, as_found.cluster_objects(scene)),
                ),
                ("the owner's account", self._nothing_is_left),
            ],
        )
