"""The package as others get it: built by `python -m build`, installed into a fresh virtual environment."""

import os
import subprocess
import sys
import sysconfig
import venv

import pytest

from tests.copying import copy_parts

SOURCES = ("pyproject.toml", "README.md", "LICENSE", "constructs", "charts")


class Installed:
    """A virtual environment with the wheel, and with aws-cdk-lib, cdk8s and mypy of this one."""

    def __init__(self, folder):
        self.folder = folder
        self.wheel, self.archive = self._build()
        venv.create(folder / "venv")  # into which this environment's pip installs
        self.python = folder / "venv" / "bin" / "python"
        into = [sys.executable, "-m", "pip", "--python", str(self.python), "install"]
        subprocess.run([*into, "-q", "--no-deps", "--no-index", str(self.wheel)], check=True, timeout=120)
        # the dependencies are 200 MB: lent by a path, which brings packages but no editable install
        (site,) = (folder / "venv").glob("lib/*/site-packages")
        (site / "lent").symlink_to(sysconfig.get_path("purelib"))
        (site / "lent.pth").write_text("lent\n")

    def run(self, *arguments, cwd=None, **env):
        """Run this Python with arguments, away from the repository; fail with what it said."""
        clean = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
        command = [str(self.python), *arguments]
        where = {"cwd": cwd or self.folder, "env": {**clean, **env}}
        run = subprocess.run(command, **where, capture_output=True, text=True, timeout=180, check=False)
        assert run.returncode == 0, run.stdout + run.stderr
        return run.stdout

    def _build(self):
        source, out = self.folder / "source", self.folder / "dist"
        copy_parts(SOURCES, source)
        command = [sys.executable, "-m", "build", "--outdir", str(out), str(source)]
        run = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)
        assert run.returncode == 0, run.stdout[-2000:] + run.stderr[-2000:]
        return next(out.glob("*.whl")), next(out.glob("*.tar.gz"))


@pytest.fixture(scope="session")
def installed(tmp_path_factory):
    """The installed wheel."""
    return Installed(tmp_path_factory.mktemp("installed"))
