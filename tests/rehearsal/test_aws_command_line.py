"""The AWS command line of a sandbox: imported once, and each call as if it were the only one.

A layer of a few lines says what reaches it; CDK's real one runs in the rehearsal and in tests/cluster.
"""

import os
import subprocess
import sys

import pytest

from rehearsal.emulator import aws_command_line
from tests.rehearsal.observing import commands, soon

DRIVER = """import json, os, pathlib, sys
os.environ["AWS_DATA_PATH"] = "its own"
with pathlib.Path(__file__).with_name("imports").open("a") as imports:
    imports.write("once ")
def main():
    if sys.argv[1] == "break":
        raise ValueError("broken")
    if sys.argv[1] == "leave":
        sys.exit(int(sys.argv[2]))
    names = ("AWS_REGION", "AWS_DATA_PATH")
    said = {name: os.environ.get(name) for name in names}
    print(json.dumps([sys.argv[1:], said, os.getcwd(), sys.stdin.read()]))
    print("aside", file=sys.stderr)
    return int(sys.argv[2])
"""


@pytest.fixture
def sandbox():
    """A process that stands for a worker."""
    process = subprocess.Popen(["sleep", "60"])
    yield process
    process.kill()
    process.wait()


@pytest.fixture
def aws(tmp_path, sandbox):
    """A function that calls the command line of a layer."""
    package = tmp_path / "layer" / "awscli"
    package.mkdir(parents=True)
    for name, text in (("__init__", ""), ("handlers", ""), ("clidriver", DRIVER)):
        (package / f"{name}.py").write_text(text)

    def call(*arguments, folder=tmp_path, region="eu-west-1"):
        environment = {**os.environ, "SANDBOX": str(tmp_path), "SANDBOX_PID": str(sandbox.pid), "AWS_REGION": region}
        command = [sys.executable, "-IS", aws_command_line.__file__, str(package.parent), *arguments]
        return subprocess.run(
            command, cwd=folder, env=environment, input="in", capture_output=True, text=True, check=False
        )

    yield call
    sandbox.kill()
    sandbox.wait()
    assert soon(lambda: not commands(str(package.parent)), 60), "it ends with its sandbox"


def imports(folder):
    return (folder / "layer" / "awscli" / "imports").read_text().split()


@pytest.mark.parametrize("calls", [1, 3])
def test_each_call_has_its_own_arguments_environment_folder_and_files(tmp_path, aws, calls):
    """The first as the ones that are forked, and all of them of one import."""
    other = tmp_path / "other"
    other.mkdir()
    for _ in range(calls - 1):
        assert aws("again", "0").returncode == 0
    done = aws("get", "7", folder=other, region="eu-west-3")
    said = '{"AWS_REGION": "eu-west-3", "AWS_DATA_PATH": "its own"}'
    assert (done.stdout, done.stderr) == (f'[["get", "7"], {said}, "{other}", "in"]\n', "aside\n")
    assert done.returncode == 7
    assert imports(tmp_path) == ["once"]


def test_a_call_that_ends_itself_or_breaks_tells_and_the_next_one_is_answered(tmp_path, aws):
    """Of the second call on, since the first runs in a process of its own."""
    assert aws("leave", "3").returncode == 3
    assert aws("leave", "4").returncode == 4
    broken = aws("break")
    assert (broken.returncode, broken.stderr.splitlines()[-1]) == (255, "ValueError: broken")
    assert aws("leave", "5").returncode == 5
    assert imports(tmp_path) == ["once"]
