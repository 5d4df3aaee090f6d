"""The long trials end cleanly, also where a shell in the background had told them to ignore an interrupt."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from observing import commands, soon

from rehearsal import interrupts
from rehearsal.workspace import PROJECT


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
@pytest.mark.parametrize("trial", ["faults", "privilege"])
def test_a_trial_hears_an_interrupt_and_leaves_nothing(trial, number, tmp_path):
    """As soon as it has started a process."""
    folder = str(tmp_path / "trial")
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        command = [sys.executable, "-m", f"rehearsal.{trial}", "--environment", "dev", "--folder", folder]
        running = subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    finally:
        signal.signal(signal.SIGINT, before)
    assert soon(lambda: children(running.pid), 60), running.poll()
    os.kill(running.pid, number)
    _, told = running.communicate(timeout=60)
    assert running.returncode == 130
    assert told.splitlines()[-1].endswith("; everything that was started has ended")
    assert "Traceback" not in told
    assert soon(lambda: not commands(folder), 20), commands(folder)


def test_what_stops_processes_is_not_stopped_and_the_interrupt_is_heard_after_it():
    """By whoever called; one more ends at once again."""
    before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGHUP)
    stopped = []

    def stop(*numbers):
        with interrupts.held():
            for number in numbers:
                os.kill(os.getpid(), number)
            stopped.append(numbers)

    try:
        with pytest.raises(KeyboardInterrupt):
            stop(signal.SIGINT, signal.SIGTERM)
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
        stop()
    finally:
        for number, handler in zip((signal.SIGTERM, signal.SIGINT, signal.SIGHUP), before, strict=True):
            signal.signal(number, handler)
    assert stopped == [(signal.SIGINT, signal.SIGTERM), ()]


def children(pid):
    """The processes that a process has started."""
    try:
        return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
