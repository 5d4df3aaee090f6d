"""When a rollout is done, and what a deployment says that does not get there; the status is written by hand."""

import aws_node
import deployment
import pytest
from cloudformation import CustomResource, DeployError, StillWaitingError

DONE = {"desiredNumberScheduled": 100, "updatedNumberScheduled": 100, "numberAvailable": 100}
SOON = 0.02  # minutes
PODS = "/api/v1/namespaces/kube-system/pods"


def begun(node, properties, **numbers):
    """Begin a Create on a fleet of 100 and send the patch; then write the status."""
    node.set_status(**DONE)
    resource = CustomResource()
    event = resource._begin("Create", properties, None, "")
    with pytest.raises(StillWaitingError):
        resource._wait(event, 1)
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
    resource, event = begun(node, properties, **numbers)
    with pytest.raises(StillWaitingError):
        resource._wait(event, 2)


def test_a_rollout_is_done_when_every_node_has_an_available_new_pod(node, properties):
    """The generation and the number of nodes are told."""
    resource, event = begun(node, properties, **DONE)
    resource._wait(event, 1)
    assert resource.data == {"Generation": "2", "Nodes": "100", "CniVersion": "1.23.2"}


def pod(node, name, **status):
    """Make a pod of aws-node with a status, as a kubelet would report it."""
    labels = aws_node.containers(node.live) and node.live["spec"]["selector"]["matchLabels"]
    where = {
        "requiredDuringSchedulingIgnoredDuringExecution": {
            "nodeSelectorTerms": [
                {"matchFields": [{"key": "metadata.name", "operator": "In", "values": [f"node-of-{name}"]}]}
            ]
        }
    }
    body = {
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "labels": labels},
        "spec": {"containers": [{"name": "aws-node", "image": "x"}], "affinity": {"nodeAffinity": where}},
    }  # fmt: skip
    node.api("POST", PODS, body)
    if status:
        node.api("PATCH", f"{PODS}/{name}/status", {"status": status}, "application/merge-patch+json")


@pytest.fixture
def pods(node):
    """Pods that are ready, and five that are not, each for a reason of its own."""
    ready = {
        "name": "aws-node",
        "ready": True,
        "restartCount": 0,
        "image": "x",
        "imageID": "x",
        "state": {"running": {}},
    }
    for number in range(5):
        pod(node, f"aws-node-fine{number}", phase="Running", containerStatuses=[ready])
    waits = {"reason": "ImagePullBackOff", "message": "Back-off pulling image x: not found"}
    waiting = {**ready, "ready": False, "state": {"waiting": waits}}
    pod(node, "aws-node-pull", phase="Pending", containerStatuses=[waiting])
    crash = {"reason": "CrashLoopBackOff", "message": "back-off 5m0s restarting failed container"}
    pod(node, "aws-node-loop", phase="Running", containerStatuses=[{**waiting, "state": {"waiting": crash}}])
    room = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": "Insufficient cpu"}
    pod(node, "aws-node-room", phase="Pending", conditions=[room])
    pod(node, "aws-node-yet", phase="Pending")
    pod(node, "aws-node-zero")
    yield
    node.api("DELETE", f"{PODS}?gracePeriodSeconds=0")


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


def settle(node, **numbers):
    """Write a status of 100 nodes in which the current template is observed."""
    node.set_status(**{**DONE, **numbers})


def test_three_dead_nodes_of_a_hundred_are_said_and_counted_out(node, properties, capsys):
    """97 updated and available is all that can be; after a minute, so that stragglers are not counted out."""
    settle(node, numberAvailable=97)
    resource = CustomResource()
    event = resource._begin("Create", properties, None, "")
    assert "3 of 100 nodes without an available pod before we began" in capsys.readouterr().out
    with pytest.raises(StillWaitingError):
        resource._wait(event, 1)
    settle(node, updatedNumberScheduled=97, numberAvailable=97)
    with pytest.raises(StillWaitingError):
        resource._wait(event, 1)
    resource._wait({**event, "ResourceProperties": {**event["ResourceProperties"], "RolloutMinutes": "0.001"}}, 1)
    assert resource.data["Nodes"] == "100"


def test_an_old_pod_that_still_serves_is_not_counted_out_in_place_of_a_dead_node(node, properties, monkeypatch):
    """The dead nodes' pods count as updated, so the numbers are right while one live node runs the old template."""
    monkeypatch.setattr(deployment, "_GRACE_SECONDS", 0)
    settle(node, numberAvailable=97)
    resource = CustomResource()
    event = resource._begin("Create", properties, None, "")
    with pytest.raises(StillWaitingError):
        resource._wait(event, 1)
    settle(node, updatedNumberScheduled=99, numberAvailable=97)
    serves = {"type": "Ready", "status": "True"}
    pod(node, "aws-node-old", phase="Running", conditions=[serves])
    label = {"metadata": {"labels": {"pod-template-generation": "1"}}}
    node.api("PATCH", f"{PODS}/aws-node-old", label, "application/merge-patch+json")
    with pytest.raises(StillWaitingError):
        resource._wait(event, 1)
    away = {"status": {"conditions": [{**serves, "status": "False"}]}}
    node.api("PATCH", f"{PODS}/aws-node-old/status", away, "application/merge-patch+json")
    resource._wait(event, 1)
    node.api("DELETE", f"{PODS}?gracePeriodSeconds=0")


