"""Several writers at once: one end state, no lost update."""

import threading

import aws_node
import pytest
from cloudformation import CustomResource, cluster_of
from test_watch import called


@pytest.fixture
def function(properties):
    """The watch's function."""
    with cluster_of(properties):
        yield


def test_watch_and_deployment_and_status_writes_at_once(node, following, properties, function):
    """Twenty watches run while the settings change five times; the last settings are in effect, every original kept."""
    resource = CustomResource()
    resource.deploy(properties)
    counted = []
    over = threading.Event()

    def watches():
        while not over.is_set():
            counted.append(called(resource, resource.properties["Env"]))

    def disturbs():
        while not over.is_set():
            node.set_status(desiredNumberScheduled=3, updatedNumberScheduled=3, numberAvailable=3)

    threads = [threading.Thread(target=run) for run in (watches, watches, disturbs)]
    for thread in threads:
        thread.start()
    for turn in range(5):
        mode = "strict" if turn % 2 else "standard"
        env = {"aws-node": {**aws_node.ENV["aws-node"], "POD_SECURITY_GROUP_ENFORCING_MODE": mode}}
        resource.deploy({**properties, "Env": env})
        assert aws_node.values(node.live, env) == env
    over.set()
    for thread in threads:
        thread.join()
    assert aws_node.values(node.live, env) == env
    assert sum(count["Failures"] for count in counted) == 0
    assert len(counted) > 5
    resource.delete()
    assert node.values == {
        "aws-node": {
            "ENABLE_POD_ENI": "false",
            "POD_SECURITY_GROUP_ENFORCING_MODE": None,
            "AWS_VPC_K8S_CNI_EXTERNALSNAT": "false",
        },
        "aws-vpc-cni-init": {"DISABLE_TCP_EARLY_DEMUX": "false"},
    }


def test_another_writer_between_our_read_and_our_patch_loses_nothing(node, following, properties, faults, certificates):
    """Somebody adds a variable of their own in between: both are there, and the note has the right originals."""

    def overtaken(handler):
        node.set_env("aws-node", "AWS_VPC_K8S_CNI_EXTERNALSNAT", "theirs")
        node.set_env("aws-node", "WARM_ENI_TARGET", "7")
        handler.answer_from_upstream()

    faults.spoil(overtaken, method="PATCH")
    resource = CustomResource()
    resource.deploy({**properties, "Endpoint": faults.endpoint, "CertificateAuthority": certificates.authority})
    assert node.values == aws_node.ENV
    resource.delete()
    values = aws_node.values(node.live, {"aws-node": {"WARM_ENI_TARGET": "", "AWS_VPC_K8S_CNI_EXTERNALSNAT": ""}})
    assert values == {"aws-node": {"WARM_ENI_TARGET": "7", "AWS_VPC_K8S_CNI_EXTERNALSNAT": "theirs"}}
