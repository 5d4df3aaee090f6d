"""Every manifest of every environment, judged by a real API server of the cluster's own version."""

import json
import time

import aws_cdk as cdk
import pytest
import yaml

import app
from rehearsal.parts import module_dir
from settings import environments, load
from stacks import Environment


@pytest.fixture(scope="module")
def policies(plane):
    """The CustomResourceDefinition of SecurityGroupPolicy as EKS installs it."""
    (file,) = module_dir("vpc_resource_controller").glob("config/crd/bases/*securitygrouppolicies.yaml")
    plane.api.apply(yaml.safe_load(file.read_text()), "eks")
    for _ in range(50):
        status, _ = plane.api.raw("GET", "/apis/vpcresources.k8s.aws/v1beta1/securitygrouppolicies")
        if status == 200:
            return plane.api
        time.sleep(0.1)
    raise AssertionError("the API server does not serve SecurityGroupPolicy")


@pytest.fixture(scope="module", params=environments())
def objects(request, tmp_path_factory):
    """What the stacks of one environment apply, references filled with ids."""
    made = cdk.App(context=app.CONTEXT, outdir=str(tmp_path_factory.mktemp(request.param)))
    found = [item for many in Environment(made, load(request.param)).manifests.values() for item in many]
    assert len(found) > 5
    return [_filled(item) for item in found]


def _filled(value):
    if isinstance(value, dict) and len(value) == 1 and next(iter(value)).startswith(("Fn::", "Ref")):
        return "sg-0a1b2c3d4e5f60718"
    if isinstance(value, dict):
        return {key: _filled(inner) for key, inner in value.items()}
    return [_filled(inner) for inner in value] if isinstance(value, list) else value


def _judge(api, item):
    """Ask for a strict dry run: a field that the schema does not know is an error."""
    path = api.path(item).split("?")[0].rpartition("/")[0]
    return api.raw("POST", f"{path}?dryRun=All&fieldValidation=Strict", item)


def test_the_api_server_takes_every_manifest_as_it_is(policies, objects):
    """Kinds, fields, types and values are what Kubernetes and the policy's schema know."""
    spaces = {item["metadata"].get("namespace", "kube-system") for item in objects}
    for name in sorted(spaces | {"kube-system"}):
        policies.raw("POST", "/api/v1/namespaces", {"metadata": {"name": name}})
    refused = []
    for item in objects:
        status, answer = _judge(policies, item)
        if status not in (201, 409):
            refused.append(f"{item['kind']} {item['metadata']['name']}: {status} {json.dumps(answer)[:300]}")
    assert not refused, "\n".join(refused)


@pytest.mark.parametrize("place", ["spec", "metadata"])
def test_a_field_that_kubernetes_does_not_know_is_refused(policies, objects, place):
    """The judge of the test above does judge, our own kind included."""
    item = next(found for found in objects if found["kind"] == "SecurityGroupPolicy")
    wrong = json.loads(json.dumps(item))
    wrong[place]["colour"] = "red"
    policies.raw("POST", "/api/v1/namespaces", {"metadata": {"name": item["metadata"]["namespace"]}})
    status, answer = _judge(policies, wrong)
    assert status == 400
    assert "colour" in answer["message"]
