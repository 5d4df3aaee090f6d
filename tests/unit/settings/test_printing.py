"""What commands print is read to its end, in part or not at all, in every locale."""

import json
import os
import pathlib
import subprocess
import sys

import pytest

from settings.files import FOLDER

ASCII = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}  # as Python finds a locale of another encoding
REASON = "the partner's network team"
COMMANDS = ["review", "review --json", "settings.where --environment dev", "accepter --environment prod --peer partner"]


def run(command, stdout=subprocess.PIPE, **environment):
    """Run a command of the project."""
    words = [sys.executable, "-m", *command.split()]
    env = {**os.environ, **environment}
    return subprocess.run(words, env=env, stdout=stdout, stderr=subprocess.PIPE, text=True, check=False)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_reader_that_reads_nothing_is_no_error(command):
    """The pipe is closed before the first word; without a traceback."""
    reader, writer = os.pipe()
    os.close(reader)
    done = run(command, stdout=writer)
    os.close(writer)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("command", COMMANDS)
def test_a_full_disk_is_told_in_one_sentence(command):
    """With an exit code that says so."""
    with pathlib.Path("/dev/full").open("w") as full:
        done = run(command, stdout=full)
    assert (done.returncode, done.stderr) == (
        1,
        "standard output must take what is told, got No space left on device\n",
    )


@pytest.mark.parametrize("command", ["verify", "verify --json"])
def test_so_does_the_proof_of_a_cluster(command, tmp_path):
    """A program that knows no object takes the place of kubectl; whatever is missing is the exit code's."""
    program = tmp_path / "kubectl"
    program.write_text("#!/bin/sh\necho '{\"items\": []}'\n")
    program.chmod(0o755)
    reader, writer = os.pipe()
    os.close(reader)
    done = run(command, stdout=writer, PATH=str(tmp_path))
    os.close(writer)
    assert (done.returncode, done.stderr.count("\n"), "Traceback" in done.stderr) == (1, 2, False)
    with pathlib.Path("/dev/full").open("w") as full:
        done = run(command, stdout=full, PATH=str(tmp_path))
    last = done.stderr.splitlines()[-1]
    assert (done.returncode, last) == (1, "standard output must take what is told, got No space left on device")


@pytest.fixture
def foreign(environment_file):
    """Give an environment with words that ASCII does not hold."""
    text = (FOLDER / "prod.yaml").read_text(encoding="utf-8")
    assert REASON in text
    return environment_file(text.replace(REASON, "größer ☃"), "foreign.yaml")


def test_a_locale_without_a_character_gets_its_number(foreign):
    """Text and changes as they can be written, JSON with nothing lost."""
    told = run(f"review --environment {foreign}", **ASCII)
    assert (told.returncode, told.stderr) == (0, "")
    assert r"gr\xf6\xdfer \u2603" in told.stdout
    changed = run(f"review --environment {foreign} --changes --against prod", **ASCII)
    assert (changed.returncode, changed.stderr) == (0, "")
    reasons = [
        json.loads(run(f"review --environment {foreign} --json", **locale).stdout)["settings"]["acknowledge"]
        for locale in (ASCII, {"PYTHONUTF8": "1"})
    ]
    assert reasons[0] == reasons[1]
    assert "größer ☃" in str(reasons[0])


def test_files_are_utf_8_in_every_locale():
    """The reference has dashes and arrows, which an older encoding reads as other letters."""
    done = run("settings --check", **ASCII)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
