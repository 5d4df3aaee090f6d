"""A workload's namespace, applied by CDK's kubectl function over the one of somebody else."""

import json

import cdk8s
import pytest
from cdk_function import administered
from test_manifests_again import OURS

from benchmarks.reconcile import THEIRS
from charts.workload_namespace import WorkloadNamespace

ENFORCED = {"pod-security.kubernetes.io/enforce": "restricted"}
LAST = "kubectl.kubernetes.io/last-applied-configuration"


@pytest.fixture(scope="module")
def plane(tmp_path_factory):
    """A cluster that CDK's function administers."""
    with administered(tmp_path_factory.mktemp("spaces")) as plane:
        yield plane


@pytest.fixture
def apply(plane, cdk_function, tmp_path):
    """Let a function apply a namespace as its Workloads stack has it; give its labels then."""
    environment = cdk_function.environment(plane, tmp_path)

    def call(code, request, name):
        objects = json.dumps(WorkloadNamespace(cdk8s.App(), "one", name=name).to_json())
        cdk_function.call(code, environment, request, ClusterName="lab", Manifest=objects, Overwrite="true")
        return plane.api("GET", f"/api/v1/namespaces/{name}")["metadata"]["labels"]

    return call


def applied_by_a_team(plane, name):
    """What `kubectl apply` of a namespace with a Pod Security Standard leaves."""
    given = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": ENFORCED}}
    told = {**given["metadata"], "annotations": {LAST: json.dumps(given)}}
    plane.api("POST", "/api/v1/namespaces?fieldManager=kubectl-client-side-apply", {**given, "metadata": told})


@pytest.mark.parametrize("request_type", ["Create", "Update"])
def test_labels_that_others_have_applied_stay(plane, apply, request_type):
    """Another workload of theirs, or another text in run_again, takes no Pod Security Standard away."""
    name = f"shop-{request_type.lower()}"
    applied_by_a_team(plane, name)
    for request in (request_type, "Update"):
        assert ENFORCED.items() <= apply(OURS.format(limit=20), request, name).items()


def test_cdks_function_alone_takes_them_away(plane, apply):
    """When this fails, what the layer does about it can go."""
    applied_by_a_team(plane, "stripped")
    assert not ENFORCED.keys() & apply(THEIRS, "Create", "stripped").keys()


def test_one_that_an_earlier_podnet_has_made_is_applied_again(plane, apply):
    """Also where somebody has deleted it since."""
    assert apply(THEIRS, "Create", "earlier")
    assert apply(OURS.format(limit=20), "Update", "earlier")
    assert apply(OURS.format(limit=20), "Update", "gone")