def test_a_fourth_node_that_dies_on_the_way_is_not_counted_out(node, properties):
    """Only what was dead before we began."""
    settle(node, numberAvailable=97)
    resource = CustomResource()
    event = resource._begin("Create", {**properties, "RolloutMinutes": SOON}, None, "")
    with pytest.raises(StillWaitingError):
        resource._wait(event, 1)
    settle(node, updatedNumberScheduled=96, numberAvailable=96)
    with pytest.raises(Exception, match="96 of 100 nodes updated, 96 available; 3 of 100 nodes without"):
        resource._wait(event, 100)


def test_nodes_that_an_earlier_rollout_left_behind_are_dead_too(node, properties):
    """A second deployment after one that counted three out."""
    settle(node, updatedNumberScheduled=97, numberAvailable=97)
    assert CustomResource()._begin("Create", properties, None, "")["Dead"] == 3


def test_pods_that_a_moving_rollout_is_replacing_are_not_dead(node, properties):
    """Nine are unavailable because their turn is now."""
    settle(node, updatedNumberScheduled=45, numberAvailable=91)
    assert CustomResource()._begin("Create", properties, None, "")["Dead"] == 0


def test_ten_dead_nodes_of_a_hundred_block_the_rollout_and_the_deployment_says_so(
    node, properties, capsys, monkeypatch
):
    """They use up maxUnavailable 10 %: no pod is replaced; said before the patch, given up after two minutes."""
    settle(node, numberAvailable=90)
    resource = CustomResource()
    event = resource._begin("Create", properties, None, "")
    assert "10 of 100 nodes without an available pod" in capsys.readouterr().out
    with pytest.raises(StillWaitingError):
        resource._wait(event, 1)
    settle(node, updatedNumberScheduled=0, numberAvailable=90)
    with pytest.raises(StillWaitingError):
        resource._wait(event, 1)
    monkeypatch.setattr(deployment, "_STALL_SECONDS", 0)
    with pytest.raises(Exception, match=r"does not begin to roll out: 10 of 100 .* uses up maxUnavailable \(10\)"):
        resource._wait(event, 1)


def test_pods_that_the_patch_cures_are_awaited(node, properties):
    """All 100 were unavailable: none is counted out, or the deployment would be done before it began."""
    settle(node, numberAvailable=0)
    resource = CustomResource()
    event = resource._begin("Create", properties, None, "")
    with pytest.raises(StillWaitingError):
        resource._wait(event, 1)
    settle(node, updatedNumberScheduled=60, numberAvailable=55)
    with pytest.raises(StillWaitingError):
        resource._wait(event, 1)
    settle(node)
    resource._wait(event, 1)


def test_dead_nodes_are_refused_by_a_setting_before_anything_is_patched(node, properties):
    """DeadNodes: refuse."""
    settle(node, numberAvailable=97)
    before = node.live["metadata"]["resourceVersion"]
    with pytest.raises(DeployError, match="every node must have an available aws-node pod, got 3 of 100 nodes"):
        CustomResource().deploy({**properties, "DeadNodes": "refuse"})
    assert node.live["metadata"]["resourceVersion"] == before


def test_the_roll_back_of_a_failed_rollout_is_not_refused(node, properties):
    """The pods that are not available were broken by the very update that is taken back."""
    strict = {"aws-node": {**aws_node.ENV["aws-node"], "POD_SECURITY_GROUP_ENFORCING_MODE": "strict"}}
    settle(node)
    resource = CustomResource()
    refuse = {**properties, "DeadNodes": "refuse", "Env": strict}
    event = resource._begin("Create", refuse, None, "")
    with pytest.raises(StillWaitingError):
        resource._wait(event, 1)
    settle(node, numberAvailable=97)
    back = resource._begin("Update", {**refuse, "Env": aws_node.ENV}, refuse, event["PhysicalResourceId"])
    assert back["Dead"] == 3


def test_a_poll_is_one_request_whatever_happens(node, properties, faults, certificates):
    """No pod is listed before the limit has passed."""
    through = {**properties, "Endpoint": faults.endpoint, "CertificateAuthority": certificates.authority}
    resource, event = begun(node, through)
    faults.requests.clear()
    with pytest.raises(StillWaitingError):
        resource._wait(event, 5)
    assert [method for method, _ in faults.requests] == ["GET"] * 5


def test_another_daemon_set_is_awaited_by_name(node, properties, plane):
    """Custom::DaemonSetRollout changes nothing and waits for the DaemonSet to be there and rolled out."""
    body = aws_node.manifest()
    body["metadata"]["name"] = "node-local-dns"
    where = {"Namespace": "kube-system", "DaemonSet": "node-local-dns", "Revision": "1", "RolloutMinutes": 30}
    given = {name: properties[name] for name in ("ClusterName", "Endpoint", "CertificateAuthority")}
    resource = CustomResource("NodeLocalDns")
    event = resource._begin("Create", {**given, **where}, None, "")
    with pytest.raises(StillWaitingError):
        resource._wait(event, 1)
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
    assert resource.delete() < 1
    plane.api.delete(body)
