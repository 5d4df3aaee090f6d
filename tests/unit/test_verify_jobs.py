"""What comes of the probes' Jobs where something is refused, or a pod does not start.

A program takes the place of kubectl and its cluster; a real Job controller runs in tests/cluster/test_verify_job.py.
"""

import json
import os
import time
from types import SimpleNamespace

import pytest

from settings import load
from verify.errors import VerifyError
from verify.jobs import ended
from verify.kubectl import Kubectl
from verify.paths import paths

PROGRAM = """#!/bin/sh
cd {folder}
echo "$2 $3 $4 $5" >> asked
[ "$2" = create ] && grep -q refused && refused=yes || refused=
[ "$refused" ] || [ -f "no-$2-$3-$4" ] && echo "error: $2 $3 is refused" >&2 && exit 1
[ "$2" != get ] || cat "$3" 2>/dev/null || echo '{{"items": []}}'
"""


@pytest.fixture
def cluster(tmp_path, monkeypatch):
    """A folder with the objects of a kind in a file of its name, and with `no-…` for what is refused."""
    program = tmp_path / "kubectl"
    program.write_text(PROGRAM.format(folder=tmp_path))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    return tmp_path


def workloads(*names):
    """Workloads by namespace/name."""
    one = load("dev").workloads[0]
    parts = [name.split("/") for name in names]
    return [one.model_copy(update={"namespace": namespace, "name": name}) for namespace, name in parts]


def made(workload):
    """A Job that is called as its workload."""
    return {"metadata": {"name": workload.name, "namespace": workload.namespace}}


def pod(job, **status):
    """The pod of a Job."""
    return {"metadata": {"name": f"{job}-x", "labels": {"batch.kubernetes.io/job-name": job}}, "status": status}


def write(cluster, kind, *items):
    """Let the cluster have these objects of a kind, and no others."""
    (cluster / kind).write_text(json.dumps({"items": items}))


def looked(*names, noted=None):
    """Give what comes of the Job of each workload: its pod's phase or the error."""
    found = ended(Kubectl(), workloads(*names), made, [].append if noted is None else noted.append)
    return {w.name: str(p) if isinstance(p, VerifyError) else p["status"]["phase"] for w, p in found}


def asked(cluster, verb):
    """Give what kubectl was asked to do with this verb."""
    return [line.split()[1:] for line in (cluster / "asked").read_text().splitlines() if line.startswith(verb)]


@pytest.mark.parametrize("phase", ["Succeeded", "Failed"])
def test_a_pod_without_the_state_of_its_container_has_ended_by_its_phase(cluster, phase):
    """As one that its kubelet evicted before it started; nobody waits for the end of its time."""
    write(cluster, "pods", pod("first", phase=phase))
    noted = []
    assert looked("shop/first", noted=noted) == {"first": phase}
    assert noted == ["waiting for the pods of first"]
    assert len(asked(cluster, "get")) == 1


def test_a_pod_that_runs_is_asked_for_once_a_second(cluster, monkeypatch):
    """For minutes, and beside others: a loop without a pause would be a load for the API server."""
    slept = []

    def sleep(seconds):
        slept.append(seconds)
        write(cluster, "pods", pod("first", phase="Succeeded"))

    monkeypatch.setattr("verify.jobs.time", SimpleNamespace(sleep=sleep, monotonic=time.monotonic))
    write(cluster, "pods", pod("first", phase="Running"))
    assert looked("shop/first") == {"first": "Succeeded"}
    assert (slept, len(asked(cluster, "get"))) == ([1, 0], 2)


def test_in_strict_the_cache_is_not_said_to_answer(cluster, monkeypatch):
    """Pods with groups of their own do not reach it; nothing has shown that it answers them."""
    monkeypatch.setattr("verify.job.token_hex", lambda _: "x")
    write(cluster, "pods", pod("podnet-verify-orders-api-x", phase="Succeeded"))
    dev = load("dev")
    networking = dev.pod_networking.model_copy(update={"enforcing_mode": "strict"})
    settings = dev.model_copy(update={"pod_networking": networking})
    found = {one.what: one.result for one in paths(settings, Kubectl(), "shop/orders-api", "image")}
    assert found["from shop/orders-api: the cache of the node answers"] == "not tried"


