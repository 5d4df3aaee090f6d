"""When a rollout is done, and what a deployment says that does not get there; the status is written by hand."""

import json

import aws_node
import pytest
from cloudformation import CustomResource, DeployError, StillWaitingError, begun
from errors import HandlerError
from node_pods import READY, STARTED, pod

DONE = {"desiredNumberScheduled": 100, "updatedNumberScheduled": 100, "numberAvailable": 100}
SOON = 0.02  # minutes
pytestmark = pytest.mark.usefixtures("no_pods")


def patched(node, properties, **numbers):
    """Begin a Create on a fleet of 100 and send the patch; then write the status."""
    node.set_status(**DONE)
    resource, event = begun(properties)
    if numbers:
        node.set_status(**numbers)
    return resource, event


@pytest.mark.parametrize(
    "numbers",
    [
        {},
        {"observedGeneration": 1, **DONE},
        {"desiredNumberScheduled": 100, "numberAvailable": 100},
        {"desiredNumberScheduled": 100, "updatedNumberScheduled": 5, "numberAvailable": 91, "numberUnavailable": 9},
        {"desiredNumberScheduled": 100, "updatedNumberScheduled": 98, "numberAvailable": 100},
        {"desiredNumberScheduled": 100, "updatedNumberScheduled": 100, "numberAvailable": 99},
        {"desiredNumberScheduled": 100, "updatedNumberScheduled": 100},
    ],
    ids=["stale", "about the old template", "no pod updated", "in a wave", "between waves", "not available", "absent"],
)
def test_a_status_that_is_stale_or_between_waves_is_not_taken_for_done(node, properties, numbers):
    """Each of them was seen on a real controller, and numberUnavailable was absent in most."""
    resource, event = patched(node, properties, **numbers)
    with pytest.raises(StillWaitingError):
        resource._wait(event, 2)


def test_a_rollout_is_done_when_every_node_has_an_available_new_pod(node, properties, capsys):
    """The generation and the number of nodes are told; the log has each step."""
    resource, event = patched(node, properties, **DONE)
    resource._wait(event, 1)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["message"] for line in lines] == ["looked", "patching", "waiting", "rolled out", "watched"]
    assert "aws-node ENABLE_POD_ENI must be 'true', got 'false'" in lines[0]["changes"]
    done = "100 of 100 nodes updated, 100 available"
    assert [line.get("progress") for line in lines] == [done, None, done, done, None]
    assert resource.data == {"Generation": "2", "Nodes": "100", "CniVersion": "1.23.2"}


@pytest.fixture
def pods(node):
    """Pods that are ready, and five that are not, each for a reason of its own."""
    for number in range(5):
        pod(node, f"aws-node-fine{number}", phase="Running", containerStatuses=[STARTED], conditions=[READY])
    waits = {"reason": "ImagePullBackOff", "message": "Back-off pulling image x: not found" + ", again" * 60}
    waiting = {**STARTED, "ready": False, "state": {"waiting": waits}}
    pod(node, "aws-node-pull", phase="Pending", containerStatuses=[waiting])
    crash = {"reason": "CrashLoopBackOff", "message": "back-off 5m0s restarting failed container" + ", again" * 60}
    pod(node, "aws-node-loop", phase="Running", containerStatuses=[{**waiting, "state": {"waiting": crash}}])
    room = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": "Insufficient cpu"}
    pod(node, "aws-node-room", phase="Pending", conditions=[room])
    pod(node, "aws-node-yet", phase="Pending")
    pod(node, "aws-node-zero")


def test_a_rollout_that_stands_still_ends_within_the_limit_and_names_three_pods(node, properties, pods):
    """Pod, node and reason; three, not five."""
    soon = {**properties, "RolloutMinutes": SOON}
    node.set_status(**DONE)
    with pytest.raises(DeployError) as failure:
        CustomResource().deploy(soon)
    text = str(failure.value)
    assert "daemonset kube-system/aws-node did not roll out in 0.02 minutes" in text
    assert "aws-node-loop on node-of-aws-node-loop: aws-node CrashLoopBackOff back-off 5m0s restarting" in text
    assert "aws-node-pull on node-of-aws-node-pull: aws-node ImagePullBackOff Back-off pulling image x: not" in text
    assert "aws-node-room on node-of-aws-node-room: Unschedulable Insufficient cpu" in text
    assert "aws-node-yet" not in text
    assert "fine" not in text
    assert len(text) <= 1000
    assert text.endswith("log group Stack-AwsNodeEnvLogs")


def test_where_every_pod_is_ready_and_a_node_has_none_events_and_nodes_are_looked_at(node, properties):
    """Nothing is wrong with the pods that there are: admission may refuse one (FailedCreate), or the node is dead."""
    resource, event = patched(node, properties, **{**DONE, "numberAvailable": 99})
    event["ResourceProperties"]["RolloutMinutes"] = "0.001"
    with pytest.raises(
        HandlerError, match="99 available; every pod is ready: see the DaemonSet's events, look for dead nodes"
    ):
        resource._wait(event, 1)


def test_a_poll_is_one_request_whatever_happens(node, properties, faults, certificates):
    """No pod is listed before the limit has passed."""
    through = {**properties, "Endpoint": faults.endpoint, "CertificateAuthority": certificates.authority}
    resource, event = patched(node, through)
    faults.requests.clear()
    with pytest.raises(StillWaitingError):
        resource._wait(event, 5)
    assert [method for method, _ in faults.requests] == ["GET"] * 5


def test_another_daemon_set_is_awaited_by_name(node, properties, plane, faults, certificates):
    """Custom::DaemonSetRollout changes nothing and waits for the DaemonSet to be there and rolled out."""
    body = aws_node.manifest()
    body["metadata"]["name"] = "node-local-dns"
    where = {"Namespace": "kube-system", "DaemonSet": "node-local-dns", "Revision": "1", "RolloutMinutes": 30}
    through = {"Endpoint": faults.endpoint, "CertificateAuthority": certificates.authority}
    given = {"ClusterName": properties["ClusterName"], **through}
    resource = CustomResource("NodeLocalDns")
    event = resource._begin("Create", {**given, **where}, None, "")
    assert [method for method, _ in faults.requests] == ["GET"], "it claims nothing"
    with pytest.raises(StillWaitingError):
        resource._wait(event, 1)
    with pytest.raises(HandlerError, match=r"did not appear in 30 minutes.*node-local-dns.* from its manifest"):
        resource._wait({**event, "Began": event["Began"] - 1801}, 1)
    live = plane.api.apply(body, "kubectl")
    with pytest.raises(StillWaitingError):
        resource._wait(event, 1)
    path = aws_node.PATH.replace("aws-node", "node-local-dns")
    status = aws_node.status(live, desiredNumberScheduled=3, updatedNumberScheduled=3, numberAvailable=3)
    plane.api("PATCH", f"{path}/status", status, "application/merge-patch+json")
    resource._wait(event, 1)
    assert resource.data == {"Generation": "1", "Nodes": "3"}
    resource.properties, resource.identity = {**given, **where}, event["PhysicalResourceId"]
    assert resource.identity.startswith("lab/kube-system/node-local-dns/")
    faults.requests.clear()
    resource.delete()
    assert faults.requests == [], "it has nothing to undo"
    plane.api.delete(body)
