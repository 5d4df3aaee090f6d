"""A command of the rehearsal is read to its end, and its failure told, whatever becomes of its log."""

import os
import pathlib
import shutil
import subprocess
import sys

import pytest

from rehearsal import cdk
from rehearsal.command import Command
from rehearsal.errors import RehearsalError
from rehearsal.workspace import Workspace

LINES = 5000  # more than a pipe holds


def said(log, code):
    """What a program says that ends with a code."""
    program = f"for number in range({LINES}): print('line', number)\nraise SystemExit({code})"
    return Command([sys.executable, "-c", program], env=dict(os.environ), log=log).wait()


@pytest.mark.parametrize("folder", ["there", "gone"])
def test_output_is_read_to_its_end_where_the_log_cannot_be_written(tmp_path, folder):
    """As on a full disk; a reader that ended would leave the program waiting for ever."""
    (tmp_path / "there").mkdir()
    log = tmp_path / folder / "log"
    assert said(log, 0).splitlines()[-1] == f"line {LINES - 1}"
    with pytest.raises(RehearsalError, match=rf"got 3 [\s\S]*line {LINES - 1}"):
        said(log, 3)
    written = log.read_text().splitlines() if log.exists() else []
    assert len(written) == (2 * LINES if folder == "there" else 0)


@pytest.mark.parametrize("module", ["rehearsal", "rehearsal.faults", "rehearsal.privilege"])
def test_an_environment_that_is_none_is_told(module):
    """By a name as by a path, without a traceback."""
    for name in ("nowhere", "there/nowhere.yml"):
        command = [sys.executable, "-m", module, "--environment", name]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 1
        assert done.stderr.startswith("error: ")
        assert "nowhere" in done.stderr.splitlines()[0]
        assert "Traceback" not in done.stderr


@pytest.mark.parametrize("module", ["rehearsal", "rehearsal.faults", "rehearsal.privilege"])
def test_a_part_that_cannot_be_built_is_told(tmp_path, module):
    """Go is missing, and nothing was built before."""
    for program in ("node", "openssl", "unshare", "mount"):
        (tmp_path / program).symlink_to(shutil.which(program))
    env = {**os.environ, "PATH": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path), "KUBEBUILDER_ASSETS": ""}
    done = subprocess.run([sys.executable, "-m", module], env=env, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert done.stderr.startswith("error: PATH must hold the go command")


def test_results_of_an_earlier_run_stay_where_there_are_no_new_ones(tmp_path):
    """Also where there is no folder for them yet."""
    old = tmp_path / "privilege-nowhere.json"
    for before in (None, "what was found"):
        if before:
            old.write_text(before)
        folder = ["--folder", tmp_path / "privilege"]
        command = [sys.executable, "-m", "rehearsal.privilege", *folder, "--environment", "nowhere"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert (done.returncode, "Traceback" in done.stderr) == (1, False)
        assert (old.read_text() if old.exists() else None) == before


@pytest.mark.parametrize("module", ["rehearsal.faults", "rehearsal.privilege"])
def test_a_second_run_at_once_is_refused(module, tmp_path):
    """The first one's processes go on."""
    first = Workspace(tmp_path / "trial")
    first.open()
    command = [sys.executable, "-m", module, "--folder", first.folder]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert done.stderr.startswith(f"error: {first.folder} must be free, got process {os.getpid()} in it; ")
    first.close()


@pytest.mark.parametrize("runs", ["0", "-1"])
def test_a_number_of_runs_that_is_none_is_refused_at_once(runs):
    """Not after the minutes in which everything is made ready."""
    command = [sys.executable, "-m", "rehearsal.faults", "--runs", runs]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert f"--runs must be 1 or more, got {runs}" in done.stderr


def test_a_folder_of_others_is_not_emptied(tmp_path):
    """Not at the first try and not at the second; one that a rehearsal has made is."""
    precious = tmp_path / "home" / "precious"
    precious.parent.mkdir()
    precious.write_text("mine")
    command = [sys.executable, "-m", "rehearsal", "--environment", "nowhere", "--folder", str(precious.parent)]
    for more in ([], [], ["--down"]):
        done = subprocess.run([*command, *more], capture_output=True, text=True, check=False)
        assert (done.returncode, precious.read_text()) == (1, "mine")
        assert done.stderr.startswith("error: --folder must be new, empty or that of an earlier rehearsal, got ")
    with pytest.raises(RehearsalError, match="--folder must be new"):
        Workspace(pathlib.Path("/")).end_leftovers()
    for _ in range(2):
        own = Workspace(tmp_path / "own")
        own.open()
        own.log("left").write_text("by an earlier one")
        own.close()
    own.open()
    assert not own.log("left").exists()
    own.close()


def test_a_file_is_no_folder(tmp_path):
    """Nothing is left beside it."""
    (tmp_path / "file").write_text("mine")
    with pytest.raises(RehearsalError, match="--folder must be a folder, got the file"):
        Workspace(tmp_path / "file").open()
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_the_lock_of_one_folder_lets_nobody_empty_another(tmp_path):
    """Though their names differ only behind a dot."""
    own, theirs = Workspace(tmp_path / "trial.one"), tmp_path / "trial.two"
    own.open()
    own.close()
    theirs.mkdir()
    (theirs / "precious").write_text("mine")
    with pytest.raises(RehearsalError, match="--folder must be new"):
        Workspace(theirs).open()
    assert (theirs / "precious").read_text() == "mine"


def test_the_command_line_is_hastened_from_a_path_with_spaces(tmp_path, monkeypatch):
    """Node.js splits its options at spaces that stand in no quotes."""
    folder = tmp_path / "my ü projects"
    folder.mkdir()
    shutil.copy(pathlib.Path(cdk.__file__).with_name("quick_polling.cjs"), folder)
    monkeypatch.setattr(cdk, "__file__", str(folder / "cdk.py"))
    program = tmp_path / "cdk"
    loaded = "Object.keys(require.cache).some((name) => name.endsWith('quick_polling.cjs'))"
    program.write_text(f"#!/usr/bin/env node\nconsole.log({loaded})")
    program.chmod(0o755)
    monkeypatch.setattr(cdk, "CDK", program)
    workspace = Workspace(tmp_path / "own")
    workspace.open()
    made = cdk.Cdk(workspace, dict(os.environ))
    assert made.deploy(folder, "deploy", lambda _: None) == "true\n"
    workspace.close()
