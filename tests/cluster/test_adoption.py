"""A cluster that has the values already, whoever set them: adopting it restarts no pod, leaving it changes nothing."""

import copy

import aws_node
import pytest
from cloudformation import CustomResource

CLIENT_SIDE = "kubectl-client-side-apply"


def by_set_env_and_patch(node):
    """The original procedure on an add-on: `kubectl set env`, then `kubectl patch` for the init container."""
    node.install()
    for container, variables in aws_node.ENV.items():
        manager = "kubectl-patch" if container.endswith("-init") else "kubectl-set"
        for name, value in variables.items():
            node.set_env(container, name, value, manager)


def by_the_add_on(node):
    """The values stand in the add-on's configuration."""
    node.install(aws_node.ENV)


def by_kubectl_apply(node):
    """A self-managed aws-node: the manifest with the values in it, by client-side `kubectl apply`."""
    body = aws_node.manifest(aws_node.ENV)
    node.remove()
    path = aws_node.PATH.rpartition("/")[0]
    node.api("POST", f"{path}?fieldManager={CLIENT_SIDE}", body)


def by_helm(node):
    """A self-managed aws-node by the chart, applied on the server's side."""
    node.remove()
    node.api.apply(aws_node.manifest(aws_node.ENV), "Helm")


@pytest.mark.parametrize(
    "owner", [by_set_env_and_patch, by_the_add_on, by_kubectl_apply, by_helm], ids=lambda f: f.__name__
)
def test_a_cluster_that_is_right_is_adopted_and_left_without_a_restart(node, following, properties, owner):
    """Same generation after Create, Update and Delete; the same object; the owner still owns what it owned."""
    owner(node)
    before = node.live
    resource = CustomResource()
    resource.deploy(properties)
    assert node.live["metadata"]["generation"] == before["metadata"]["generation"]
    resource.deploy({**properties, "RunAgain": "1"})
    resource.delete()
    after = node.live
    assert after["metadata"]["generation"] == before["metadata"]["generation"]
    assert after["spec"] == before["spec"]
    assert ownership(after) == ownership(before)


def test_an_owner_who_patches_goes_on_patching(node, following, properties):
    """A `kubectl set env` of an equal value after adoption changes nothing; of another one it is drift."""
    by_set_env_and_patch(node)
    CustomResource().deploy(properties)
    generation = node.live["metadata"]["generation"]
    node.set_env("aws-node", "ENABLE_POD_ENI", "true")
    assert node.live["metadata"]["generation"] == generation


def ownership(live):
    """Give manager -> fields, without times and without the status, whose manager is this test."""
    entries = copy.deepcopy(live["metadata"]["managedFields"])
    return sorted((e["manager"], str(e["fieldsV1"])) for e in entries if e.get("subresource") != "status")
