"""The deploys of a trial, stack after stack."""

import json
from collections.abc import Callable
from pathlib import Path

from rehearsal.cdk import Cdk
from rehearsal.errors import RehearsalError
from rehearsal.privilege.removal import Removal, removals, without
from rehearsal.stage import Stage
from rehearsal.workspace import Workspace
from settings import load

STACKS = ("Network", "Cluster", "PodNetworking", "Compute")


class Trial:
    """Deploy each stack once for every permission that it declares, without it, and then whole.

    Args:
        environment: The environment file.
        workspace: Where everything is kept; opened already.
        told: Called with each result.
    """

    def __init__(self, environment: Path, workspace: Workspace, told: Callable[[Removal, str], None]) -> None:
        self._settings, self._environment = load(str(environment)), environment
        self._workspace, self._told = workspace, told
        self.stage = Stage(workspace, self._settings)
        self._cdk = Cdk(workspace, self.stage.client_env)
        self._whole, self._less = workspace.folder / "cdk.out", workspace.folder / "cdk.out-less"

    def run(self) -> None:
        """Try all.

        Raises:
            RehearsalError: The whole assembly does not deploy, before or after a refused deploy.
        """
        self.stage.emulator.start()
        synth = self._cdk.synth(self._environment, self._whole)
        self._cdk.bootstrap(self._settings.account, self._settings.region).wait()
        synth.wait()
        for kind in STACKS:
            stack = f"{self._settings.name}-{kind}"
            template = json.loads((self._whole / f"{stack}.template.json").read_text(encoding="utf-8"))
            for number, removal in enumerate(removals(stack, template), 1):
                self._told(removal, self._try(removal, f"{kind}-{number}"))
            self._deploy(self._whole, stack, f"{kind}-whole")

    def close(self) -> None:
        """Stop everything."""
        self._cdk.stop()
        self.stage.emulator.stop()

    def _try(self, removal: Removal, name: str) -> str:
        """Deploy without it; give the reason of the failure, "" where nothing noticed."""
        try:
            self._deploy(without(removal, self._whole, self._less), removal.stack, name)
        except RehearsalError as error:
            return str(error)
        # or the next deploy would be an update, which does not do again what has been done
        self._cdk.destroy(self._less, [removal.stack], f"{name}-destroy", lambda _: None)
        return ""

    def _deploy(self, assembly: Path, stack: str, name: str) -> None:
        self._cdk.deploy(assembly, name, lambda _: None, stacks=[stack, "--exclusively"])
