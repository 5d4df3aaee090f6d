"""The control plane: what it offers, and that it never stays behind."""

import signal
import stat
import subprocess
import sys
import time
from urllib.parse import urlsplit

import pytest

from rehearsal.control_plane import Api, ApiError, ControlPlane, ControlPlaneError
from rehearsal.control_plane.control_plane import _READY_SECONDS
from rehearsal.control_plane.ledger import Entry, Ledger, began
from rehearsal.parts import ensure
from tests.rehearsal.observing import closes, commands, listens, soon

PARENT = """
import pathlib, sys, time
from rehearsal.control_plane import ControlPlane
from rehearsal.parts import ensure
plane = ControlPlane(pathlib.Path(sys.argv[1]), ensure("kubernetes", "etcd", "kwok"), controllers=True).start()
print(plane.endpoint, flush=True)
time.sleep(600)
"""
CONFIG_MAP = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "note", "namespace": "default"}}


@pytest.fixture(scope="module")
def plane(tmp_path_factory):
    """etcd and an API server with a token for a user without rights."""
    made = ControlPlane(tmp_path_factory.mktemp("plane") / "plane", ensure("etcd", "kube-apiserver"))
    made.visitor = made.add_token("visitor", ["visitors"])
    made.start()
    yield made
    made.stop()


def test_the_admin_may_and_a_visitor_may_not(plane):
    """RBAC judges tokens: one is cluster admin, the other is known and has no rights."""
    assert plane.api("GET", "/version")["gitVersion"].startswith("v1.")
    visitor = Api(plane.endpoint, plane.ca_file, plane.visitor)
    with pytest.raises(ApiError) as refused:
        visitor("GET", "/api/v1/nodes")
    assert (refused.value.status, refused.value.reason) == (403, "Forbidden")
    assert Api(plane.endpoint, plane.ca_file, "wrong").raw("GET", "/api/v1/nodes")[0] == 401


def test_apply_reports_conflicts_of_managers(plane):
    """Server-side apply without force names the field and the manager that own it."""
    plane.api.apply({**CONFIG_MAP, "data": {"a": "1"}}, "first")
    with pytest.raises(ApiError) as refused:
        plane.api.apply({**CONFIG_MAP, "data": {"a": "2"}}, "second", force=False)
    assert refused.value.status == 409
    assert refused.value.causes[0]["field"] == ".data.a"
    assert plane.api.apply({**CONFIG_MAP, "data": {"a": "2"}}, "second")["data"] == {"a": "2"}
    plane.api.delete(CONFIG_MAP)
    plane.api.delete(CONFIG_MAP)
    assert plane.api.get(CONFIG_MAP) is None


def test_a_pod_can_be_made_without_controllers(plane):
    """The form without controllers does not wait for a service account that nobody makes."""
    pod = {"metadata": {"name": "one"}, "spec": {"containers": [{"name": "c", "image": "example.com/c:1"}]}}
    assert plane.api("POST", "/api/v1/namespaces/default/pods", pod)["metadata"]["name"] == "one"


def test_keys_and_tokens_are_for_their_owner_only(plane):
    """Whoever reads them is cluster admin."""
    for name in ("tokens.csv", "sa.key", "admin.kubeconfig"):
        assert stat.S_IMODE((plane.folder / name).stat().st_mode) == 0o600, name
    assert stat.S_IMODE(plane.folder.stat().st_mode) == 0o700


def test_stop_leaves_no_process_and_no_port(tmp_path):
    """Stopped twice, it is still stopped."""
    plane = ControlPlane(tmp_path / "plane", ensure("etcd", "kube-apiserver")).start()
    port = urlsplit(plane.endpoint).port
    assert len(commands(str(tmp_path))) == 2
    assert listens(port)
    plane.stop()
    plane.stop()
    assert commands(str(tmp_path)) == []
    assert closes(port)


def test_a_killed_parent_leaves_nothing(tmp_path):
    """SIGKILL can be answered by nobody; the kernel ends the children."""
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(tmp_path / "plane")], stdout=subprocess.PIPE, text=True
    )
    port = urlsplit(parent.stdout.readline().strip()).port
    assert soon(lambda: len(commands(f"{tmp_path}/plane/")) == 5, 60)
    parent.send_signal(signal.SIGKILL)
    parent.communicate()
    assert soon(lambda: not commands(str(tmp_path)), 60), commands(str(tmp_path))
    assert closes(port)


def test_a_start_ends_what_is_left_in_its_folder(tmp_path):
    """Where the kernel does not do it, the next start does, by the ids that the last one wrote down."""
    folder = tmp_path / "plane"
    folder.mkdir()
    left = subprocess.Popen(["sleep", "600"])
    Ledger(folder / "processes.json").add("etcd", left.pid)
    with pytest.raises(ControlPlaneError):
        ControlPlane(folder, {"etcd": "/bin/false", "kube-apiserver": "/bin/false"}).start()
    assert left.wait(60) == -signal.SIGTERM


def test_a_foreign_process_with_a_known_id_is_left_alone(tmp_path):
    """Ids are used again: a process that began at another moment is not ours."""
    foreign = subprocess.Popen(["sleep", "600"])
    ledger = Ledger(tmp_path / "processes.json")
    ledger._write([Entry("etcd", foreign.pid, "1")])
    assert ledger.end_leftovers() == []
    assert foreign.poll() is None
    assert began(foreign.pid) != ""
    foreign.kill()
    foreign.wait()


def test_a_program_that_ends_is_told_with_its_log(tmp_path):
    """Nobody waits the minute that a start may take for a program that is gone."""
    etcd, api_server = tmp_path / "etcd", tmp_path / "kube-apiserver"
    etcd.write_text("#!/bin/sh\necho no disk left; exit 3\n")
    api_server.write_text("#!/bin/sh\nexec sleep 60\n")
    for program in (etcd, api_server):
        program.chmod(0o755)
    began_at = time.monotonic()
    with pytest.raises(ControlPlaneError, match="no disk left"):
        ControlPlane(tmp_path / "plane", {"etcd": etcd, "kube-apiserver": api_server}).start()
    assert time.monotonic() - began_at < _READY_SECONDS
    assert commands(f"{tmp_path}/plane") == []
