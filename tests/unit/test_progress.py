"""A step says how it ended, and a command what it said."""

import os
import subprocess
import sys

import pytest

from terminal.progress import Progress


@pytest.mark.parametrize(
    ("error", "told"), [(KeyboardInterrupt, "interrupted after"), (ValueError, "failed after"), (None, "done in")]
)
def test_a_step_says_how_it_ended(error, told, capsys):
    """Ctrl-C is no failure of the step."""
    try:
        with Progress("deploy"):
            if error:
                raise error
    except (KeyboardInterrupt, ValueError):
        pass
    last = capsys.readouterr().err.splitlines()[-1]
    assert last.startswith(f"deploy: {told} ")


def test_what_a_command_says_arrives_as_it_is_in_every_locale():
    """Its path may hold letters that the locale does not have; errors stay errors."""
    said = (
        "import sys; sys.stdout.buffer.write(b'/p\\xc3\\xa4th\\n'); sys.stderr.buffer.write(b'\\xff\\n'); sys.exit(3)"
    )
    command = [sys.executable, "-m", "terminal", "saying", "--", sys.executable, "-c", said]
    env = {**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    done = subprocess.run(command, env=env, capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (3, b"/p\xc3\xa4th\n")
    assert done.stderr.splitlines()[-1] == b"\xff"


@pytest.mark.parametrize(("terminal", "begins"), [("dumb", b"waiting ...\r\n"), ("xterm", b"\x1b")])
def test_a_terminal_that_moves_no_cursor_gets_plain_lines(terminal, begins):
    """As that of an editor; it would see nothing until the end."""
    ours, theirs = os.openpty()
    command = [sys.executable, "-m", "terminal", "waiting", "--", "true"]
    subprocess.run(command, env={**os.environ, "TERM": terminal}, stderr=theirs, check=True)
    os.close(theirs)
    assert os.read(ours, 1000).startswith(begins)
    os.close(ours)


@pytest.mark.parametrize(("program", "fix"), [("npx", "install Node.js 20 or later"), ("other", "type: make setup")])
def test_a_program_that_is_not_there_is_told_with_what_brings_it(program, fix, tmp_path):
    """`make setup` has run before, and brings no Node.js."""
    command = [sys.executable, "-m", "terminal", "trying", "--", program, "cdk"]
    done = subprocess.run(command, env={"PATH": str(tmp_path)}, capture_output=True, text=True, check=False)
    assert done.returncode == 127
    assert done.stderr.splitlines()[-1].startswith(f"{program} must be there, got: No such file or directory; {fix}")
