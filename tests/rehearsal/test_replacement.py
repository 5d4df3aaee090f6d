"""Nodes of a node group are replaced as EKS does it: on a real API server, with its scheduler and controllers."""

import itertools
import time

import pytest

from rehearsal.control_plane import ControlPlane
from rehearsal.emulator.cluster import replacement
from rehearsal.emulator.cluster.replacement import Replacement
from rehearsal.emulator.refused import RefusedError
from rehearsal.parts import ensure
from tests.rehearsal.observing import soon

ROOM = {"cpu": "2", "memory": "8Gi", "pods": "29"}
_NUMBERS = itertools.count()


@pytest.fixture(scope="module")
def api(tmp_path_factory):
    """All of a control plane, and the admin's API."""
    plane = ControlPlane(
        tmp_path_factory.mktemp("plane") / "plane", ensure("kubernetes", "etcd", "kwok"), controllers=True
    )
    yield plane.start().api
    plane.stop()


@pytest.fixture
def aws_node(api):
    """A DaemonSet of that name; gone with all pods and nodes after the test."""
    api.apply(workload("DaemonSet", "aws-node", "kube-system"), "test")
    yield
    for path in (
        "apis/policy/v1/namespaces/default/poddisruptionbudgets",
        "apis/apps/v1/namespaces/default/deployments",
        "apis/apps/v1/namespaces/kube-system/daemonsets",
        "api/v1/nodes",
    ):
        api("DELETE", f"/{path}?propagationPolicy=Background")
    for namespace in ("default", "kube-system"):
        api("DELETE", f"/api/v1/namespaces/{namespace}/pods?gracePeriodSeconds=0")
    assert soon(lambda: not api("GET", "/api/v1/pods")["items"], 30)


def workload(kind, name, namespace, **spec):
    labels = {"k8s-app": name}
    pod = {"containers": [{"name": "c", "image": "example.com/c:1"}]}
    if kind == "DaemonSet":
        pod |= {"hostNetwork": True, "tolerations": [{"operator": "Exists"}]}
    template = {"metadata": {"labels": labels}, "spec": pod}
    return {
        "apiVersion": "apps/v1",
        "kind": kind,
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"selector": {"matchLabels": labels}, "template": template, **spec},
    }


def budget(api, **spec):
    """Protect the pods of `app`; return when a controller has counted them."""
    made = {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": {"name": "app", "namespace": "default"},
        "spec": {"selector": {"matchLabels": {"k8s-app": "app"}}, **spec},
    }
    api.apply(made, "test")
    assert soon(lambda: api.get(made).get("status", {}).get("currentHealthy"), 30)


def made(number):
    return [
        {
            "apiVersion": "v1",
            "kind": "Node",
            "metadata": {"name": f"node-{next(_NUMBERS)}", "labels": {"kubernetes.io/os": "linux"}},
            "status": {"capacity": ROOM, "allocatable": ROOM},
        }
        for _ in range(number)
    ]


def names(nodes):
    return [node["metadata"]["name"] for node in nodes]


def running(api):
    pods = api("GET", "/api/v1/namespaces/default/pods")["items"]
    return {p["metadata"]["uid"]: p["spec"]["nodeName"] for p in pods if p["status"].get("phase") == "Running"}


def start(api, number, replicas):
    """Make nodes, and pods on them; give the nodes' names."""
    old = made(number)
    for node in old:
        api("POST", "/api/v1/nodes", node)
    api.apply(workload("Deployment", "app", "default", replicas=replicas), "test")
    assert soon(lambda: len(running(api)) == replicas, 30)
    return names(old)


def test_new_nodes_come_first_and_old_ones_end_in_turn(api, aws_node):
    """Twice as many as zones before the first one goes; none takes pods again; pods end where a budget allows it."""
    old, new, seen = start(api, 4, 4), made(4), []
    before = running(api)
    budget(api, maxUnavailable=1)

    def end(name):
        nodes = {
            node["metadata"]["name"]: node["spec"].get("unschedulable", False)
            for node in api("GET", "/api/v1/nodes")["items"]
        }
        seen.append((name, nodes, [node for node in running(api).values() if node == name]))
        api("DELETE", f"/api/v1/nodes/{name}")

    Replacement(api, "general", zones=1, at_once=1, end=end).run(old, new)
    assert [name for name, _, _ in seen] == old
    assert [len(nodes) for _, nodes, _ in seen] == [6, 6, 6, 5], "two more at the most: one zone"
    assert all(nodes[name] for _, nodes, _ in seen for name in set(old) & set(nodes)), "all are cordoned at once"
    assert not any(left for *_, left in seen), "a node ends without pods"
    assert sorted(names(api("GET", "/api/v1/nodes")["items"])) == sorted(names(new))
    assert soon(lambda: len(running(api)) == 4, 30)
    assert not running(api).keys() & before.keys()
    assert set(running(api).values()) <= set(names(new))


def test_a_budget_that_allows_nothing_ends_it(api, aws_node, monkeypatch):
    """Its pod is where it was, and the old nodes take pods again."""
    monkeypatch.setattr(replacement, "_DRAIN_SECONDS", 1)
    old = start(api, 2, 1)
    budget(api, maxUnavailable=0)
    before = running(api)
    ended = []
    with pytest.raises(RefusedError, match=r"PodEvictionFailure: Reached max retries .* general: default/app-"):
        Replacement(api, "general", zones=1, at_once=2, end=ended.append).run(old, made(2))
    assert running(api) == before
    assert not ended
    assert not [node for node in api("GET", "/api/v1/nodes")["items"] if node["spec"].get("unschedulable")]


def test_a_node_is_ready_once_aws_node_runs_there(api, aws_node, monkeypatch):
    """As kubelet says it: the CNI's file is aws-node's; no old node goes before."""
    monkeypatch.setattr(replacement, "_READY_SECONDS", 1)
    old, new = start(api, 1, 1), made(1)
    api("DELETE", "/apis/apps/v1/namespaces/kube-system/daemonsets/aws-node")
    time.sleep(0.5)
    with pytest.raises(RefusedError, match=f"NodeCreationFailure: .*{new[0]['metadata']['name']}"):
        Replacement(api, "general", zones=1, at_once=1, end=lambda _: None).run(old, new)
    assert list(running(api).values()) == old
