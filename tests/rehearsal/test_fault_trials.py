"""The parts of `python -m rehearsal.faults`; the whole of it takes half an hour."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from types import SimpleNamespace

import pytest

from rehearsal.checks.expect import CheckFailedError
from rehearsal.control_plane.keeper import Keeper
from rehearsal.control_plane.ledger import Ledger
from rehearsal.faults import state, victims
from rehearsal.faults.fault import Fault, Striker, faults
from rehearsal.privilege.trial import check_room
from rehearsal.workspace import PROJECT, Workspace
from tests.rehearsal.observing import soon

FULL = """
import errno, pathlib, sys
from rehearsal.faults import disk
disk.MEGABYTES = 8
folder = pathlib.Path(sys.argv[1])
small = disk.Disk(folder)
(folder / "before").write_text("kept")
assert small.fill() > 7_000_000
try:
    (folder / "more").write_bytes(bytes(8192))
except OSError as error:
    assert error.errno == errno.ENOSPC
else:
    sys.exit("the disk was not full")
small.free()
(folder / "more").write_bytes(bytes(8192))
print((folder / "before").read_text())
"""

NO_ROOM = """
import pathlib, sys
from rehearsal.errors import RehearsalError
from rehearsal.faults import disk
from rehearsal.privilege.trial import check_room
disk.MEGABYTES = 8
folder = pathlib.Path(sys.argv[1])
disk.Disk(folder)
try:
    check_room(folder)
except RehearsalError as error:
    print(str(error).split(":")[0])
