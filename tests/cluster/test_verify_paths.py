"""The Job of `make verify ARGS="--as …"` on a real API server; who runs its pod there is this test."""

import json
import os
import threading
import time

import pytest

from rehearsal.kubectl import kubectl_folder
from settings import load
from settings.workloads import Reach
from verify.errors import VerifyError
from verify.job import IMAGE, job
from verify.kubectl import Kubectl
from verify.paths import paths

SPACE = "probed"


@pytest.fixture
def kubectl(plane, monkeypatch):
    """kubectl for a namespace that enforces the Pod Security Standard `restricted`."""
    labels = {"pod-security.kubernetes.io/enforce": "restricted"}
    space = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": SPACE, "labels": labels}}
    plane.api.apply(space, "team")
    monkeypatch.setenv("PATH", f"{kubectl_folder('1.35')}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("KUBECONFIG", str(plane.kubeconfig))
    return Kubectl()


@pytest.fixture
def settings():
    """dev.yaml with its workloads in the namespace, one with a host to reach."""
    found = load("dev")
    reach = Reach(peer="data", port=5432, host="db.data.example.internal")
    workloads = [w.model_copy(update={"namespace": SPACE, "reaches": (reach,)}) for w in found.workloads]
    return found.model_copy(update={"workloads": tuple(workloads)})


def test_its_pod_has_the_workloads_labels_is_never_ready_and_is_admitted_as_restricted(plane, kubectl, settings):
    """The pod template is sent as a pod, which the API server's PodSecurity admission judges."""
    workload = settings.workloads[0]
    made = job(workload, account="default", image=IMAGE, names=["a.example"])
    template = made["spec"]["template"]
    pod = {"metadata": {"name": "as-the-job-does", **template["metadata"]}, "spec": template["spec"]}
    live = plane.api("POST", f"/api/v1/namespaces/{SPACE}/pods?dryRun=All", pod)
    assert live["metadata"]["labels"] == workload.pod_labels
    (container,) = live["spec"]["containers"]
    assert container["readinessProbe"]["exec"]["command"] == ["false"]
    task = json.loads(next(e["value"] for e in container["env"] if e["name"] == "PODNET_PROBE"))
    assert task["connections"] == [["db.data.example.internal", 5432]]
    assert task["names"] == ["a.example"]
    assert task["metrics"] == "$(HOST):9253"


def test_a_job_is_run_read_and_removed(plane, kubectl, settings, monkeypatch):
    """Its log becomes findings; the pod's missing interface is one too. A kubelet's part is played here."""
    told = {"checks": [{"what": "a.example resolves", "ok": False, "seen": "timed out"}]}
    monkeypatch.setattr(Kubectl, "log", lambda *_: f"noise\n{json.dumps(told)}\n")  # no kubelet, no logs
    jobs = f"/apis/batch/v1/namespaces/{SPACE}/jobs"
    kubelet = threading.Thread(target=end_the_pod, args=(plane.api, jobs), daemon=True)
    kubelet.start()
    chosen = f"{SPACE}/{settings.workloads[0].name}"
    interface, probed = paths(settings, kubectl, chosen, IMAGE)
    kubelet.join(20)
    assert not interface.holds
    assert "has the node's groups" in interface.problems[0]
    assert probed.problems == ["timed out"]
    assert plane.api("GET", jobs)["items"] == []


def end_the_pod(api, jobs):
    """Make the pod that a controller would make for the job, and let it succeed."""
    while not (items := api("GET", jobs)["items"]):
        time.sleep(0.05)
    template = items[0]["spec"]["template"]
    labels = {**template["metadata"]["labels"], "batch.kubernetes.io/job-name": items[0]["metadata"]["name"]}
    path = f"/api/v1/namespaces/{SPACE}/pods"
    api("POST", path, {"metadata": {"name": "probe", "labels": labels}, "spec": template["spec"]})
    api("PATCH", f"{path}/probe/status", {"status": {"phase": "Succeeded"}}, "application/merge-patch+json")


def test_a_workload_that_is_not_there_is_told_with_those_that_are(kubectl, settings):
    """Nothing is made."""
    with pytest.raises(VerifyError, match=f"{SPACE}/orders-api.*got shop/nobody"):
        list(paths(settings, kubectl, "shop/nobody", IMAGE))


def test_a_workload_that_is_selected_by_service_account_needs_one(kubectl, settings):
    """The policy looks at the account's labels; without such an account the Job would prove nothing."""
    with pytest.raises(VerifyError, match="must have a service account with team=orders"):
        list(paths(settings, kubectl, f"{SPACE}/orders-worker", IMAGE))
