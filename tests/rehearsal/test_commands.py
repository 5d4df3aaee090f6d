"""A command of the rehearsal is read to its end, and its failure told, whatever becomes of its log."""

import os
import subprocess
import sys

import pytest

from rehearsal.command import Command
from rehearsal.errors import RehearsalError

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
