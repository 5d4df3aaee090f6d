"""One whole rehearsal, after one that was killed in the same folder."""

import json
import os
import re
import signal
import subprocess
import sys
import time

import pytest

from rehearsal.workspace import PROJECT
from tests.rehearsal.observing import closes, commands, listens, soon

PROVEN = {
    "the API server's objects",
    "peers are connected and routed",
    "aws-node has the values",
    "podnet owns the values",
    "nodes came after the values",
    "nodes can carry branch ENIs",
    "administrators get in",
    "policies name real groups",
    "pods get the groups of their policy",
    "make preflight finds the account as the file says",
    "make verify finds nothing wrong",
    "the node cache is there",
    "the schedule alone finds a drift",
    "a drift made by hand",
    "the drift is gone, changed values are there",
    "the upgraded aws-node runs on every node",
    "functions woke up",
    "a deploy without changes",
    "aws-node has its original values",
    "nothing is left",
}
RECORDED = {"packets", "branch ENIs", "pods", "limits of Lambda"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Where both rehearsals keep everything; also the word by which their processes are found."""
    return tmp_path_factory.mktemp("whole") / "rehearsal"


def start(folder, *options):
    """Start a rehearsal, its output in one file."""
    with (folder.parent / "output").open("w") as output:
        return subprocess.Popen(
            [sys.executable, "-m", "rehearsal", "--folder", str(folder), *options],
            cwd=PROJECT,
            stdout=output,
            stderr=output,
            env={**os.environ, "NO_COLOR": "1"},
        )


def test_a_killed_rehearsal_leaves_nothing(folder):
    """Killed in the middle of a deploy, with a cluster running: its processes end by themselves."""
    rehearsal = start(folder)
    clusters = folder / "emulator" / "clusters.json"
    assert soon(lambda: clusters.exists() or rehearsal.poll() is not None, 200)
    assert rehearsal.poll() is None, (folder.parent / "output").read_text()[-5000:]
    port = json.loads((folder / "emulator" / "configuration.json").read_text())["port"]
    assert listens(port)
    rehearsal.send_signal(signal.SIGKILL)
    rehearsal.wait()
    assert soon(lambda: not commands(str(folder)), 60), commands(str(folder))
    assert closes(port)


def test_a_rehearsal_proves_everything_and_leaves_nothing(folder):
    """In the folder of the killed one: exit 0, the table with what was proven and recorded, no process and no port."""
    rehearsal = start(folder)
    code, said = rehearsal.wait(), (folder.parent / "output").read_text()
    assert code == 0, said[-5000:]
    report = json.loads((folder / "report.json").read_text())
    results = {row["what"]: row["result"] for row in report["rows"]}
    assert {what for what in PROVEN if results.get(what) == "proven"} == PROVEN
    assert {what for what in RECORDED if results.get(what) == "only recorded"} == RECORDED
    assert "FAILED" not in results.values()
    assert any(what.startswith("add-on kube-proxy") and kind == "only recorded" for what, kind in results.items())
    for what in PROVEN | RECORDED:
        assert what in said
    assert "\x1b[" not in said
    assert re.search(r"in all\s+\d+\.\d", said)
    assert commands(str(folder)) == []
    assert closes(json.loads((folder / "emulator" / "configuration.json").read_text())["port"])


def test_two_rehearsals_do_not_share_a_folder(folder):
    """The second one says who has the folder."""
    first = start(folder)
    lock = folder.with_suffix(".lock")
    assert soon(lambda: lock.exists() and lock.read_text() == str(first.pid), 30)
    second = subprocess.run(
        [sys.executable, "-m", "rehearsal", "--folder", str(folder)],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    first.send_signal(signal.SIGINT)
    assert first.wait(60) == 130
    assert second.returncode == 1
    assert f"got process {first.pid}" in second.stderr
    assert soon(lambda: not commands(str(folder)), 20), commands(str(folder))


def test_an_interrupt_is_heard_from_the_first_moment(folder):
    """While the folder is emptied, and where a shell in the background had told the process to ignore it."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(3000):
        (folder / f"old-{number}").touch()
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        rehearsal = start(folder)
    finally:
        signal.signal(signal.SIGINT, before)
    lock, until = folder.with_suffix(".lock"), time.monotonic() + 30
    while not (lock.exists() and lock.read_text() == str(rehearsal.pid)):
        assert time.monotonic() < until
        time.sleep(0.001)
    rehearsal.send_signal(signal.SIGINT)
    assert rehearsal.wait(60) == 130
    assert soon(lambda: not commands(str(folder)), 20), commands(str(folder))
