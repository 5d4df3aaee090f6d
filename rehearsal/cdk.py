"""The CDK command line against the emulator."""

import shlex
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from rehearsal import tether
from rehearsal.checkout import THIS, Checkout
from rehearsal.command import Command
from rehearsal.prerequisites import CDK
from rehearsal.workspace import Workspace

_ALL_AT_ONCE = "8"  # stacks that do not wait for one another


class Cdk:
    """Bootstrap, synthesize, deploy and destroy with the real command line.

    Args:
        workspace: Where assemblies and logs go.
        env: Environment of a client of the emulator.
        real_pauses: Whether the command line polls every 5 s, as it does against AWS, rather than every 0.6 s.
    """

    def __init__(self, workspace: Workspace, env: Mapping[str, str], *, real_pauses: bool = False) -> None:
        self._workspace = workspace
        self._env = dict(env)
        self._running: list[Command] = []
        quick = Path(__file__).with_name("quick_polling.cjs")
        self._quick = {} if real_pauses else {"NODE_OPTIONS": f'--require "{quick}"'}

    def bootstrap(self, account: str, region: str) -> Command:
        """Begin to make what CDK needs in an account."""
        return self._start("bootstrap", ["bootstrap", f"aws://{account}/{region}", "--app", ""])

    def synth(self, environment: Path, output: Path, checkout: Checkout = THIS) -> Command:
        """Begin to synthesize an environment file into the assembly folder `output`, by the app of a checkout."""
        return self._synth(checkout.app, f"environment={environment}", output, checkout)

    def synth_pipeline(self, output: Path) -> Command:
        """Begin to synthesize the repository's pipeline, as `make synth-pipeline` does."""
        return self._synth(f"{shlex.quote(sys.executable)} -m pipeline", "pipeline=pipeline", output)

    def deploy(
        self, assembly: Path, name: str, note: Callable[[str], None], *, stacks: Sequence[str] = ("--all",)
    ) -> str:
        """Deploy stacks of an assembly, all when left out; give the output.

        Raises:
            RehearsalError: If a stack fails.
        """
        arguments = ["deploy", *stacks, "--require-approval", "never", "--concurrency", _ALL_AT_ONCE]
        outputs = ["--outputs-file", str(self._workspace.folder / f"{name}-outputs.json")]
        return self._run(name, [*arguments, *outputs, "--app", str(assembly)], note)

    def destroy(self, assembly: Path, stacks: list[str], name: str, note: Callable[[str], None]) -> str:
        """Destroy stacks, and before them those that depend on them; give the output.

        Raises:
            RehearsalError: If a stack fails.
        """
        arguments = ["destroy", *stacks, "--force", "--concurrency", _ALL_AT_ONCE]
        return self._run(name, [*arguments, "--app", str(assembly)], note)

    def stop(self) -> None:
        """End every command that still runs."""
        for command in self._running:
            command.stop()

    def _synth(self, app: str, context: str, output: Path, checkout: Checkout = THIS) -> Command:
        """Begin it with an app that is tied to the command line: killed, it takes the app with it."""
        tied = shlex.join([sys.executable, "-I", "-S", tether.__file__, tether.PARENT])
        arguments = ["synth", "--quiet", "--output", str(output), "-c", context]
        return self._start(f"synth-{output.name}", [*arguments, "--app", f"exec {tied} {app}"], checkout=checkout)

    def _run(self, name: str, arguments: list[str], note: Callable[[str], None]) -> str:
        return self._start(name, [*arguments, "--progress", "events"], note, quick=True).wait()

    def _start(
        self,
        name: str,
        arguments: list[str],
        note: Callable[[str], None] = lambda _: None,
        *,
        quick: bool = False,
        checkout: Checkout = THIS,
    ) -> Command:
        env, log = self._env | checkout.env | (self._quick if quick else {}), self._workspace.log(name)
        whole = [str(CDK), *arguments, "--no-notices", "--no-color"]
        command = Command(whole, env=env, folder=checkout.folder, log=log, note=note)
        self._workspace.ledger.add(f"cdk {name}", command.pid)
        self._running.append(command)
        return command
