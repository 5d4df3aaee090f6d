"""Ctrl-C while a command loads its modules, and a reader that is gone, are no traceback."""

import contextlib
import os
import pathlib
import shlex
import signal
import subprocess
import sys
import time

import pytest
from test_help import INNER, ROOT, commands

COMMANDS = sorted({*commands()} - INNER)
# many short sleeps: a signal that comes right before one is heard after it
SLOW_MODULE = (
    "import pathlib, time\npathlib.Path(__file__ + '.began').touch()\nfor _ in range(600):\n    time.sleep(0.1)\n"
)
HEAD = "import atexit, clean_end\n"


@pytest.fixture(autouse=True)
def heard():
    """What is started here hears SIGINT also where a shell has put the tests into the background, which ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def interrupted(module, folder, *command):
    """Give exit code and errors of a command that is interrupted while it loads a module."""
    (folder / f"{module}.py").write_text(SLOW_MODULE)
    began = folder / f"{module}.py.began"
    env = {**os.environ, "PYTHONPATH": f"{folder}:{ROOT}", "PYTHONDONTWRITEBYTECODE": "1"}
    running = subprocess.Popen([sys.executable, *command], cwd=ROOT, env=env, stderr=subprocess.PIPE, text=True)
    try:
        until = time.monotonic() + 30
        while not began.exists():
            assert time.monotonic() < until, command
            time.sleep(0.01)
        running.send_signal(signal.SIGINT)
        _, told = running.communicate(timeout=30)
    finally:
        running.kill()
    return running.returncode, told


@contextlib.contextmanager
def nobody():
    """A pipe without a reader."""
    reader, writer = os.pipe()
    os.close(reader)
    yield writer
    os.close(writer)


def without_a_reader(*words):
    with nobody() as writer:
        return run(words, writer)


def run(words, stdout):
    """Run Python, which gathers what it prints."""
    env = {key: value for key, value in os.environ.items() if key != "PYTHONUNBUFFERED"}
    command = [sys.executable, *words]
    return subprocess.run(command, cwd=ROOT, env=env, stdout=stdout, stderr=subprocess.PIPE, text=True, check=False)


@pytest.mark.parametrize("command", COMMANDS)
def test_ctrl_c_while_modules_are_loaded_is_told_by_the_signal_alone(command, tmp_path):
    """Every command reads its arguments, so it loads argparse after what its package loads first."""
    assert interrupted("argparse", tmp_path, "-m", command) == (-signal.SIGINT, "")


@pytest.mark.parametrize("module", ["aws_cdk", "yaml"])
def test_so_it_is_in_a_synth(module, tmp_path):
    """CDK, which takes most of the time, and what comes after it, when Node.js runs."""
    assert interrupted(module, tmp_path, "app.py") == (-signal.SIGINT, "")


@pytest.mark.parametrize("command", {name.partition(".")[0]: name for name in COMMANDS}.values())
def test_a_reader_that_is_gone_is_no_error(command):
    """The shortest text of each is its usage; one of each package, since the package takes care of it."""
    done = without_a_reader("-m", command, "--help")
    assert (done.returncode, done.stderr) == (0, "")


def test_everything_is_stopped_and_taken_away_before_the_end(tmp_path):
    """And what complains at the end, after Ctrl-C, is not heard: Node.js of CDK ends by it too."""
    late = "atexit.register(lambda: 1 / 0)\n"
    stop = f"try:\n    raise KeyboardInterrupt\nfinally:\n    open({str(tmp_path / 'stopped')!r}, 'w')\n"
    done = run(["-c", HEAD + late + stop], subprocess.PIPE)
    assert (done.returncode, done.stdout, done.stderr) == (-signal.SIGINT, "", "")
    assert (tmp_path / "stopped").exists()


@pytest.mark.parametrize("count", [1, 1_000_000])
def test_what_is_printed_to_nobody_ends_quietly(count):
    """At once where it is much, at the end where it is little."""
    done = without_a_reader("-c", f"{HEAD}print('x' * {count})")
    assert (done.returncode, done.stderr) == (int(count > 1), "")


@pytest.mark.parametrize("error", ["BrokenPipeError('of another pipe')", "ValueError('a mistake')"])
def test_all_else_is_told_as_ever(error):
    """A pipe that breaks elsewhere is a mistake to be seen."""
    done = run(["-c", f"{HEAD}raise {error}"], subprocess.PIPE)
    assert (done.returncode, done.stderr.startswith("Traceback")) == (1, True)


def test_errors_of_a_command_are_told_where_nobody_reads_its_output():
    """`make synth | true` of a file that is wrong."""
    said = "echo many; echo wrong >&2; exit 3"
    done = without_a_reader("-m", "terminal", "saying", "--", "sh", "-c", said)
    assert (done.returncode, done.stderr.splitlines()[-1], "Traceback" in done.stderr) == (3, "wrong", False)


def test_a_full_disk_is_no_reader_that_is_gone():
    """It is told."""
    with pathlib.Path("/dev/full").open("w") as full:
        done = run(["-c", f"{HEAD}print('x')"], full)
    assert (done.returncode, "No space left" in done.stderr) == (120, True)


@pytest.mark.parametrize(("code", "ends"), [(0, 1), (3, 3)])
def test_output_of_a_command_that_a_full_disk_does_not_take_is_told(code, ends):
    """With the errors of the command, which another stream takes; its own failure stays what it is."""
    said = f"echo many; echo wrong >&2; exit {code}"
    with pathlib.Path("/dev/full").open("w") as full:
        done = run(["-m", "terminal", "saying", "--", "sh", "-c", said], full)
    assert (done.returncode, done.stderr.splitlines()[-2:]) == (
        ends,
        ["wrong", "what sh prints must be written, got: No space left on device"],
    )


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-"])
@pytest.mark.parametrize("command", ["terminal saying -- echo many", "settings.where --environment dev"])
def test_a_stream_that_is_closed_takes_what_is_told(command, closed):
    """As cron and some supervisors start a command."""
    line = f"{shlex.quote(sys.executable)} -m {command} {closed}"
    done = subprocess.run(["sh", "-c", line], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, "Traceback" in done.stderr) == (0, False)


def _synthesized(*before, **env):
    """Give code and errors of a synth of dev with other variables, and words before the command."""
    command, env = [*before, sys.executable, "app.py", "-c", "environment=dev"], {**os.environ, **env}
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    return done.returncode, done.stderr


def test_a_machine_without_node_is_told_in_one_line(tmp_path):
    """Where it is missed: when CDK is loaded."""
    code, told = _synthesized(PATH=str(tmp_path))
    assert (code, told) == (1, "error: Node.js must be on the PATH, got no program node; install 20 or later\n")


def test_a_folder_for_temporary_files_that_is_none_is_told_in_one_line(tmp_path):
    """Python takes another one then, and Node.js does not."""
    code, told = _synthesized(TMPDIR=str(tmp_path / "none"))
    fix = "must be a folder that can be written, got none; let TMPDIR name one"
    assert (code, told) == (1, f"error: {tmp_path / 'none'} {fix}\n")


@pytest.mark.parametrize("kib", [16, 8192])
def test_a_full_disk_is_told_in_one_line(tmp_path, kib):
    """When CDK is unpacked, and when it writes assets."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = f'mount -t tmpfs -o size={kib}k tmpfs {disk} && exec "$@"'
    own = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", mount, "sh"]
    code, told = _synthesized(*own, TMPDIR=str(disk))
    fix = "the output's folder must have room, got a full disk; make room, or set TMPDIR"
    assert (code, told) == (1, f"error: {disk} and {fix}\n")


def test_any_other_error_is_told_as_it_is():
    """With its traceback: it is podnet's own."""
    code = f"{HEAD}try:\n    open('/nowhere')\nexcept OSError as error:\n    raise ValueError('odd') from error"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("Traceback")
    assert done.stderr.endswith("ValueError: odd\n")
