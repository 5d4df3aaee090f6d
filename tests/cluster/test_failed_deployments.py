"""A Create or Update that fails is rolled back, and the second deployment works."""

import aws_node
import pytest
from cloudformation import CustomResource, DeployError
from fault_server import refusal
from fleet import AwsNode, Controller, properties_of

LESS = {"aws-node": {"POD_SECURITY_GROUP_ENFORCING_MODE": "strict", "ENABLE_POD_ENI": "true"}}
SOON = 0.02  # minutes


@pytest.fixture
def through(properties, faults, certificates):
    """Properties that lead through the server of faults."""
    return {**properties, "Endpoint": faults.endpoint, "CertificateAuthority": certificates.authority}


@pytest.mark.parametrize("patches", [0, 1], ids=["before the patch", "after the patch"])
def test_a_failed_create_leaves_what_was_there(node, through, faults, patches, following):
    """Refused at the patch, or at the look after it; the Delete that follows finds its way."""
    before = node.live["spec"]["template"]["spec"]
    if patches:
        following.stop()
    else:
        faults.spoil(None, refusal(422, "no"), method="PATCH")  # the first patch claims and changes no value
    resource = CustomResource()
    with pytest.raises(DeployError):
        resource.deploy({**through, "RolloutMinutes": SOON})
    assert resource.requests == ["Create", "Delete"]
    live = node.live
    assert live["spec"]["template"]["spec"] == before
    assert not [name for name in aws_node.managers(live) if name.startswith("podnet")]
    assert not [name for name in live["metadata"]["annotations"] if name.startswith("podnet.io/")]


def test_after_a_failed_create_the_second_one_works(node, following, through, faults):
    """As if the first had not been."""
    faults.spoil(None, refusal(422, "no"), method="PATCH")
    with pytest.raises(DeployError, match="refused with 422: no"):
        CustomResource().deploy(through)
    CustomResource().deploy(through)
    assert node.values == aws_node.ENV


def test_a_create_that_is_refused_at_the_first_look_gets_no_delete(node, properties):
    """The framework never deletes it, so it must not have changed anything."""
    before = node.live["metadata"]["resourceVersion"]
    resource = CustomResource()
    env = {"aws-node": {"POD_SECURITY_GROUP_ENFORCING_MODE": "lenient"}}
    with pytest.raises(DeployError):
        resource.deploy({**properties, "Env": env})
    assert resource.requests == ["Create"]
    assert node.live["metadata"]["resourceVersion"] == before


def test_a_failed_update_returns_to_the_values_before(node, following, properties):
    """The rollout never ends: CloudFormation updates back, variables that the Update dropped included."""
    resource = CustomResource()
    resource.deploy(properties)
    following.stop()
    seen = []

    def fleet_recovers():
        seen.append(node.values)
        controller.start()

    controller, resource.before_roll_back = Controller(node, 3), fleet_recovers
    with pytest.raises(DeployError, match=r"did not roll out in 0\.02 minutes"):
        resource.deploy({**properties, "Env": LESS, "RolloutMinutes": SOON})
    controller.stop()
    assert seen == [
        {
            "aws-node": {**LESS["aws-node"], "AWS_VPC_K8S_CNI_EXTERNALSNAT": "false"},
            "aws-vpc-cni-init": {"DISABLE_TCP_EARLY_DEMUX": "false"},
        }
    ]
    assert node.values == aws_node.ENV


def test_an_update_that_is_refused_before_the_patch_is_rolled_back_in_peace(node, following, properties):
    """Nothing was patched, nothing has to roll."""
    resource = CustomResource()
    resource.deploy(properties)
    generation = node.live["metadata"]["generation"]
    with pytest.raises(DeployError, match="must have a container aws-nodes"):
        resource.deploy({**properties, "Env": {"aws-nodes": {"ENABLE_POD_ENI": "true"}}})
    assert resource.requests == ["Create", "Update", "Update"]
    assert node.values == aws_node.ENV
    assert node.live["metadata"]["generation"] == generation


def test_somebody_who_sets_a_value_back_during_the_wait_is_named(node, following, properties):
    """Going on would roll the fleet back and forth; the deployment fails at once and says who it was."""
    resource = CustomResource()
    begun = resource._begin("Create", properties, None, "")
    following.stop()
    with pytest.raises(Exception, match="not complete"):
        resource._wait(begun, 1)
    node.set_env("aws-node", "ENABLE_POD_ENI", "false", manager="argocd")
    with pytest.raises(Exception, match="ENABLE_POD_ENI must be 'true', got 'false': set back by argocd"):
        resource._wait(begun, 1)
    node.remove_env("aws-node", "ENABLE_POD_ENI")
    with pytest.raises(Exception, match="ENABLE_POD_ENI must be 'true', got None: set back by somebody"):
        resource._wait(begun, 1)


def test_a_resource_that_is_renamed_in_the_template_keeps_its_values(node, following, properties):
    """CloudFormation makes the new one and deletes the old one; the old one finds that it holds nothing any more."""
    old, new = CustomResource("Old"), CustomResource("New")
    old.deploy(properties)
    new.deploy(properties)
    assert old.identity != new.identity
    old.delete()
    assert node.values == aws_node.ENV
    new.delete()
    assert node.values["aws-node"]["ENABLE_POD_ENI"] == "false"


def test_a_former_cluster_gets_its_originals_back(node, following, properties, former):
    """Two API servers: the values come to the new one, then the old one is cleaned."""
    old, resource = AwsNode(former.api), CustomResource()
    before = old.install()["spec"]["template"]["spec"]
    controller = Controller(old, 3)
    controller.start()
    resource.deploy(properties_of(former, ClusterName="former"))
    assert old.values == aws_node.ENV
    resource.deploy(properties)
    controller.stop()
    assert resource.requests == ["Create", "Update", "Delete"]
    assert node.values == aws_node.ENV
    assert old.live["spec"]["template"]["spec"] == before
    assert "podnet" not in aws_node.managers(old.live)


def test_another_cluster_is_another_resource(node, following, properties):
    """New first, then the old one is cleaned; here the old one's endpoint is gone with its cluster."""
    resource = CustomResource(seconds=7)
    gone = {**properties, "ClusterName": "former", "Endpoint": "https://127.0.0.1:1"}
    resource.deploy(properties)
    resource.properties, resource.identity = gone, "former/kube-system/aws-node/00000000"
    resource.deploy(properties)
    assert resource.requests == ["Create", "Update", "Delete"]
    assert resource.identity.startswith("lab/kube-system/aws-node/")
    assert node.values == aws_node.ENV
