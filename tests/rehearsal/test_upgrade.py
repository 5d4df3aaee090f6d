"""What the rehearsal of an upgrade of podnet is made of; test_existing_rehearsal.py has a whole one."""

import json
import os
import shlex
import subprocess
import sys

import pytest

from rehearsal.checkout import earlier
from rehearsal.checks.expect import CheckFailedError
from rehearsal.checks.stays import what_carries_stays
from rehearsal.errors import RehearsalError
from rehearsal.workspace import PROJECT

BEFORE = {
    "dev-Cluster/Cluster AWS::EKS::Cluster": "cluster-1",
    "dev-PodNetworking/Group AWS::EC2::SecurityGroup": "sg-1",
    "dev-PodNetworking/Watch AWS::Lambda::Function": "watch-1",
    "api/v1/services kube-system/node-local-dns": "uid-1",
    "template of node-local-dns": "one",
    "pod kube-system/node-local-dns-a": "uid-2",
    "pod shop/orders": "uid-3",
}


def rehearse(folder, *options):
    """Give the finished process of a rehearsal."""
    command = [sys.executable, "-m", "rehearsal", "--folder", str(folder), *options]
    env = {**os.environ, "NO_COLOR": "1"}
    return subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False, env=env)


@pytest.mark.parametrize(
    ("what", "identity", "told"),
    [
        ("dev-Cluster/Cluster AWS::EKS::Cluster", "cluster-2", "dev-Cluster/Cluster AWS::EKS::Cluster"),
        ("dev-PodNetworking/Group AWS::EC2::SecurityGroup", None, "dev-PodNetworking/Group"),
        ("api/v1/services kube-system/node-local-dns", "uid-9", "api/v1/services kube-system/node-local-dns"),
        ("pod shop/orders", "uid-9", "pod shop/orders"),
    ],
)
def test_what_is_gone_or_made_anew_is_named(what, identity, told):
    """Group, cluster, Service and pod; None: it is gone."""
    after = {key: identity if key == what else found for key, found in BEFORE.items()}
    with pytest.raises(CheckFailedError, match=f"got gone or made anew: {told}[^;]*$"):
        what_carries_stays(BEFORE, {key: found for key, found in after.items() if found})


def test_what_may_come_and_go_is_told():
    """Functions, and pods of the DaemonSets whose template is another."""
    after = {
        **BEFORE,
        "dev-PodNetworking/Watch AWS::Lambda::Function": "watch-2",
        "dev-PodNetworking/More AWS::Logs::LogGroup": "logs",
        "template of node-local-dns": "two",
        "pod kube-system/node-local-dns-a": "uid-8",
    }
    said = what_carries_stays(BEFORE, after)
    came, went = "1 AWS::Lambda::Function, 1 AWS::Logs::LogGroup", "1 AWS::Lambda::Function"
    assert said == f"4 stay; rolled: node-local-dns; came: {came}; went: {went}"


def test_an_earlier_checkout_that_is_none_is_told(tmp_path):
    """In one sentence, before anything is started."""
    for found, reason in (
        (None, "FileNotFoundError"),
        ("{}", "KeyError"),
        ("[]", "TypeError"),
        ("{", "JSONDecodeError"),
    ):
        if found is not None:
            (tmp_path / "cdk.json").write_text(found)
        done = rehearse(tmp_path / "rehearsal", "--from", str(tmp_path))
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.startswith(f"error: --from must have a cdk.json with an app, got {tmp_path}: {reason}")


def test_an_earlier_revision_is_taken_from_the_repository(tmp_path):
    """As it was, with the packages of this checkout; one that is none is told in git's own words."""
    repository, taken = tmp_path / "repository", tmp_path / "taken"
    git = ["git", "-C", str(repository), "-c", "user.name=a", "-c", "user.email=a@example.com"]
    subprocess.run(["git", "init", "-q", str(repository)], check=True)
    for app in (".venv/bin/python old.py", ".venv/bin/python new.py"):
        (repository / "cdk.json").write_text(json.dumps({"app": app}))
        subprocess.run([*git, "add", "."], check=True)
        subprocess.run([*git, "commit", "-qm", app], check=True)
    checkout = earlier("HEAD~1", taken, repository)
    assert (checkout.folder, checkout.app) == (taken, f"{shlex.quote(sys.executable)} old.py")
    assert checkout.env == {"PYTHONPATH": f"{taken}{os.pathsep}{taken / 'constructs'}"}
    with pytest.raises(RehearsalError, match=r"revision of this repository, got v9\.9\.9: .*v9\.9\.9"):
        earlier("v9.9.9", tmp_path, repository)


def test_an_upgrade_is_rehearsed_by_itself(tmp_path):
    """Not together with the operations."""
    done = rehearse(tmp_path / "rehearsal", "--from", str(PROJECT), "--operations")
    assert done.returncode == 1
    assert done.stderr == "error: --operations must be given without --from, got both: rehearse one after the other\n"
