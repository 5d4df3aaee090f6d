"""What make would do, and what it refuses before it does anything."""

import os
import pathlib
import re
import subprocess
import sys

import pytest
from test_help import INNER, commands

ROOT = pathlib.Path(__file__).parents[2]


def make(*words, flag="-n", folder=ROOT, **environment):
    """Run make, which only tells what it would do, as from a shell: also where make itself runs the tests."""
    own = {"MAKEFLAGS", "MAKELEVEL", "MFLAGS", "MAKEOVERRIDES", "ENV", "NODES", "WORKERS"}
    kept = {name: value for name, value in os.environ.items() if name not in own}
    command = ["make", flag, "-f", ROOT / "Makefile", *words]
    return subprocess.run(command, cwd=folder, env=kept | environment, capture_output=True, text=True, check=False)


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


def test_an_old_make_is_refused_before_it_does_half_of_a_target():
    """3.81 runs each line in a shell of its own, and knows no `oneshell`; also the list of commands says so."""
    for target in ("help", "deploy"):
        old = make(target, ".FEATURES=target-specific order-only second-expansion else-if")
        assert (old.returncode, old.stdout) == (2, "")
        assert "podnet needs GNU make 3.82 or later, got " in old.stderr
        assert "gmake" in old.stderr


def test_help_lists_every_target_without_the_tabs_of_gnu_sed():
    """Name, some blanks, the words; as docs/reference.md has them."""
    told = make("help", flag="--no-print-directory").stdout.splitlines()
    wanted = re.findall(r"^([a-z-]+):[^#\n]*## (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert [tuple(line.split(maxsplit=1)) for line in told] == wanted
    assert "sed" not in make("help").stdout


@pytest.mark.parametrize(("words", "nodes"), [((), 100), (("NODES=1000",), 1000)])
def test_the_fleet_of_the_tests_has_as_many_nodes_as_are_asked_for(words, nodes):
    """A hundred by default, each night a thousand."""
    assert make("test", *words).stdout.splitlines()[-1].startswith(f"NODES={nodes} .venv/bin/python -m pytest -n 4")


@pytest.mark.parametrize(
    ("target", "name", "option"),
    [("rehearse", "KEEP", "--keep"), ("rehearse", "OPERATIONS", "--operations"), ("bump", "LOOK", "--look")],
)
def test_what_is_switched_off_is_off(target, name, option):
    """`KEEP=0` is no, as people write it; any other word is yes."""
    told = {
        word: option in make(target, f"{name}={word}").stdout for word in ("1", "yes", "", "0", "no", "off", "false")
    }
    assert told == {"1": True, "yes": True, "": False, "0": False, "no": False, "off": False, "false": False}


def test_what_was_made_here_is_removed(tmp_path):
    """All that git ignores, in whatever folder, but for what CDK has looked up; and nothing else."""
    made = [name.strip("/").replace("*", "podnet") for name in (ROOT / ".gitignore").read_text().split()]
    made.remove("cdk.context.json")
    places = {"podnet.egg-info": ("constructs",), "__pycache__": (".", "a/b"), ".ruff_cache": (".", "a")}
    for name in made:
        for place in places.get(name, (".",)):
            (tmp_path / place / name / "inner").mkdir(parents=True)
    (tmp_path / "a" / "kept.py").touch()
    assert make("clean", flag="--silent", folder=tmp_path).returncode == 0
    left = {str(found.relative_to(tmp_path)) for found in tmp_path.rglob("*")}
    assert left == {"a", "a/b", "a/kept.py", "constructs"}


@pytest.mark.parametrize("target", ["deploy", "destroy"])
def test_what_changes_an_account_takes_no_environment_by_default(target):
    """Not dev because nothing was said, nor because of a slip; and it is told where it goes before it goes there."""
    for words in ((target,), (target, "ENV="), ("synth", target)):
        refused = make(*words)
        assert (refused.returncode, refused.stdout) == (2, "")
        assert f"make {target} must be given an environment: make {target} ENV=<name>" in refused.stderr
    for told in (make(target, "ENV=prod").stdout, make(target, ENV="prod").stdout):
        where = told.index('python -m settings.where --environment "prod"')
        assert where < told.index(f'cdk {target} --all -c environment="prod"')


def variables():
    """Give the names of the variables that somebody may give: all that are read and not the Makefile's own."""
    text = (ROOT / "Makefile").read_text()
    own = {"MAKECMDGOALS", *re.findall(r"^([A-Z_]+) :=", text, re.MULTILINE)}
    return sorted({*re.findall(r"\$\(([A-Z]+)\)", text)} - own)


@pytest.mark.parametrize(("target", "name"), [("deploy", "ENV"), *(("synth", name) for name in variables())])
def test_no_variable_is_passed_over_in_small_letters(target, name):
    """The default would be taken without a word."""
    refused = make(target, f"{name.lower()}=eu")
    assert (refused.returncode, refused.stdout) == (2, "")
    told = f"{name} must be written in capitals, got {name.lower()}=eu: make {target} {name}=eu"
    assert told in refused.stderr


def test_an_environment_that_is_named_in_another_way_is_refused_before_anything_runs():
    """`make rehearse prod` would rehearse dev, and then say that prod is no target; `environment=` is CDK's word."""
    for words in (("synth", "prod"), ("rehearse", "environments/prod.yaml"), ("synt",)):
        refused = make(*words)
        assert (refused.returncode, refused.stdout) == (2, "")
        assert f"there is no target {words[-1]}: make help lists them" in refused.stderr
    for word in ("environment", "ENVIRONMENT"):
        refused = make("synth", f"{word}=prod")
        assert (refused.returncode, refused.stdout) == (2, "")
        assert f"an environment is named by ENV, got {word}=prod: make synth ENV=prod" in refused.stderr
        assert make("synth", **{word: "prod"}).stdout == make("synth").stdout
    assert make("synth", "check", ".venv/.made", "ENV=prod").returncode == 0


@pytest.mark.parametrize(
    "words", [("-npq", "__BASH_MAKE_COMPLETION__=1", ".DEFAULT"), ("-nsp", ".PHONY"), ("-pRrq", ":")]
)
def test_a_shell_that_completes_names_finds_the_targets(words):
    """As bash-completion, zsh and fish ask for them: by a name that no target has."""
    flag, *goals = words
    assert "\nsynth: setup\n" in make(*goals, flag=flag).stdout


def test_an_old_node_is_refused_before_packages_are_installed():
    """npm's own words for it are `(0 , U.tracingChannel) is not a function`."""
    (program,) = re.findall(r"node -e '(.*)'", make("-W", "package.json", "node_modules/.made").stdout)
    for version, code in (("18.20.8", 1), ("20.0.0", 0), ("24.1.0", 0)):
        said = subprocess.run(
            ["node", "-e", program.replace("process.versions.node", f"'{version}'")],
            capture_output=True,
            text=True,
            check=False,
        )
        assert said.returncode == code
        assert said.stderr == ("" if code == 0 else f"podnet needs Node.js 20 or later, got {version}\n")


@pytest.mark.parametrize("flag", ["-n", "-ne"])
def test_what_other_programs_keep_in_the_environment_in_small_letters_is_left_alone(flag):
    """Only who types it after `make` means it."""
    assert make("synth", flag=flag, env="prod", name="me", python="3").stdout == make("synth").stdout


@pytest.mark.parametrize("name", ["nowhere", "report", ""])
def test_a_benchmark_that_is_none_is_refused_before_anything_is_built(name):
    """With the names of those that there are: every module that can be run by itself."""
    refused = make("bench", f"NAME={name}")
    assert (refused.returncode, refused.stdout) == (2, "")
    ((names, got),) = re.findall(r"NAME must be one of ([a-z_ ]+), got (\w*)\.", refused.stderr)
    assert got == name
    runs = {module.removeprefix("benchmarks.") for module in {*commands()} - INNER if module.startswith("benchmarks.")}
    assert {*names.split()} == runs
    assert all(make("bench", f"NAME={one}").returncode == 0 for one in runs)


@pytest.mark.parametrize(
    "target", ["synth", "review", "diff", "dataplane", "preflight", "verify", "rehearse", "faults", "privilege"]
)
def test_a_name_reaches_its_command_as_one_word(target):
    """A path may have a space in it, and an empty name is told as one."""
    for name in ("a b", ""):
        assert f'environment{"=" if target == "synth" else " "}"{name}"' in make(target, f"ENV={name}").stdout


def test_where_an_environment_lies_is_told_in_one_line():
    """From its file alone; a file that cannot be used ends the command."""
    command = [sys.executable, "-m", "settings.where", "--environment"]
    told = subprocess.run([*command, "prod"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert told == "environment prod: account 222222222222, region eu-west-1\n"
    wrong = subprocess.run([*command, "nowhere"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (wrong.returncode, wrong.stdout) == (1, "")
    assert "nowhere.yaml" in wrong.stderr


@pytest.mark.parametrize(("code", "kept"), [(0, False), (1, True)], ids=["it ends", "another one runs"])
def test_clean_ends_a_kept_rehearsal_before_it_forgets_its_processes(tmp_path, code, kept):
    """Some twenty of them would run on, and `make rehearse-down` know of none; nothing is asked where none was kept."""
    program, noted = tmp_path / ".venv" / "bin" / "python", tmp_path / "build" / "rehearsal" / "processes.json"
    for file, text in ((program, f"#!/bin/sh\necho $@\nexit {code}\n"), (noted, "[]")):
        file.parent.mkdir(parents=True)
        file.write_text(text)
    program.chmod(0o755)
    done = make("clean", flag="--silent", folder=tmp_path)
    assert done.stdout == "-m rehearsal --down\n"
    assert (done.returncode != 0, noted.exists()) == (kept, kept)
    noted.unlink(missing_ok=True)
    done = make("clean", flag="--silent", folder=tmp_path)
    assert (done.returncode, done.stdout, (tmp_path / ".venv").exists()) == (0, "", False)


@pytest.mark.parametrize("pipeline", ["eu", "environments/eu.yaml"])
def test_reviews_of_a_pipeline_are_those_of_this_synth_by_name_as_by_path(tmp_path, pipeline):
    """CDK leaves the assemblies of earlier runs: of an environment that went, and of a pipeline called eu-west."""
    for old in ("eu-gone", "eu-west-dev"):
        (tmp_path / "cdk.out" / f"assembly-{old}" / "review").mkdir(parents=True)
    synth = "mkdir -p cdk.out/assembly-eu-dev/review;:"
    words = ("-o", "setup", "synth-pipeline", f"PIPELINE={pipeline}", f"CDK={synth}")
    done = make(*words, flag="--silent", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert [found.name for found in (tmp_path / "build" / "reviews").iterdir()] == ["dev"]
