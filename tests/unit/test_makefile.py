"""What make would do, and what it refuses before it does anything."""

import os
import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).parents[2]


def make(*words, **environment):
    """Run make with -n, as from a shell of its own: also where make itself runs the tests."""
    own = {"MAKEFLAGS", "MAKELEVEL", "MFLAGS", "MAKEOVERRIDES", "ENV"}
    kept = {name: value for name, value in os.environ.items() if name not in own}
    command = ["make", "-n", *words]
    return subprocess.run(command, cwd=ROOT, env=kept | environment, capture_output=True, text=True, check=False)


def test_the_checks_of_a_pipeline_need_no_part_that_is_built():
    """Python and Node.js are set up, and nothing of the system or of Go; no browser is asked for."""
    told = make("test-quick").stdout
    assert "tests/unit tests/synth" in told
    (left_out,) = re.findall(r"--ignore (\S+)", told)
    assert "shutil.which" in (ROOT / left_out).read_text()
    assert "rehearsal.parts" not in told
    assert "system-packages" not in told


def test_system_packages_are_installed_also_from_a_zip_that_lost_the_modes():
    """By sh, not as a program."""
    assert make("setup-system").stdout.splitlines() == ["sh tests/system-packages"]
