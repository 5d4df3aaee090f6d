"""A checkout of podnet, by whose app an environment is synthesized."""

import json
import os
import shlex
import sys
from pathlib import Path

from rehearsal.errors import RehearsalError
from rehearsal.workspace import PROJECT

_PYTHON = ".venv/bin/python"


class Checkout:
    """One folder with an app and a cdk.json.

    Args:
        folder: The folder.

    Attributes:
        folder: The same, absolute.
        app: The command of its cdk.json. Its Python is that of its own .venv, or else the one that runs now.
        env: What the app needs in its environment.
        packages: Whose packages the app runs with, in words.

    Raises:
        RehearsalError: There is no app of podnet in it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        try:
            app = str(json.loads((self.folder / "cdk.json").read_text(encoding="utf-8"))["app"])
        except (OSError, ValueError, LookupError, TypeError) as error:
            fix = "give a folder with another revision of this repository, as `git worktree add` makes one"
            raise RehearsalError(f"--from must have a cdk.json with an app, got {folder}: {error!r}; {fix}") from error
        own = (self.folder / _PYTHON).exists()
        self.packages = "its own packages" if own else "this checkout's packages, it has no .venv"
        self.app = app if own else app.replace(_PYTHON, shlex.quote(sys.executable))
        self.env = {} if own else {"PYTHONPATH": os.pathsep.join(map(str, (self.folder, self.folder / "constructs")))}


THIS = Checkout(PROJECT)
