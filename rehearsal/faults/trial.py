"""Deploy, change and leave again and again while something fails, and compare what is there in the end."""

import random
import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING

from rehearsal import given_groups
from rehearsal.cdk import Cdk
from rehearsal.checks.scene import Scene
from rehearsal.errors import RehearsalError
from rehearsal.faults import victims
from rehearsal.faults.fault import Fault, Striker
from rehearsal.faults.patience import patience
from rehearsal.faults.result import WENT_THROUGH, Result
from rehearsal.faults.state import State, difference, state_of
from rehearsal.stage import Stage
from rehearsal.variant import Variant
from rehearsal.workspace import Workspace
from settings import load

if TYPE_CHECKING:
    from collections.abc import Callable

_BEFORE = {"deploy": (), "change": ("deploy",), "change back": ("deploy", "change"), "leave": ("deploy",)}
_ANEW = ("an empty account", "groups of others")
_TRIES, _AWAY_SECONDS = 4, 20


class Trial:
    """One cluster through which all runs go.

    Args:
        environment: The environment file.
        workspace: Where everything is kept; opened already.
        chance: What is drawn from.
    """

    def __init__(self, environment: Path, workspace: Workspace, chance: random.Random) -> None:
        self._environment, self._workspace, self._chance = environment, workspace, chance
        self._settings = load(str(environment))
        self.stage = Stage(workspace, self._settings, heals=True)
        self._cdk = Cdk(workspace, self.stage.client_env)
        self._first, self._second = workspace.folder / "cdk.out-1", workspace.folder / "cdk.out-2"
        name = self._settings.name
        self._commands: dict[str, Callable[[], object]] = {
            _ANEW[0]: self._begin,
            _ANEW[1]: self._let_others_make_groups,
            "deploy": lambda: self._cdk.deploy(self._first, "deploy", _quiet),
            "change": lambda: self._cdk.deploy(self._second, "change", _quiet),
            "change back": lambda: self._cdk.deploy(self._first, "change-back", _quiet),
            "leave": lambda: self._cdk.destroy(self._first, [f"{name}-PodNetworking"], "leave", _quiet),
        }
        self._seconds: dict[str, float] = {}
        self._wanted: dict[str, State] = {}

    def prepare(self) -> None:
        """Make the assemblies, and give every command once without a fault: these are the ends to compare with.

        Raises:
            RehearsalError: If one fails.
        """
        self._begin()
        variant = Variant(self._environment, self._workspace.folder / "changed")
        for path, output in ((self._environment, self._first), (variant.path, self._second)):
            self._cdk.synth(path, output).wait()
        self._let_others_make_groups()
        for name in ("deploy", "change", "change back", "leave", "deploy", "leave"):
            began = time.monotonic()
            self._commands[name]()
            self._seconds[name] = time.monotonic() - began
            self._wanted[name] = state_of(self._scene)

    def run(self, name: str, fault: Fault) -> Result:
        """Give a command, let something fail meanwhile, give it again until it ends well, and compare."""
        while True:
            with Striker(fault, self._chance.uniform(0, self._seconds[name] * 0.9)) as striker:
                first = self._give(name)
            if striker.struck:
                break
            self.reset(name)  # it was over before there was anything to strike
        again, last = 0, first
        while last and again < _TRIES:
            again += 1
            last = self._restart_what_is_gone(name) or self._give(name)
        lost = last or self._difference(name)
        return Result(name, fault.name, striker.after, first or WENT_THROUGH, again, lost)

    def reset(self, name: str) -> None:
        """Bring about the state from which a command starts, without faults, from nothing where it must be."""
        before = {"deploy": "leave", "change": "deploy", "change back": "change", "leave": "change back"}[name]
        if self._give(before) or self._difference(before):  # what one fault left must not count as the next one's
            self.stage.emulator.stop()
            if error := self._restart_what_is_gone(name):
                raise RehearsalError(error)

    def close(self) -> None:
        """Stop everything."""
        self._cdk.stop()
        self.stage.emulator.stop()

    @property
    def _scene(self) -> Scene:
        return self.stage.scene(self._settings)

    def _begin(self) -> None:
        """Start an empty emulator, as a new account, and bootstrap it."""
        shutil.rmtree(self._workspace.emulator / "clusters", ignore_errors=True)
        for folder in (self._workspace.folder / "tmp").glob("ministack-lambda-*"):
            shutil.rmtree(folder, ignore_errors=True)
        self.stage.emulator.start()
        self._cdk.bootstrap(self._settings.account, self._settings.region).wait()

    def _let_others_make_groups(self) -> None:
        """Make the groups that the file names in its VPC, which comes with the cluster."""
        if given_groups.given_groups(self._settings):
            self._cdk.deploy(self._first, "deploy-0", _quiet, stacks=[f"{self._settings.name}-Cluster"])
            self.stage.make_given_groups(self._scene)

    def _restart_what_is_gone(self, name: str) -> str:
        """Start a killed emulator again, and do again what had been done before the command: all that it knew is gone.

        Gives the reason where that does not work. Nothing may outlive the emulator.
        """
        if victims.emulators(self._workspace):
            return ""
        until = time.monotonic() + _AWAY_SECONDS
        while left := victims.leftovers(self._workspace):
            if time.monotonic() > until:
                return f"nothing may outlive the emulator, got processes {left}"
            time.sleep(0.2)
        return next(filter(None, map(self._give, (*_ANEW, *_BEFORE[name]))), "")

    def _give(self, name: str) -> str:
        """Give a command; give the reason where it does not end well within its limit."""
        try:
            with patience(lambda: victims.emulators(self._workspace), self._cdk.stop):
                self._commands[name]()
        except RehearsalError as error:
            return str(error)
        return ""

    def _difference(self, name: str) -> str:
        return difference(self._wanted[name], lambda: self._scene)


def _quiet(_: str) -> None:
    """Nobody watches."""
