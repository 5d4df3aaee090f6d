"""Custom::PodsGone: the way to CoreDNS is deleted when no pod of a deleted cache is left that may need it."""

import time

import pytest
from cloudformation import CustomResource, StillWaitingError
from fault_server import refusal
from node_pods import PODS, READY

from charts.node_local_dns import NodeLocalDns

CACHES = f"k8s-app in ({NodeLocalDns.NAME},{NodeLocalDns.STANDBY})"
pytestmark = pytest.mark.usefixtures("no_pods")


@pytest.fixture
def gone(properties):
    """The resource, created."""
    resource = CustomResource("NodeLocalDnsGone")
    resource.deploy({**{key: value for key, value in properties.items() if key != "Env"}, "Pods": CACHES})
    return resource


def cache_pod(node, name, label):
    """Make a pod on a node, with a finalizer: it stays until somebody takes that away, as a pod that is ending."""
    spec = {"containers": [{"name": "node-cache", "image": "x"}], "nodeName": "node-1"}
    labels, held = {"k8s-app": label}, ["podnet.io/held"]
    node.api("POST", PODS, {"metadata": {"name": name, "labels": labels, "finalizers": held}, "spec": spec})
    status = {"status": {"phase": "Running", "conditions": [READY]}}
    node.api("PATCH", f"{PODS}/{name}/status", status, "application/merge-patch+json")


def end(node, name):
    """Let it go."""
    node.api("PATCH", f"{PODS}/{name}", {"metadata": {"finalizers": None}}, "application/merge-patch+json")


def test_nothing_is_awaited_while_the_cache_is_wanted(node, gone):
    """Create and Update are complete at once, whatever runs."""
    cache_pod(node, "cache-1", NodeLocalDns.NAME)
    gone.deploy({**gone.properties, "RolloutMinutes": 7})
    assert gone.polls == 1
    end(node, "cache-1")


@pytest.mark.parametrize("label", [NodeLocalDns.NAME, NodeLocalDns.STANDBY])
def test_delete_waits_for_pods_that_run_and_for_pods_that_end(node, gone, label):
    """A pod with another label is not waited for."""
    gone.began_ago = 1700
    cache_pod(node, "cache-1", label)
    cache_pod(node, "coredns-1", "kube-dns")
    with pytest.raises(StillWaitingError):
        gone.delete()
    node.api("DELETE", f"{PODS}/cache-1?gracePeriodSeconds=0")
    with pytest.raises(StillWaitingError):
        gone.delete()
    end(node, "cache-1")
    gone.delete()
    assert gone.polls == 1
    end(node, "coredns-1")


def test_a_pod_that_stays_is_named_when_the_limit_has_passed(node, gone):
    """With its node: CloudFormation shows this."""
    cache_pod(node, "cache-1", NodeLocalDns.NAME)
    gone.began_ago = 3600
    with pytest.raises(Exception, match=r"must end, got cache-1 on node-1: delete their DaemonSet"):
        gone.delete()
    end(node, "cache-1")


@pytest.mark.parametrize("began_ago", [0, 3600])
def test_a_cluster_that_is_gone_has_no_pods(gone, began_ago):
    """The endpoint's name does not resolve any more, or nobody listens; also after the limit."""
    gone.began_ago = began_ago
    gone.properties["Endpoint"], gone.seconds = "https://127.0.0.1:1", 3
    gone.delete()
    assert gone.polls == 1


def test_a_cluster_that_does_not_know_the_handler_any_more_is_not_waited_for(gone, faults, certificates):
    """Its access entry is gone, and with it whoever could be asked."""
    gone.properties |= {"Endpoint": faults.endpoint, "CertificateAuthority": certificates.authority}
    gone.seconds, faults.always = 5.3, refusal(401)
    gone.delete()
    assert gone.polls == 1


def test_an_api_server_that_is_away_is_waited_for_until_the_limit_has_passed(node, gone, faults, certificates):
    """Nobody knows whether pods are left; then the reason is told."""
    cache_pod(node, "cache-1", NodeLocalDns.NAME)
    gone.properties |= {"Endpoint": faults.endpoint, "CertificateAuthority": certificates.authority}
    gone.seconds, faults.always = 5.3, refusal(503, "upgrade")
    with pytest.raises(StillWaitingError):
        gone.delete()
    gone.began_ago = 3600
    with pytest.raises(Exception, match="refused with 503: upgrade"):
        gone.delete()
    end(node, "cache-1")


def test_no_right_to_list_pods_is_told_and_not_taken_for_none(node, gone, reviewer):
    """403 is no sign that they have ended."""
    reviewer.entries = {key: ["somebody"] for key in reviewer.entries}
    time.sleep(1)  # tokens of one second are equal, and the API server remembers whose they are
    with pytest.raises(Exception, match="403"):
        gone.delete()
