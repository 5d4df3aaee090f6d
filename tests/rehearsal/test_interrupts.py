"""The long trials end cleanly, also where a shell in the background had told them to ignore an interrupt."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from observing import commands, soon

from rehearsal.workspace import PROJECT


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
@pytest.mark.parametrize("trial", ["faults", "privilege"])
def test_a_trial_hears_an_interrupt_and_leaves_nothing(trial, number):
    """As soon as it has started a process."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        command = [sys.executable, "-m", f"rehearsal.{trial}", "--environment", "dev"]
        running = subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    finally:
        signal.signal(signal.SIGINT, before)
    assert soon(lambda: children(running.pid), 60), running.poll()
    os.kill(running.pid, number)
    _, told = running.communicate(timeout=60)
    assert running.returncode == 130
    assert "Traceback" not in told
    folder = str(PROJECT / "build" / trial)
    assert soon(lambda: not commands(folder), 20), commands(folder)


def children(pid):
    """The processes that a process has started."""
    try:
        return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
