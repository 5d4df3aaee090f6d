"""Nodes that are dead before a deployment begins: said, counted out or refused; the status is written by hand."""

import time
import types

import aws_node
import deployment
import pods as pods_module
import pytest
from cloudformation import CustomResource, DeployError, StillWaitingError, begun
from errors import HandlerError
from node_pods import PODS, READY, STARTED, on_dead_nodes, pod, say, serving

DONE = {"desiredNumberScheduled": 100, "updatedNumberScheduled": 100, "numberAvailable": 100}
LIVE = [f"aws-node-{number}" for number in range(97)]
FOUR = {"desiredNumberScheduled": 4, "updatedNumberScheduled": 4}
SOON = 0.02  # minutes
pytestmark = pytest.mark.usefixtures("no_pods")


def later(monkeypatch, seconds):
    """Let the handler look so many seconds later."""
    monkeypatch.setattr(deployment, "time", types.SimpleNamespace(time=lambda: time.time() + seconds))


def settle(node, **numbers):
    """Write a status of 100 nodes in which the current template is observed."""
    node.set_status(**{**DONE, **numbers})


def test_three_dead_nodes_of_a_hundred_are_said_and_counted_out(node, properties, capsys):
    """97 updated and available is all that can be; and the 97 pods are there and ready, as the numbers say."""
    settle(node, numberAvailable=97)
    on_dead_nodes(node, 3)
    resource = CustomResource()
    event = resource._begin("Create", properties, None, "")
    assert '3 of 100 nodes without an available pod before we began"' in capsys.readouterr().out
    with pytest.raises(StillWaitingError):
        resource._wait(event, 1)
    settle(node, updatedNumberScheduled=97, numberAvailable=97)
    with pytest.raises(StillWaitingError):
        resource._wait(event, 1)
    serving(node, LIVE)
    resource._wait({**event, "ResourceProperties": {**event["ResourceProperties"], "RolloutMinutes": "0.001"}}, 1)
    assert resource.data["Nodes"] == "100"


def few(node, monkeypatch, properties, dead):
    """Begin with four nodes of which some are dead, and look again when a minute has been waited for them."""
    settle(node, **FOUR, numberAvailable=4 - dead)
    on_dead_nodes(node, dead)
    resource, event = begun(properties)
    assert event["Dead"] == dead
    later(monkeypatch, 61)
    return resource, event


def test_nodes_are_counted_out_after_a_minute(node, properties, monkeypatch):
    """In a roll back, pods that were on their way get there meanwhile."""
    resource, event = few(node, monkeypatch, properties, dead=1)
    serving(node, LIVE[:3])
    settle(node, **FOUR, numberAvailable=3)
    later(monkeypatch, 45)
    with pytest.raises(StillWaitingError):
        resource._wait(event, 1)
    later(monkeypatch, 61)
    resource._wait(event, 1)


def test_a_pod_whose_image_admission_has_changed_is_known_by_its_number(node, properties, monkeypatch):
    """A webhook that sends every pull to a mirror, say."""
    resource, event = few(node, monkeypatch, properties, dead=1)
    serving(node, LIVE[:3])
    body = {"spec": {"containers": [{"name": "aws-node", "image": "mirror/cni"}]}}
    node.api("PATCH", f"{PODS}/{LIVE[0]}", body, "application/strategic-merge-patch+json")
    settle(node, **FOUR, numberAvailable=3)
    resource._wait(event, 1)


def test_an_old_pod_that_still_serves_is_not_counted_out_in_place_of_a_dead_node(node, properties, monkeypatch):
    """A dead node's pod counts as updated, or its node came back: the numbers are right, and one node has the old."""
    resource, event = few(node, monkeypatch, properties, dead=2)
    pod(node, "aws-node-old", phase="Running", conditions=[READY])
    serving(node, LIVE[:2])
    settle(node, **FOUR, numberAvailable=3)
    with pytest.raises(StillWaitingError):
        resource._wait(event, 1)
    say(node, "aws-node-old", conditions=[{**READY, "status": "False"}])
    resource._wait(event, 1)


def test_a_node_whose_pod_ends_just_now_is_not_counted_out_in_place_of_a_dead_node(node, properties, monkeypatch):
    """The dead node's pod counts as updated, and the status still has the pod that ends as available."""
    resource, event = few(node, monkeypatch, properties, dead=1)
    serving(node, LIVE[:2])
    settle(node, **{**FOUR, "updatedNumberScheduled": 3}, numberAvailable=3)
    with pytest.raises(StillWaitingError):
        resource._wait(event, 1)
    serving(node, LIVE[2:3])
    resource._wait(event, 1)


