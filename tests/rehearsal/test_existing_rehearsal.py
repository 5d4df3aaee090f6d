"""The rehearsal of an existing cluster: adopted, taken over from an earlier podnet, changed, left as it was found."""

import json
import os
import re
import subprocess
import sys

import pytest

from rehearsal.checks.as_found import everything_is_as_found, with_image_tag
from rehearsal.checks.expect import CheckFailedError, NotAskedFor
from rehearsal.checks.pods import none_was_replaced
from rehearsal.checks.scene import Scene
from rehearsal.checks.verified import pods_to_restart_are_named
from rehearsal.estate.owner import Owner
from rehearsal.kubectl import kubectl_folder
from rehearsal.workspace import PROJECT
from settings import load
from tests.copying import copy_parts
from tests.rehearsal.observing import commands

APP = ("app.py", "cdk.json", "clean_end.py", "charts", "constructs", "environments", "review", "settings", "stacks")
PROVEN = {
    "adopted without a restart",
    "adopted without a new generation",
    "what carries traffic stays",
    "aws-node has the values",
    "podnet owns the values",
    "policies name real groups",
    "the schedule alone finds a drift",
    "the owner's upgrade takes the values",
    "the drift is gone, changed values are there",
    "a deploy without changes",
    "make verify names the pods to restart",
    "their restart gives them their groups",
    "make preflight finds the account as the file says",
    "make verify finds nothing wrong",
    "policies and branch ENIs go first",
    "podnet is gone from aws-node",
    "the API server's objects",
    "the owner's account",
}


@pytest.fixture
def before(tmp_path):
    """An earlier podnet: a copy whose cache ends later."""
    folder = tmp_path / "an earlier podnet"
    copy_parts(APP, folder)
    pod = folder / "charts" / "node_local_dns" / "pod.py"
    text = pod.read_text()
    assert text.count('"terminationGracePeriodSeconds": 60') == 1
    pod.write_text(text.replace('"terminationGracePeriodSeconds": 60', '"terminationGracePeriodSeconds": 61'))
    return folder


def test_an_existing_cluster_is_adopted_upgraded_changed_and_left_as_it_was_found(tmp_path, before):
    """Exit 0; at least 200 objects of the API server are compared; no process is left.

    An earlier podnet adopts it and this one takes over: the cache rolls, and nothing else that carries traffic.
    """
    folder = tmp_path / "rehearsal"
    done = subprocess.run(
        [sys.executable, "-m", "rehearsal", "--environment", "existing", "--from", before, "--folder", str(folder)],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "NO_COLOR": "1"},
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    rows = {row["what"]: row for row in json.loads((folder / "report.json").read_text())["rows"]}
    assert {what for what in PROVEN if rows.get(what, {}).get("result") == "proven"} == PROVEN
    assert str(before) in rows["the earlier podnet"]["detail"]
    assert "rolled: node-local-dns;" in rows["what carries traffic stays"]["detail"]
    assert int(rows["the API server's objects"]["detail"].split()[0]) > 200
    stays = rows["the owner's account"]["detail"].split("; ")[1:]
    assert len(stays) == 2
    assert all(one.startswith("logs of CDK's functions stay: /aws/lambda/existing-PodNetworking-Cl") for one in stays)
    assert commands(str(folder)) == []


def test_one_that_is_kept_is_as_the_file_says_that_is_named_at_its_end(tmp_path):
    """Also after the check that lets a drift be reported only; and nothing runs once it was ended."""
    folder = tmp_path / "rehearsal"
    command = [sys.executable, "-m", "rehearsal", "--folder", str(folder)]
    common = {"cwd": PROJECT, "capture_output": True, "text": True}
    kept = subprocess.run([*command, "--environment", "existing", "--keep"], **common, check=False)
    try:
        assert kept.returncode == 0, kept.stdout[-4000:] + kept.stderr[-2000:]
        exports = dict(re.findall(r"export (\w+)=(\S+)", kept.stdout))
        file = re.search(r"make verify ENV=(\S+)", kept.stdout).group(1)
        env = {**os.environ, **exports, "PATH": f"{kubectl_folder('1.35')}{os.pathsep}{os.environ['PATH']}"}
        seen = subprocess.run([sys.executable, "-m", "verify", "--environment", file], **common, env=env, check=False)
        assert seen.returncode == 0, seen.stdout + seen.stderr
    finally:
        subprocess.run([*command, "--down"], **common, check=False)
    assert commands(str(folder)) == []


def test_without_workloads_nobody_is_to_be_restarted():
    """No pod waits for a group then, and verify has nothing to name; no cluster is asked."""
    scene = Scene(load("existing").model_copy(update={"workloads": ()}), *[None] * 5)
    for told in (pods_to_restart_are_named(scene, PROJECT), Owner(scene).restart_applications()):
        assert isinstance(told, NotAskedFor)


@pytest.mark.parametrize(
    ("after", "told"),
    [
        ({"Role a": "1", "Role b": "2", "Role c": "3"}, "Role c was left behind"),
        ({"Role a": "1"}, "Role b is gone"),
        ({"Role a": "1", "Role b": "x"}, "Role b changed: …2… became …x…"),
    ],
)
def test_a_difference_is_named(after, told):
    """What came, what went, what changed."""
    with pytest.raises(CheckFailedError, match=told):
        everything_is_as_found({"Role a": "1", "Role b": "2"}, after)


def test_the_owners_upgrade_is_no_difference():
    """Only the tag of aws-node's images may be another one."""
    before = {"DaemonSet kube-system/aws-node": '"image": "cni:v1.1.0"', "DaemonSet a": "cni:v1.1.0"}
    after = {"DaemonSet kube-system/aws-node": '"image": "cni:v1.2.0"', "DaemonSet a": "cni:v1.1.0"}
    assert everything_is_as_found(with_image_tag(before, "v1.1.0", "v1.2.0"), after)


def test_a_pod_that_was_made_anew_is_named():
    """A new uid under the old name is a restart."""
    with pytest.raises(CheckFailedError, match="kube-system/aws-node-x"):
        none_was_replaced({"uid-1": "kube-system/aws-node-x"}, {"uid-2": "kube-system/aws-node-x"})
