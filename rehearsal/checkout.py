"""A checkout of podnet, by whose app an environment is synthesized."""

import io
import json
import os
import shlex
import subprocess
import sys
import tarfile
from functools import cached_property
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
        env: What the app needs in its environment.
        packages: Whose packages the app runs with, in words.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self._own = (self.folder / _PYTHON).exists()
        self.packages = "its own packages" if self._own else "this checkout's packages, it has no .venv"
        path = os.pathsep.join(map(str, (self.folder, self.folder / "constructs")))
        self.env = {} if self._own else {"PYTHONPATH": path}

    @cached_property
    def app(self) -> str:
        """The command of its cdk.json. Its Python is that of its own .venv, or else the one that runs now."""
        app = str(json.loads((self.folder / "cdk.json").read_text(encoding="utf-8"))["app"])
        return app if self._own else app.replace(_PYTHON, shlex.quote(sys.executable))


def earlier(name: str, folder: Path, repository: Path = PROJECT) -> Checkout:
    """Give the checkout in a folder of this name, or a revision of the repository, which is written into `folder`.

    Raises:
        RehearsalError: It is neither, or there is no app of podnet in it.
    """
    if Path(name).is_dir():
        folder = Path(name)
    else:
        _write(name, folder, repository)
    found = Checkout(folder)
    try:
        _ = found.app
    except (OSError, ValueError, LookupError, TypeError) as error:
        fix = "give a folder with another podnet, or a revision of this repository"
        raise RehearsalError(f"--from must have a cdk.json with an app, got {folder}: {error!r}; {fix}") from error
    return found


def _write(revision: str, folder: Path, repository: Path) -> None:
    try:
        command = ["git", "-C", str(repository), "archive", "--format=tar", "--", revision]
        text = subprocess.run(command, capture_output=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        said = getattr(error, "stderr", b"").decode(errors="replace").strip() or str(error)
        what = "--from must be a folder with another podnet, or a revision of this repository"
        raise RehearsalError(f"{what}, got {revision}: {said}; `git log --oneline` lists revisions") from error
    with tarfile.open(fileobj=io.BytesIO(text)) as archive:
        archive.extractall(folder, filter="data")


THIS = Checkout(PROJECT)