def test_pods_of_a_template_that_is_back_are_not_old(node, properties, monkeypatch):
    """The controller does not replace them, so they keep the number of the earlier generation."""
    resource, event = few(node, monkeypatch, properties, dead=1)
    serving(node, LIVE[:3], number="1")
    settle(node, **FOUR, numberAvailable=3)
    resource._wait(event, 1)


def test_a_fourth_node_that_dies_on_the_way_is_not_counted_out(node, properties):
    """Only what was dead before we began."""
    settle(node, numberAvailable=97)
    on_dead_nodes(node, 3)
    resource, event = begun({**properties, "RolloutMinutes": SOON})
    settle(node, updatedNumberScheduled=96, numberAvailable=96)
    with pytest.raises(Exception, match="96 of 100 nodes updated, 96 available; 3 of 100 nodes without"):
        resource._wait(event, 100)


@pytest.mark.parametrize(
    "status",
    [
        {"phase": "Pending", "containerStatuses": [{**STARTED, "ready": False, "state": {"waiting": {}}}]},
        {"phase": "Running", "containerStatuses": [{**STARTED, "ready": False}]},
        {"phase": "Pending"},
    ],
    ids=["its image is pulled", "its probe has not passed yet", "nothing is known of it yet"],
)
@pytest.mark.parametrize("numbers", [{"updatedNumberScheduled": 45}, {"updatedNumberScheduled": 95}, {}])
def test_a_pod_that_is_on_its_way_is_not_taken_for_dead(node, properties, status, numbers):
    """In a rollout that moves, and on a node that has just joined."""
    settle(node, numberAvailable=99, **numbers)
    pod(node, "aws-node-coming", on="node", **status)
    assert CustomResource()._begin("Create", properties, None, "")["Dead"] == 0


def test_a_pod_that_no_kubelet_has_told_of_for_minutes_is_dead(node, properties, monkeypatch):
    """Its node never came up."""
    monkeypatch.setattr(pods_module, "_QUIET_SECONDS", -1)
    settle(node, numberAvailable=99)
    pod(node, "aws-node-silent", on="node", phase="Pending")
    assert CustomResource()._begin("Create", properties, None, "")["Dead"] == 1


def test_a_status_about_an_older_template_counts_nobody_dead(node, properties):
    """Its numbers say nothing of the pods that are on their way now."""
    settle(node, numberAvailable=99)
    on_dead_nodes(node, 1)
    node.set_env("aws-node", "WARM_ENI_TARGET", "7")
    assert CustomResource()._begin("Create", properties, None, "")["Dead"] == 0


@pytest.mark.parametrize("dead_nodes", ["count-out", "refuse"])
def test_dead_nodes_do_not_hold_up_a_deployment_that_rolls_nothing(node, properties, monkeypatch, dead_nodes):
    """One of three is all that may be unavailable, so nothing could roll; the values are right already."""
    later(monkeypatch, 61)
    node.install(aws_node.ENV)
    settle(node, desiredNumberScheduled=3, updatedNumberScheduled=3, numberAvailable=2)
    on_dead_nodes(node, 1)
    serving(node, LIVE[:2])
    resource = CustomResource()
    generation = node.live["metadata"]["generation"]
    event = resource._begin("Create", {**properties, "DeadNodes": dead_nodes}, None, "")
    assert event["Dead"] == 1
    resource._wait(event, 1)
    assert node.live["metadata"]["generation"] == generation


def test_the_roll_back_with_dead_nodes_ends_where_the_fleet_was(node, properties, monkeypatch):
    """An update that fails in the middle, and back at exactly the numbers of before."""
    later(monkeypatch, 61)
    settle(node, numberAvailable=97)
    on_dead_nodes(node, 3)
    strict = {"aws-node": {**aws_node.ENV["aws-node"], "POD_SECURITY_GROUP_ENFORCING_MODE": "strict"}}
    resource = CustomResource()
    begun = resource._begin("Create", properties, None, "")
    with pytest.raises(StillWaitingError):
        resource._wait(begun, 1)
    settle(node, updatedNumberScheduled=97, numberAvailable=97)
    serving(node, LIVE)
    resource._wait(begun, 1)
    resource.properties, resource.identity = properties, begun["PhysicalResourceId"]

    def back():
        settle(node, updatedNumberScheduled=7, numberAvailable=90)

    resource.before_roll_back = back
    monkeypatch.setattr(resource, "_roll_back", lambda *_: None)
    with pytest.raises(DeployError, match="did not roll out"):
        resource.deploy({**properties, "Env": strict, "RolloutMinutes": SOON})
    back()
    event = resource._begin("Update", properties, {**properties, "Env": strict}, resource.identity)
    with pytest.raises(StillWaitingError):
        resource._wait(event, 1)
    settle(node, updatedNumberScheduled=97, numberAvailable=97)
    resource._wait(event, 1)
    assert node.values == aws_node.ENV


