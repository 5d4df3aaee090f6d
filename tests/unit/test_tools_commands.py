"""`make bump`, `make audit` and `python -m tools.lock` as a person runs them, in a project of a few pins."""

import json
import re

import pytest
from small_project import PARTS, ROOT, small_project, status


@pytest.fixture
def project(tmp_path):
    return small_project(tmp_path)


def pip(**versions):
    return {name.replace("_", "-"): f"{name} ({version})\nAvailable versions: 9" for name, version in versions.items()}


def go(*versions):
    return json.dumps({"Versions": versions})


NEWER = {
    **pip(old_lib="1.4.0", held="2.0.0", emulator="4.0.0", builder="1.0.1"),
    "big": '"2.0.0"',
    "small": '"1.0.1"',
    "one": go("v1.0.0", "v1.9.0", "v1.10.0", "v1.11.0-rc.1"),
    "two": go(),
    "kubernetes": go("v1.33.4", "v1.34.0", "v1.330.0"),
}
SAME = {
    **pip(old_lib="1.0.0", held="2.0.0", emulator="3.0.0", builder="1.0.0"),
    "big": '"1.0.0"',
    "small": '"1.0.0"',
    "one": go("v1.0.0"),
    "two": go(),
    "kubernetes": go("v1.33.0"),
}
RAISED = [
    "requirements.txt: old-lib 1.0.0 -> 1.4.0",
    "pyproject.toml: builder 1.0.0 -> 1.0.1",
    "package.json: small 1.0.0 -> 1.0.1",
    f"{PARTS}/part/go.mod: example.org/one v1.0.0 -> v1.10.0",
    f"{PARTS}/part/go.mod: k8s.io/kubernetes v1.33.0 -> v1.33.4",
]
MAJOR = [
    "rehearsal/emulator/requirements.txt: emulator 3.0.0 stays; 4.0.0 is a new major version",
    "package.json: big 1.0.0 stays; 2.0.0 is a new major version",
]


def test_every_pin_is_raised_in_its_file_and_what_it_resolves_to_made_again(project):
    """A set whose pins all stay is left alone; what changed is shown at the end."""
    done = project("bump", NEWER)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[:7] == MAJOR + RAISED
    changed = ["package.json", "pyproject.toml", f"{PARTS}/part/go.mod", "requirements-locked.txt", "requirements.txt"]
    assert status(project.root) == changed
    assert [line.split(" | ")[0].strip() for line in lines[7:-2]] == changed
    assert lines[-1].startswith("see `git diff`, then `make schema check test rehearse`")
    assert (project.root / "requirements.txt").read_text() == "-e .\nold-lib==1.4.0\n"
    head, *locked = (project.root / "requirements-locked.txt").read_text().splitlines()
    assert "python -m tools.lock" in head
    assert locked == ["old-lib==1.4.0", "held==2.0.0  # as it is"]
    assert {call.rpartition(" in ")[2] for call in project.calls() if call.startswith("go list")} == {"part"}
    resolved = [call for call in project.calls() if not re.match("npm view|go list", call)]
    assert [call.split(" --")[0] for call in resolved] == ["uv pip compile", "npm install", "go mod tidy in part"]
    assert "--upgrade --output-file requirements-locked.txt -" in resolved[0]


def test_a_look_changes_nothing(project):
    done = project("bump", NEWER, "--look")
    assert (done.returncode, done.stdout.splitlines()) == (0, MAJOR + RAISED)
    assert status(project.root) == []


def test_pins_that_are_the_newest_are_told_so(project):
    done = project("bump", SAME)
    assert (done.returncode, done.stdout) == (0, "every pin is the newest release of its major version\n")
    assert status(project.root) == []


def test_a_registry_that_does_not_tell_a_version_is_told_and_fails(project):
    """No pin that was not told of is called the newest."""
    done = project("bump", {**SAME, "old-lib": "a word"})
    told = "pip index versions old-lib must tell a version, got 'a word\\n'\n"
    assert (done.returncode, done.stdout, done.stderr) == (1, "", told)


def test_a_whole_set_is_written_for_every_platform_with_hashes(project):
    """What the pins leave open stays at its version: that is for `make bump`."""
    done = project("lock", {})
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert status(project.root) == ["rehearsal/emulator/requirements-locked.txt", "requirements-locked.txt"]
    for call, file in zip(project.calls(), status(project.root)[::-1], strict=True):
        assert call.endswith(f"--python-version 3.11 --generate-hashes --output-file {file} -")
        assert "--universal" in call
        text = (project.root / file).read_text()
        assert text.startswith("# the whole set, with the hash of every file")
        assert text.endswith("emulator==3.0.0" if "emulator" in file else "held==2.0.0  # as it is")


SOUND = {"requirements-locked.txt": "", "small@1.0.0": "\n", "retracted": ""}


def test_nothing_withdrawn_is_told_with_the_number_of_files(project):
    """Two sets of Python, one of Node.js, one of Go."""
    done = project("audit", SOUND)
    asked = ["requirements-locked.txt", "rehearsal/emulator/requirements-locked.txt", "package-lock.json"]
    lines = [*(f"{file} ..." for file in [*asked, f"{PARTS}/part/go.mod"]), "4 files, 0 to mend"]
    assert (done.returncode, done.stdout.splitlines(), done.stderr) == (0, lines, "")


def test_what_is_withdrawn_or_not_told_stands_below_its_file_and_fails(project):
    lost = "example.org/one v1.0.0 is retracted: loses data"
    done = project("audit", {**SOUND, "small@1.0.0": "no longer kept\n", "retracted": f"{lost}\n"})
    assert done.returncode == 1
    assert done.stdout.splitlines()[2:] == [
        "package-lock.json ...",
        "  small 1.0.0 is deprecated: no longer kept",
        f"{PARTS}/part/go.mod ...",
        f"  {lost}",
        "4 files, 2 to mend",
    ]
    (project.root.parent / "answers" / "small@1.0.0").unlink()
    done = project("audit", {"retracted": ""})
    assert (done.returncode, done.stdout.splitlines()[-1]) == (1, "4 files, 1 to mend")
    assert "  npm view small@1.0.0 deprecated must get an answer, got " in done.stdout


def test_a_table_that_is_older_than_its_source_is_told_and_made_again(project):
    """As the one of the repository is, byte for byte."""
    table = project.root / "review" / "data" / "regions.json"
    table.parent.mkdir(parents=True)
    table.write_text("{}")
    old = project("generate_regions", {}, "--check")
    assert (old.returncode, old.stdout) == (1, "")
    assert re.fullmatch(
        r"review/data/regions.json is older than botocore \d\S+; type: python -m tools.generate_regions\n", old.stderr
    )
    assert table.read_text() == "{}"
    done = project("generate_regions", {})
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert table.read_bytes() == (ROOT / "review" / "data" / "regions.json").read_bytes()
