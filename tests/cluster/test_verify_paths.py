"""The Job of `make verify ARGS="--as …"` as an API server judges it; test_verify_job.py runs it."""

import json
import os

import pytest

from rehearsal.kubectl import kubectl_folder
from settings import load
from settings.workloads import Reach
from verify.errors import VerifyError
from verify.job import IMAGE, job, task
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
    made = job(settings, workload, account="default", image=IMAGE)
    template = made["spec"]["template"]
    pod = {"metadata": {"name": "as-the-job-does", **template["metadata"]}, "spec": template["spec"]}
    live = plane.api("POST", f"/api/v1/namespaces/{SPACE}/pods?dryRun=All", pod)
    assert live["metadata"]["labels"].items() >= workload.pod_labels.items()
    (container,) = live["spec"]["containers"]
    assert container["readinessProbe"]["exec"]["command"] == ["false"]
    task = json.loads(next(e["value"] for e in container["env"] if e["name"] == "PODNET_PROBE"))
    assert task["connections"] == [["db.data.example.internal", 5432]]
    assert task["names"] == ["kubernetes.default.svc.cluster.local", "sts.eu-west-1.amazonaws.com"]
    assert task["metrics"] == ["$(HOST):9253"]


def test_service_meshes_are_asked_to_stay_out_unless_the_policy_selects_by_their_label(settings):
    """Their proxy accepts each connection at first, whatever the groups say."""
    workload = settings.workloads[0]
    metadata = job(settings, workload, account="default", image=IMAGE)["spec"]["template"]["metadata"]
    out = {"sidecar.istio.io/inject": "false", "istio.io/dataplane-mode": "none"}
    assert metadata["labels"] == out | workload.pod_labels
    assert metadata["annotations"] == {"linkerd.io/inject": "disabled"}
    meshed = workload.model_copy(update={"pod_labels": {"sidecar.istio.io/inject": "true"}})
    labels = job(settings, meshed, account="default", image=IMAGE)["spec"]["template"]["metadata"]["labels"]
    assert labels["sidecar.istio.io/inject"] == "true"


def test_a_job_that_nobody_deletes_goes_by_itself_in_two_minutes(settings):
    """While its pod is there, budgets of the workload may let nothing be evicted."""
    made = job(settings, settings.workloads[0], account="default", image=IMAGE)
    assert made["spec"]["ttlSecondsAfterFinished"] == 120


@pytest.mark.parametrize(
    ("region", "name"),
    [("cn-north-1", "sts.cn-north-1.amazonaws.com.cn"), ("us-gov-west-1", "sts.us-gov-west-1.amazonaws.com")],
)
def test_the_name_outside_is_one_of_the_regions_own(settings, region, name):
    """China has a domain of its own."""
    there = settings.model_copy(update={"region": region})
    assert task(there, there.workloads[0])["names"][1] == name


@pytest.mark.parametrize(
    ("change", "metrics"),
    [
        ({"dns_cache": {"enabled": False}}, []),
        ({"dns_cache": {"metrics_port": 9300}}, ["$(HOST):9300"]),
        ({"dns_cache": {"standby": True}}, ["$(HOST):9253", "$(HOST):9254"]),
        ({"enforcing_mode": "strict"}, []),
    ],
)
def test_only_a_cache_that_such_a_pod_reaches_has_to_answer(settings, change, metrics):
    """None where there is none, or where strict keeps pods from it; either process where a standby runs beside it."""
    networking = settings.pod_networking
    cache = networking.dns_cache.model_copy(update=change.get("dns_cache", {}))
    changed = networking.model_copy(update={**change, "dns_cache": cache})
    other = settings.model_copy(update={"pod_networking": changed})
    assert task(other, other.workloads[0])["metrics"] == metrics


def test_a_workload_that_is_not_there_is_told_with_those_that_are(kubectl, settings):
    """Nothing is made."""
    with pytest.raises(VerifyError, match=f"{SPACE}/orders-api.*got shop/nobody"):
        list(paths(settings, kubectl, "shop/nobody", IMAGE))


def test_a_workload_that_is_selected_by_service_account_needs_one(kubectl, settings):
    """The policy looks at the account's labels; without such an account the Job would prove nothing."""
    found = list(paths(settings, kubectl, f"{SPACE}/orders-worker", IMAGE))
    assert "must have a service account with team=orders" in found[0].problems[0]
    assert [finding.result for finding in found] == ["fails"]


def test_a_kind_that_the_cluster_does_not_know_has_no_objects_and_what_is_refused_is_an_error(kubectl):
    """The kinds of AWS's controllers are not there where those are off; a refusal is no empty list."""
    assert kubectl.items("nothings") == []
    with pytest.raises(VerifyError, match="`kubectl get pods` must work"):
        kubectl.items("pods", SPACE, "no selector at all")


def test_a_job_that_went_by_itself_is_deleted_and_one_that_goes_slowly_is_not_waited_for(kubectl, plane, monkeypatch):
    """The server deletes an ended Job after two minutes; a finalizer of somebody else may hold one for ever."""
    monkeypatch.setattr("verify.kubectl.ENDS_SECONDS", 10)
    kubectl.delete("configmap", SPACE, "gone")
    held = {"name": "held", "namespace": SPACE, "finalizers": ["podnet.io/test"]}
    kubectl.create({"apiVersion": "v1", "kind": "ConfigMap", "metadata": held})
    kubectl.delete("configmap", SPACE, "held")
    path = f"/api/v1/namespaces/{SPACE}/configmaps/held"
    assert plane.api("GET", path)["metadata"]["deletionTimestamp"]
    plane.api("PATCH", path, {"metadata": {"finalizers": None}}, "application/merge-patch+json")