def test_a_job_that_is_refused_is_told_and_not_deleted_and_the_others_go_on(cluster):
    """A quota, a policy of admission, a missing right."""
    write(cluster, "pods", pod("after", phase="Succeeded"))
    found = looked("shop/refused", "shop/after")
    assert found.pop("refused").startswith("`kubectl create --filename=-` must work, got: error: create")
    assert found == {"after": "Succeeded"}
    assert asked(cluster, "delete") == [["job", "after", "--namespace=shop"]]


def test_pods_that_may_not_be_read_in_one_namespace_hide_none_of_another(cluster):
    """Each Job is told once and goes."""
    write(cluster, "pods", pod("here", phase="Succeeded"))
    (cluster / "no-get-pods---namespace=apart").touch()
    found = looked("apart/one", "shop/here", "apart/two")
    assert found.pop("here") == "Succeeded"
    told = "`kubectl get pods` must work, got: error: get pods is refused"
    assert [(name, error.startswith(told)) for name, error in found.items()] == [("one", True), ("two", True)]
    apart, shop = "--namespace=apart", "--namespace=shop"
    assert asked(cluster, "delete") == [["job", "one", apart], ["job", "two", apart], ["job", "here", shop]]


@pytest.fixture
def no_time(monkeypatch):
    """A Job has no time at all."""
    monkeypatch.setattr("verify.jobs._SECONDS", -1)


RUNS = {"name": "proxy", "state": {"running": {}}}
WAITS = {"name": "probe", "state": {"waiting": {"reason": "ImagePullBackOff", "message": "no such image"}}}
MET = {"type": "PodScheduled", "status": "True", "reason": "Fine"}
NOT_MET = {"type": "Ready", "status": "False", "reason": "ContainersNotReady", "message": "probe"}


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (
            {"phase": "Pending", "containerStatuses": [RUNS, WAITS], "conditions": [MET, NOT_MET]},
            "ImagePullBackOff: no such image; ContainersNotReady: probe",
        ),
        ({"phase": "Pending"}, "Pending"),
        ({}, "no phase"),
        ({"phase": "x" * 1000}, "x" * 400),
    ],
)
def test_what_a_pod_waits_for_is_told_when_its_time_is_over(cluster, no_time, status, told):
    """Each container and each condition that is not met, in the API server's words, cut to a length."""
    write(cluster, "pods", pod("late", **status))
    write(cluster, "events", {"involvedObject": {"name": "late"}, "message": "of no matter where there is a pod"})
    assert looked("shop/late") == {"late": f"the pod of job shop/late must end in -1 s, got {told}"}


@pytest.mark.parametrize(
    ("messages", "told"), [((), "no pod"), (("exceeded quota", "still exceeded quota"), "no pod: still exceeded quota")]
)
def test_without_a_pod_the_last_event_of_its_job_is_told(cluster, no_time, messages, told):
    """Not one of another Job; nor is it an error of its own where events may not be read."""
    own = [{"involvedObject": {"name": "late"}, "message": message} for message in messages]
    write(cluster, "events", *own, {"involvedObject": {"name": "another"}, "message": "of no matter"})
    assert looked("shop/late")["late"].endswith(f" s, got {told}")
    (cluster / "no-get-events---namespace=shop").touch()
    assert looked("shop/late")["late"].endswith(" s, got no pod")


def test_what_is_left_goes_when_nobody_asks_any_more_also_where_one_cannot_be_deleted(cluster):
    """An interrupt comes at any time; the error is told after all were tried."""
    write(cluster, "pods", pod("first", phase="Succeeded"))
    (cluster / "no-delete-job-second").touch()
    found = ended(Kubectl(), workloads("shop/first", "shop/second", "shop/third"), made, print)
    next(found)
    with pytest.raises(VerifyError, match="`kubectl delete job` must work"):
        found.close()
    assert sorted(name for _, name, _ in asked(cluster, "delete")) == ["first", "second", "third"]


def test_an_interrupt_after_which_a_job_stays_is_no_finding(cluster, monkeypatch):
    """Of what was not looked at nothing is told; the command ends with what could not be deleted."""
    monkeypatch.setattr("verify.job.token_hex", lambda _: "x")
    (cluster / "no-delete-job-podnet-verify-orders-api-x").touch()

    def interrupt(_):
        raise KeyboardInterrupt

    with pytest.raises(VerifyError, match="`kubectl delete job` must work"):
        list(paths(load("dev"), Kubectl(), "shop/orders-api", "image", interrupt))