@pytest.mark.parametrize("dead", [10, 1])
def test_dead_nodes_can_block_the_rollout_and_the_deployment_says_so(node, properties, capsys, monkeypatch, dead):
    """They use up maxUnavailable 10 %: no pod is replaced. Said before it; after three minutes some are named."""
    nodes = 10 * dead - 1
    numbers = {"desiredNumberScheduled": nodes, "numberAvailable": nodes - dead}
    settle(node, **{**numbers, "updatedNumberScheduled": nodes})
    on_dead_nodes(node, dead)
    resource = CustomResource()
    event = resource._begin("Create", properties, None, "")
    assert f"{dead} of {nodes} nodes without an available pod" in capsys.readouterr().out
    with pytest.raises(StillWaitingError):
        resource._wait(event, 1)
    blocked = {**numbers, "updatedNumberScheduled": dead}  # a dead node's pod may count as updated
    moving = {"updatedNumberScheduled": dead + 1}, {"numberAvailable": nodes - dead + 1}
    for seconds, change in ((170, {}), *((181, change) for change in moving)):
        settle(node, **{**blocked, **change})
        later(monkeypatch, seconds)
        with pytest.raises(StillWaitingError):
            resource._wait(event, 1)
    settle(node, **blocked)
    said = (
        rf"not roll out in 3 minutes: .*; {dead} of {nodes} .* uses up maxUnavailable \({dead}\).*; aws-node-dead0 on "
    )
    with pytest.raises(HandlerError, match=said):
        resource._wait(event, 1)


@pytest.mark.parametrize("strategy", [{"maxUnavailable": "10%"}, {"maxSurge": 1, "maxUnavailable": 0}], ids=str)
def test_a_rollout_that_begins_late_without_a_dead_node_has_the_whole_limit(node, properties, monkeypatch, strategy):
    """A control plane that is busy: nothing stands in its way."""
    body = {"spec": {"updateStrategy": {"rollingUpdate": {"maxSurge": 0, **strategy}}}}
    node.api("PATCH", aws_node.PATH, body, "application/strategic-merge-patch+json")
    settle(node)
    resource, event = begun(properties)
    settle(node, updatedNumberScheduled=0)
    later(monkeypatch, 1700)
    with pytest.raises(StillWaitingError):
        resource._wait(event, 1)


def test_pods_that_the_patch_cures_are_awaited(node, properties):
    """All 100 were unavailable: none is counted out, or the deployment would be done before it began."""
    settle(node, numberAvailable=0)
    resource, event = begun(properties)
    settle(node, updatedNumberScheduled=60, numberAvailable=55)
    with pytest.raises(StillWaitingError):
        resource._wait(event, 1)
    settle(node)
    resource._wait(event, 1)


def test_dead_nodes_are_refused_by_a_setting_before_anything_is_patched(node, properties):
    """DeadNodes: refuse."""
    settle(node, numberAvailable=97)
    on_dead_nodes(node, 3)
    before = node.live["metadata"]["resourceVersion"]
    with pytest.raises(DeployError, match="every node must have an available aws-node pod, got 3 of 100 nodes"):
        CustomResource().deploy({**properties, "DeadNodes": "refuse"})
    assert node.live["metadata"]["resourceVersion"] == before


def test_the_roll_back_of_a_failed_rollout_is_not_refused(node, properties, monkeypatch):
    """The pods that are not available were broken by the very update that is taken back, within twice its limit."""
    strict = {"aws-node": {**aws_node.ENV["aws-node"], "POD_SECURITY_GROUP_ENFORCING_MODE": "strict"}}
    settle(node)
    resource = CustomResource()
    refuse = {**properties, "DeadNodes": "refuse", "Env": strict}
    event = resource._begin("Create", refuse, None, "")
    with pytest.raises(StillWaitingError):
        resource._wait(event, 1)
    settle(node, numberAvailable=97)
    back = ("Update", {**refuse, "Env": aws_node.ENV}, refuse, event["PhysicalResourceId"])
    later(monkeypatch, 3500)
    assert resource._begin(*back)["Dead"] == 3
    on_dead_nodes(node, 1)
    later(monkeypatch, 3700)
    with pytest.raises(HandlerError, match="every node must have an available aws-node pod, got 1 of 100"):
        resource._begin(*back)
