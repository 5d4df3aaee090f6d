"""CloudFormation cancels an operation without a word to the waiter of the provider framework, which looks on."""

import time

import aws_node
import pytest
from cloudformation import CustomResource, StillWaitingError

NOTES = ("podnet.io/aws-node-env", "podnet.io/aws-node-env-request")
STRICT = {"aws-node": {**aws_node.ENV["aws-node"], "POD_SECURITY_GROUP_ENFORCING_MODE": "strict"}}


def begun(resource, properties, kind="Create", old=None, identity=""):
    """Begin an operation and let it patch; give its event, for a waiter that goes on."""
    event = resource._begin(kind, properties, old, identity)
    with pytest.raises(StillWaitingError):
        resource._wait(event, 1)
    return event


def test_a_cancelled_create_is_undone_though_cloudformation_does_not_know_its_id(node, properties):
    """A sibling failed: the Delete has an id that CloudFormation made up."""
    before = node.live
    resource = CustomResource()
    begun(resource, properties)
    assert {"podnet", "podnet-request"} <= aws_node.managers(node.live)
    resource._wait(resource._begin("Delete", properties, None, "Stack-AwsNodeEnv-1A2B3C4D5E6F7"), 1)
    live = node.live
    assert live["spec"]["template"]["spec"] == before["spec"]["template"]["spec"]
    assert not set(NOTES) & live["metadata"]["annotations"].keys()
    assert not [name for name in aws_node.managers(live) if name.startswith("podnet")]


def test_a_resource_is_undone_by_the_id_that_an_older_version_gave_it(node, properties):
    """The note has it, and so has CloudFormation."""
    resource = CustomResource()
    event = {**resource._begin("Create", properties, None, ""), "PhysicalResourceId": "old/form"}
    with pytest.raises(StillWaitingError):
        resource._wait(event, 1)
    resource._wait(resource._begin("Delete", properties, None, "old/form"), 1)
    assert node.values["aws-node"]["ENABLE_POD_ENI"] == "false"


def test_a_waiter_that_looks_after_the_delete_changes_nothing(node, properties):
    """It ends with a reason that nobody reads any more."""
    resource = CustomResource()
    event = begun(resource, properties)
    resource._wait(resource._begin("Delete", properties, None, event["PhysicalResourceId"]), 1)
    before = node.live["metadata"]["resourceVersion"]
    with pytest.raises(Exception, match="taken aws-node over, or has put its values back"):
        resource._wait(event, 1)
    assert node.live["metadata"]["resourceVersion"] == before


def test_of_two_updates_the_later_one_wins_and_the_fleet_does_not_roll_to_and_fro(node, properties):
    """An update is cancelled in the middle: CloudFormation updates back while the first waiter looks on."""
    resource = CustomResource()
    created = begun(resource, properties)
    forth = begun(resource, {**properties, "Env": STRICT}, "Update", properties, created["PhysicalResourceId"])
    back = begun(resource, properties, "Update", {**properties, "Env": STRICT}, created["PhysicalResourceId"])
    generation = node.live["metadata"]["generation"]
    for _ in range(3):
        with pytest.raises(Exception, match="a later request has taken aws-node over"):
            resource._wait(forth, 1)
        with pytest.raises(StillWaitingError):
            resource._wait(back, 1)
    assert node.live["metadata"]["generation"] == generation
    assert node.values == aws_node.ENV


def test_an_add_on_that_is_made_again_during_the_wait_gets_the_values_again(node, properties):
    """Nothing of the request is left on the new object, which came after it."""
    resource = CustomResource()
    event = begun(resource, properties)
    node.remove()
    time.sleep(1.1)  # creation times have seconds
    node.install()
    with pytest.raises(StillWaitingError):
        resource._wait(event, 1)
    assert node.values == aws_node.ENV


def test_the_delete_of_a_resource_that_holds_nothing_says_who_does(node, following, properties, capsys):
    """Its name was changed in the template."""
    old, new = CustomResource("Old"), CustomResource("New")
    old.deploy(properties)
    new.deploy(properties)
    capsys.readouterr()
    old.delete()
    assert f'"holder": "{new.identity}"' in capsys.readouterr().out
    assert node.values == aws_node.ENV
