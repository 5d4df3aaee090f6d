"""The watch: drift is found, counted and repaired without a deployment."""

import json
import time

import aws_node
import index
import pytest
from cloudformation import CustomResource, LambdaContext, cluster_of, strings
from fault_server import refusal

PATH = "/apis/apps/v1/namespaces/kube-system/daemonsets/aws-node"
NONE = {"Checks": 1, "DriftFound": 0, "DriftRepaired": 0, "Failures": 0}


@pytest.fixture
def deployed(node, following, properties):
    """A deployment, as the watch finds it."""
    resource = CustomResource()
    resource.deploy(properties)
    return resource


def look(resource, *, repair=True, **more):
    """Call the watch's function as the rule does."""
    properties = strings({**resource.properties, **more})
    with cluster_of(properties):
        return called(resource, properties["Env"], repair=repair)


def called(resource, env, *, repair=True):
    """Call it where it has its cluster."""
    event = {"PhysicalResourceId": resource.identity, "ResourceProperties": {"Env": env}}
    return index.watch({**event, "Repair": str(repair).lower()}, LambdaContext(7))


def test_without_drift_nothing_is_written(node, deployed):
    """One read."""
    before = node.live["metadata"]["managedFields"]
    assert look(deployed) == NONE
    assert node.live["metadata"]["managedFields"] == before


@pytest.mark.parametrize("whose", ["podnet", "everybody"])
def test_ownership_that_somebody_took_from_podnet_is_taken_again(node, deployed, whose):
    """The values are right, so it is no drift; without it an add-on that applies others meets no conflict."""
    others = [entry for entry in node.live["metadata"]["managedFields"] if entry["manager"] != "podnet"]
    body = {"metadata": {"managedFields": [{}] if whose == "everybody" else others}}
    node.api("PATCH", PATH, body, "application/merge-patch+json")
    assert "'podnet'" not in str(node.live["metadata"].get("managedFields"))
    assert look(deployed) == NONE
    assert "podnet" in aws_node.managers(node.live)


def test_drift_is_repaired_and_counted(node, deployed):
    """A value by hand, a value made blank, a reset by the add-on, which removes an entry."""
    node.set_env("aws-node", "ENABLE_POD_ENI", "")
    assert look(deployed) == {**NONE, "DriftFound": 1, "DriftRepaired": 1}
    node.set_env("aws-node", "ENABLE_POD_ENI", "false")
    assert look(deployed) == {**NONE, "DriftFound": 1, "DriftRepaired": 1}
    assert node.values == aws_node.ENV
    node.install()
    assert look(deployed) == {**NONE, "DriftFound": 1, "DriftRepaired": 1}
    assert node.values == aws_node.ENV
    assert look(deployed) == NONE


def test_report_only_reports_and_changes_nothing(node, deployed, capsys):
    """Repair: false. Nobody owns what is not there, so nobody is named."""
    node.remove_env("aws-node", "ENABLE_POD_ENI")
    generation = node.live["metadata"]["generation"]
    assert look(deployed, repair=False) == {**NONE, "DriftFound": 1}
    assert "ENABLE_POD_ENI must be 'true', got None, set by somebody" in capsys.readouterr().out
    assert node.values["aws-node"]["ENABLE_POD_ENI"] is None
    assert node.live["metadata"]["generation"] == generation


def test_a_daemon_set_that_was_made_again_gets_the_values_and_delete_still_restores(node, deployed):
    """The note went with the old object; the event knows what is wanted and for whom."""
    node.remove()
    node.install()
    assert look(deployed) == {**NONE, "DriftFound": 1, "DriftRepaired": 1}
    assert node.values == aws_node.ENV
    deployed.delete()
    assert node.values["aws-node"]["ENABLE_POD_ENI"] == "false"


def test_the_metrics_are_in_the_log_line(node, deployed, capsys):
    """Embedded metric format: namespace, dimension, names; and the drift in words, with who made it and who did not."""
    body = {"spec": {"template": {"spec": {"containers": [{"name": "aws-node", "image": "mirror/cni:v1.23.3"}]}}}}
    node.api("PATCH", f"{PATH}?fieldManager=kubectl-image", body, "application/strategic-merge-patch+json")
    node.set_env("aws-node", "ENABLE_POD_ENI", "false")
    capsys.readouterr()
    look(deployed)
    line = json.loads(capsys.readouterr().out.splitlines()[-1])
    (form,) = line["_aws"]["CloudWatchMetrics"]
    assert form["Namespace"] == "podnet"
    assert form["Dimensions"] == [["Cluster"]]
    names = ["Checks", "DriftFound", "DriftRepaired", "Failures"]
    assert form["Metrics"] == [{"Name": name, "Unit": "Count"} for name in names]
    assert [repr(line[name]) for name in names] == ["1", "1", "1", "0"], "`true` is no metric"
    assert line["Cluster"] == "lab"
    assert line["drift"] == ["aws-node ENABLE_POD_ENI must be 'true', got 'false', set by kubectl-set"]
    assert isinstance(line["_aws"]["Timestamp"], int)
    assert 0 <= time.time() - line["_aws"]["Timestamp"] / 1000 < 60


