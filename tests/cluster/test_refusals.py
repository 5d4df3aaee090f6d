"""What cannot work is refused before anything is patched."""

import aws_node
import pytest
from cloudformation import CustomResource, DeployError

STANDARD = {"aws-node": {"POD_SECURITY_GROUP_ENFORCING_MODE": "standard"}}
POD_ENI = {"aws-node": {"ENABLE_POD_ENI": "true"}}


def refused(node, properties, match):
    before = node.live["metadata"]["resourceVersion"]
    with pytest.raises(DeployError, match=match):
        CustomResource().deploy(properties)
    assert node.live["metadata"]["resourceVersion"] == before


@pytest.mark.parametrize(
    ("tag", "env", "needed"),
    [
        ("v1.10.4-eksbuild.1", aws_node.ENV, "1.11"),
        ("v1.10.4", STANDARD, "1.11"),
        ("v1.6.3", POD_ENI, "1.7"),
        ("1.6.3", aws_node.ENV, "1.11"),
    ],
)
def test_a_cni_that_is_too_old_is_refused_with_both_versions(node, properties, tag, env, needed):
    """Mode `standard` came with 1.11, security groups for pods with 1.7."""
    node.install(image_tag=tag)
    got = tag.removeprefix("v").partition("-")[0]
    refused(node, {**properties, "Env": env}, f"VPC CNI {needed} or later .* got {got}; update the add-on vpc-cni")


@pytest.mark.parametrize(("tag", "env"), [("v1.11.0", STANDARD), ("v1.10.4", POD_ENI), ("v1.7.0", POD_ENI)])
def test_a_cni_that_is_just_new_enough_is_patched(node, following, properties, tag, env):
    """The first versions that have the variable."""
    node.install(image_tag=tag)
    CustomResource().deploy({**properties, "Env": env})
    assert aws_node.values(node.live, env) == env


def test_a_cni_whose_version_nobody_knows_is_patched_and_told(node, following, properties):
    """A mirror may name its images as it likes."""
    node.install(image_tag="latest")
    assert CustomResource().deploy(properties)["CniVersion"] == "unknown"


def test_a_daemon_set_that_comes_late_and_is_too_old_is_refused_too(node, properties):
    """The check is made before every patch, not only at the first look."""
    node.remove()
    resource = CustomResource()
    begun = resource._begin("Create", properties, None, "")
    node.install(image_tag="v1.9.0")
    with pytest.raises(Exception, match=r"VPC CNI 1\.11 or later"):
        resource._wait(begun, 1)


def test_a_missing_container_is_refused_with_its_path(node, properties):
    """The names that are there are told."""
    env = {"aws-vpc-cni-inti": {"DISABLE_TCP_EARLY_DEMUX": "true"}}
    there = "must have a container aws-vpc-cni-inti, got aws-vpc-cni-init, aws-node, aws-eks-nodeagent"
    refused(node, {**properties, "Env": env}, f"spec.template.spec {there}")


def test_an_entry_that_is_set_through_value_from_is_refused_with_its_path(node, properties):
    """A value beside valueFrom is invalid in Kubernetes."""
    path = r"spec.template.spec.containers\[aws-node\].env\[MY_NODE_NAME\] must have a value, got valueFrom"
    refused(node, {**properties, "Env": {"aws-node": {"MY_NODE_NAME": "me"}}}, path)


def test_an_unknown_enforcing_mode_is_refused_with_its_path(node, properties):
    """aws-node would exit with it."""
    env = {"aws-node": {"POD_SECURITY_GROUP_ENFORCING_MODE": "lenient"}}
    path = r"containers\[aws-node\].env\[POD_SECURITY_GROUP_ENFORCING_MODE\] must be one of strict, standard"
    refused(node, {**properties, "Env": env}, f"{path}, got 'lenient'")


def test_a_daemon_set_that_never_comes_ends_in_an_error_that_names_the_add_on(node, properties):
    """After WaitMinutes."""
    node.remove()
    expected = "did not appear in 10 minutes.*expected from the add-on vpc-cni v1.23.2-eksbuild.1"
    with pytest.raises(DeployError, match=expected):
        CustomResource(began_ago=601).deploy(properties)
