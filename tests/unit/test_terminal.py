"""What a person sees while a command runs, in a log and on a terminal, and how it ends."""

import os
import re
import signal
import subprocess
import sys
import time

import pytest

from terminal.progress import Progress


def terminal(*words, **streams):
    """Run a command under `python -m terminal`."""
    command = [sys.executable, "-m", "terminal", "trying", "--", *words]
    return subprocess.run(command, stderr=subprocess.PIPE, text=True, timeout=30, check=False, **streams)


def test_a_log_shows_that_a_step_is_alive_and_what_it_does(capsys):
    """A line at the start, one every so often with the latest note, one at the end, and none after it."""
    with Progress("building", every=0.02) as progress:
        time.sleep(0.05)
        progress.note("pod 1")
        progress.note("pod 2")
        time.sleep(0.05)
        progress.note("x" * 100)
        time.sleep(0.05)
    time.sleep(0.05)
    first, *beats, last = capsys.readouterr().err.splitlines()
    assert first == "building ..."
    assert "building ... 0 s" in beats
    assert "building ... 0 s pod 2" in beats
    assert beats[-1] == f"building ... 0 s {'x' * 60}"
    assert re.fullmatch(r"building: done in 0\.[1-9] s", last)
    assert 0.15 <= progress.seconds < 5
    assert not progress.failed


def test_a_step_that_is_called_failed_has_failed(capsys):
    """Without an exception, as a command that ends with another exit code; an exception is as good."""
    with Progress("trying") as progress:
        progress.failed = True
    assert "trying: failed after " in capsys.readouterr().err
    with pytest.raises(ValueError, match="x"), Progress("trying") as progress:
        raise ValueError("x")
    assert progress.failed


def test_a_terminal_shows_label_clock_and_note_and_is_left_clean():
    """No markup is read in them; of the line that moves only how it ended stays."""
    ours, theirs = os.openpty()
    code = (
        "import time\nfrom terminal.progress import Progress\n"
        "with Progress('[b]building[/b]') as step:\n    step.note('[i]pod 1[/i]')\n    time.sleep(0.2)\n"
    )
    env = {**os.environ, "TERM": "xterm", "COLUMNS": "120"}
    subprocess.run([sys.executable, "-c", code], env=env, stderr=theirs, check=True, timeout=30)
    os.close(theirs)
    shown = os.read(ours, 100_000).decode()
    os.close(ours)
    moving, ended = re.split(r"\x1b\[\?25h", shown)
    plain = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", moving)
    assert "[b]building[/b] 0:00:00 [i]pod 1[/i]" in plain
    assert moving.startswith("\x1b[?25l")
    assert re.search(r"\x1b\[2K.*\[b\]building\[/b\]: done in 0\.[2-9] s\r\n$", ended, re.DOTALL)


def test_where_only_the_standard_library_is_a_terminal_gets_plain_lines():
    """As the machine that builds the Kubernetes programs before anything is installed."""
    ours, theirs = os.openpty()
    code = (
        "import sys\nsys.modules['rich'] = None\nfrom terminal.progress import Progress\nwith Progress('building'): 0"
    )
    subprocess.run([sys.executable, "-c", code], env={**os.environ, "TERM": "xterm"}, stderr=theirs, check=True)
    os.close(theirs)
    assert re.fullmatch(r"building \.\.\.\r\nbuilding: done in \d\.\d s\r\n", os.read(ours, 1000).decode())
    os.close(ours)


@pytest.mark.parametrize(("words", "code"), [("exit 3", 3), ("kill -KILL $$", 137), ("exit 0", 0)])
def test_its_exit_code_is_that_of_the_command(words, code):
    """128 and the number of the signal that ended it, as of a shell."""
    done = terminal("sh", "-c", words)
    assert done.returncode == code
    assert done.stderr.splitlines()[-1].startswith("trying: failed after" if code else "trying: done in")


def test_a_command_is_asked_for_nothing():
    """A question that nobody sees would wait for ever."""
    reader, writer = os.pipe()
    assert terminal("cat", stdin=reader).returncode == 0
    os.close(reader)
    os.close(writer)


def test_ctrl_c_ends_the_command_and_is_told():
    """By the exit code as of a shell, without a traceback."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        done = terminal("sh", "-c", "kill -INT $PPID; exec sleep 60")
    finally:
        signal.signal(signal.SIGINT, before)
    assert done.returncode == 130
    assert re.fullmatch(r"trying \.\.\.\ntrying: interrupted after \d\.\d s\n", done.stderr)