def test_the_end_of_a_deployment_is_counted_as_a_look(node, following, properties, capsys):
    """So the alarm on silence has something to begin with."""
    CustomResource().deploy(properties)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    (counted,) = [line for line in lines if "_aws" in line]
    assert {name: counted[name] for name in NONE} == NONE
    assert counted["Cluster"] == "lab"


@pytest.mark.parametrize(
    ("gone", "advice"),
    [("the cluster", "look at the endpoint: "), ("the DaemonSet", "look at the cluster: it has no such")],
)
def test_a_failure_is_counted_and_told(node, deployed, capsys, gone, advice):
    """It raises nothing, so Lambda does not try again behind our back."""
    if gone == "the DaemonSet":
        node.remove()
    more = {"Endpoint": "https://127.0.0.1:1"} if gone == "the cluster" else {}
    assert look(deployed, **more) == {**NONE, "Failures": 1}
    assert advice in json.loads(capsys.readouterr().out.splitlines()[-1])["failure"]


def test_a_cni_that_became_too_old_is_a_failure_and_is_not_patched(node, deployed):
    """Somebody went back to an old add-on."""
    node.install(image_tag="v1.10.0")
    assert look(deployed) == {**NONE, "DriftFound": 1, "Failures": 1}
    assert node.values["aws-node"]["ENABLE_POD_ENI"] == "false"


def test_a_watch_with_older_settings_does_not_undo_a_deployment(node, deployed, properties):
    """CloudFormation updates the rule after the resource; what is wanted stands in the note."""
    strict = {**aws_node.ENV, "aws-node": {**aws_node.ENV["aws-node"], "POD_SECURITY_GROUP_ENFORCING_MODE": "strict"}}
    deployed.deploy({**properties, "Env": strict})
    assert look(deployed, Env=aws_node.ENV) == NONE
    assert node.values == strict


def test_a_watch_that_is_overtaken_by_a_delete_does_not_bring_the_values_back(
    node, deployed, properties, faults, certificates
):
    """It has read drift; before its patch arrives the resource is deleted."""
    node.set_env("aws-node", "ENABLE_POD_ENI", "false")

    def overtaken(handler):
        deployed.delete()
        handler.answer_from_upstream()

    faults.spoil(overtaken, method="PATCH")
    look(deployed, Endpoint=faults.endpoint, CertificateAuthority=certificates.authority)
    assert node.values["aws-node"]["POD_SECURITY_GROUP_ENFORCING_MODE"] is None
    assert "podnet" not in aws_node.managers(node.live)


def test_a_watch_that_is_overtaken_by_a_deployment_repairs_towards_the_new_values(
    node, deployed, properties, faults, certificates
):
    """Two runs at once end in one state."""
    strict = {**aws_node.ENV, "aws-node": {**aws_node.ENV["aws-node"], "POD_SECURITY_GROUP_ENFORCING_MODE": "strict"}}
    node.set_env("aws-node", "ENABLE_POD_ENI", "false")

    def overtaken(handler):
        deployed.deploy({**properties, "Env": strict})
        handler.answer_from_upstream()

    faults.spoil(overtaken, method="PATCH")
    look(deployed, Endpoint=faults.endpoint, CertificateAuthority=certificates.authority)
    assert node.values == strict


def test_a_server_that_is_away_for_a_moment_is_no_failure(node, deployed, faults, certificates):
    """Retried within the call."""
    faults.spoil(refusal(503))
    assert look(deployed, Endpoint=faults.endpoint, CertificateAuthority=certificates.authority) == NONE


def test_an_event_cannot_send_the_watch_and_its_token_elsewhere(node, deployed, properties, faults, certificates):
    """Who may write the rule's target may not enter the cluster by it."""
    theirs = {"ClusterName": "theirs", "Endpoint": faults.endpoint, "CertificateAuthority": certificates.authority}
    event = {"PhysicalResourceId": deployed.identity, "Repair": "true"}
    with cluster_of(properties):
        looked = index.watch({**event, "ResourceProperties": {**theirs, "Env": aws_node.ENV}}, LambdaContext(7))
    assert (looked, faults.requests) == (NONE, [])


def test_a_function_that_knows_no_cluster_yet_counts_a_failure(node, deployed, capsys):
    """An update gives the new code first, and its environment a moment later."""
    event = {"PhysicalResourceId": deployed.identity, "Repair": "true", "ResourceProperties": {"Env": aws_node.ENV}}
    assert index.watch(event, LambdaContext(7)) == {**NONE, "Failures": 1}
    assert "got KeyError 'ClusterName'" in json.loads(capsys.readouterr().out.splitlines()[-1])["failure"]