"""


def recorder(seconds=0.0, there=1):
    """Give a fault that only writes down what happens, there from the given look on."""
    told = []

    def begin():
        told.append("look")
        return len(told) >= there

    return Fault("for the test", begin, lambda: told.append("undone"), seconds), told


def test_a_fault_strikes_once_and_is_undone_after_its_time():
    """Also where what it disturbs still runs."""
    fault, told = recorder(seconds=0.3)
    striker, began = Striker(fault, 0.05), time.monotonic()
    striker.start()
    assert soon(lambda: "undone" in told, 60)
    assert time.monotonic() - began >= 0.35
    striker.halt()
    assert told == ["look", "undone"]
    assert striker.struck


def test_kills_silences_and_a_full_disk_are_drawn(tmp_path):
    """Each part that runs is killed; what answers is silent for longer than an answer takes; nothing runs here yet."""
    disk = SimpleNamespace(fill=lambda: True, free=lambda: None)  # a real one is mounted in a test below
    found = {fault.name: fault for fault in faults(Workspace(tmp_path / "nothing"), disk)}
    kills = {f"kill {name}" for name in ("the API server", "the emulator", "the handler", "the command line")}
    silences = {"the API server says nothing", "the emulator says nothing"}
    assert found.keys() == kills | silences | {"the disk is full"}
    assert {name for name, fault in found.items() if fault.seconds} == silences | {"the disk is full"}
    assert [name for name, fault in found.items() if fault.begin()] == ["the disk is full"]


def test_a_fault_is_undone_at_once_when_the_disturbed_has_ended():
    """A full disk must not be left to the next command."""
    fault, told = recorder(seconds=120)
    striker = Striker(fault, 0)
    striker.start()
    assert soon(lambda: told, 60)
    began = time.monotonic()
    striker.halt()
    assert told == ["look", "undone"]
    assert time.monotonic() - began < fault.seconds / 2


def test_a_fault_is_undone_where_the_disturbed_is_interrupted():
    """An emulator that says nothing could not be stopped."""
    fault, told = recorder(seconds=120)

    def interrupted():
        with Striker(fault, 0):
            assert soon(lambda: told, 60)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert told == ["look", "undone"]


def test_a_fault_waits_for_something_to_strike_and_does_not_count_without():
    """There is no handler to kill before one runs."""
    fault, told = recorder(there=3)
    striker = Striker(fault, 0)
    striker.start()
    assert soon(lambda: "undone" in told, 60)
    striker.halt()
    assert (striker.struck, told) == (True, ["look"] * 3 + ["undone"])
    fault, told = recorder(there=1000)
    striker = Striker(fault, 0)
    striker.start()
    assert soon(lambda: told, 60)
    striker.halt()
    assert not striker.struck
    assert "undone" not in told


def test_victims_are_found_by_name_and_struck(tmp_path):
    """By the ledger's names, and workers of Lambda by their environment; nobody else's."""
    workspace = Workspace(tmp_path / "faults")
    workspace.open()
    sleep = [shutil.which("sleep"), "60"]
    env = {
        "HOME": str(workspace.folder / "home"),
        "AWS_LAMBDA_FUNCTION_NAME": "dev-PodNetworking-AwsNodeEnvHandlerWatch",
    }
    ours, theirs = subprocess.Popen(sleep, env=env), subprocess.Popen(sleep, env={**env, "HOME": "/elsewhere"})
    emulator = subprocess.Popen(sleep)
    workspace.ledger.add("emulator", emulator.pid)
    plane = Ledger(workspace.emulator / "clusters" / "one" / "processes.json")
    plane._path.parent.mkdir(parents=True)
    server = subprocess.Popen(sleep)
    plane.add("kube-apiserver", server.pid)
    assert victims.handlers(workspace) == [ours.pid]
    assert victims.emulators(workspace) == [emulator.pid]
    assert victims.api_servers(workspace) == [server.pid]
    assert victims.leftovers(workspace) == sorted([ours.pid, server.pid])
    assert victims.strike([ours.pid, 2**22 + 1], signal.SIGKILL) == [ours.pid]
    assert ours.wait(60) == -signal.SIGKILL
    assert victims.handlers(workspace) == []
    for process in (theirs, emulator, server):
        process.kill()
        process.wait()
    workspace.close()


def test_two_states_are_equal_but_for_what_is_made_up_anew():
    """Ids, moments and addresses may differ, values may not."""
    text = 'DaemonSet kube-system/aws-node: {{"uid": "{}", "group": "{}", "at": "{}", "ENABLE_POD_ENI": "{}"}}'
    uids = ("0b0b0b0b-1111-2222-3333-444444444444", "0c0c0c0c-1111-2222-3333-444444444444")
    one = text.format(uids[0], "sg-0123456789abcdef0", "2026-01-01T00:00:00Z", "true")
    same = text.format(uids[1], "sg-0123456789abcdef1", "2026-01-02T00:00:00Z", "true")
    other = text.format(uids[1], "sg-0123456789abcdef1", "2026-01-02T00:00:00Z", "false")
    found = [Counter([state._MADE_UP.sub("*", words)]) for words in (one, same, other)]
    assert state.is_as_it_was(found[0], found[1]) == "1 things"
    with pytest.raises(CheckFailedError, match=r"1 things are missing, 1 too many: .*\"false\""):
        state.is_as_it_was(found[0], found[2])


def test_a_small_disk_is_filled_and_freed_in_mounts_of_its_own(tmp_path):
    """Nobody outside sees it."""
    way = ["--mount"] if os.geteuid() == 0 else ["--mount", "--user", "--map-root-user"]
    command = ["unshare", *way, "--propagation", "private", sys.executable, "-c", FULL, str(tmp_path)]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, "kept"), done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_not_taken_for_a_permission_that_was_missed(tmp_path):
    """A rehearsal that fails on it proves nothing."""
    check_room(tmp_path)
    way = ["--mount"] if os.geteuid() == 0 else ["--mount", "--user", "--map-root-user"]
    command = ["unshare", *way, "--propagation", "private", sys.executable, "-c", NO_ROOM, str(tmp_path)]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, f"the disk of {tmp_path} must have 50 MB free, got 8\n"), done.stderr


def test_a_keeper_starts_again_what_has_ended_and_stops_with_its_plane():
    """Two seconds later, as another API server takes over."""
    ended, revived = ["kube-apiserver"], []

    def revive(name):
        revived.append((name, time.monotonic()))
        ended.clear()

    keeper, began = Keeper(lambda: next(iter(ended), ""), revive), time.monotonic()
    keeper.start()
    assert soon(lambda: revived, 60)
    ((name, at),) = revived
    assert (name, at - began >= 2) == ("kube-apiserver", True)
    ended.append("etcd")
    keeper.halt()
    assert not keeper.is_alive()
    assert len(revived) == 1


def test_an_environment_of_somebody_elses_network_is_refused_at_once():
    """Before a file system is mounted or a process started."""
    command = [sys.executable, "-m", "rehearsal.faults", "--environment", "existing"]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("error: existing_network must be left out of fault trials, got one: ")
    assert done.stdout == ""
