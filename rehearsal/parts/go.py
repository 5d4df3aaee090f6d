"""The Go command."""

import json
import os
import shutil
import subprocess
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path

from rehearsal.parts.errors import PartError
from rehearsal.tether import tethered

_HINT = "install Go 1.25 or later (https://go.dev/dl), or let KUBEBUILDER_ASSETS name a folder that holds the programs"


class Go:
    """Run `go` in the folder of a module.

    The caller's Go settings (proxy, module cache, toolchain) stay as they are; cgo and workspaces are switched off, so
    that the same sources make the same static program everywhere.

    Raises:
        PartError: If there is no `go` command.
    """

    def __init__(self, needed_for: str) -> None:
        found = shutil.which("go")
        if found is None:
            raise PartError(f"PATH must hold the go command to get {needed_for}, got none; {_HINT}")
        self._go = found
        self._env = {**os.environ, "CGO_ENABLED": "0", "GOWORK": "off"}

    def identity(self, folder: Path) -> str:
        """Give compiler version and target of this machine, as `go1.26.0 linux amd64`."""
        return " ".join(self._run(folder, "env", "GOVERSION", "GOOS", "GOARCH").split())

    def module_dir(self, folder: Path, module: str) -> Path:
        """Give the folder of `module` in the module cache; download it first where it is missing."""
        out = self._run(folder, "mod", "download", "-json", module)
        return Path(json.loads(out)["Dir"])

    def build(
        self, folder: Path, target: str, flags: Sequence[str], packages: Sequence[str], compiled: Callable[[str], None]
    ) -> None:
        """Build `packages` into `target`; tell each package that was compiled to `compiled`.

        Raises:
            PartError: If the build fails; the message ends with the last lines of the compiler.
        """
        command = [*tethered(), self._go, "build", "-v", *flags, "-o", target, *packages]
        last: deque[str] = deque(maxlen=12)
        with subprocess.Popen(
            command, cwd=folder, env=self._env, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        ) as process:
            try:
                for line in process.stderr or ():
                    last.append(line.rstrip())
                    compiled(line.strip())
            except BaseException:
                process.terminate()
                raise
        if process.returncode:
            raise PartError(f"go build must end with 0 in {folder}, got {process.returncode}:\n" + "\n".join(last))

    def _run(self, folder: Path, *arguments: str) -> str:
        done = subprocess.run(
            [self._go, *arguments], cwd=folder, env=self._env, capture_output=True, text=True, check=False
        )
        if done.returncode:
            said = (done.stderr.strip() or done.stdout.strip())[-800:]
            raise PartError(f"go {' '.join(arguments)} must end with 0 in {folder}, got {done.returncode}: {said}")
        return done.stdout
