"""What `python -m verify` takes for wrong, and what it does not: nodes, pods and roll-outs.

A program takes the place of kubectl and its cluster; a real API server answers in tests/cluster.
"""

import json
import os

import pytest

from settings import load
from verify.kube_system import kube_system
from verify.kubectl import Kubectl
from verify.nodes import nodes
from verify.pods import pods

DEV = load("dev")
OURS = {"podnet.io/node-group": "general"}
CACHED = "daemonsets,services,configmaps"
DONE = {"desiredNumberScheduled": 3, "updatedNumberScheduled": 3, "numberAvailable": 3, "observedGeneration": 2}


@pytest.fixture
def kubectl(tmp_path, monkeypatch):
    """A function that gives a kubectl which knows these lists, in any namespace: {kinds as asked: objects}."""
    program = tmp_path / "kubectl"
    program.write_text(f"#!/bin/sh\ncat {tmp_path}/$3.json\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")

    def knows(lists):
        for kind, items in lists.items():
            (tmp_path / f"{kind}.json").write_text(json.dumps({"items": items}))
        return Kubectl()

    return knows


def node(name, instance_type="m5.large", **labels):
    """A ready node without a trunk ENI."""
    of = {"kubernetes.io/os": "linux", "node.kubernetes.io/instance-type": instance_type}
    status = {"allocatable": {}, "conditions": [{"type": "Ready", "status": "True"}]}
    return {"metadata": {"name": name, "labels": {**of, **labels}}, "status": status}


def test_a_type_without_trunk_is_wrong_in_a_group_of_the_file_alone(kubectl):
    """Of others it is told: no such pod is scheduled there, and the file says nothing of them."""
    found = [node("theirs", "t3.large"), node("ours", "t3.large", **OURS)]
    *_, trunks = nodes(DEV, kubectl({"nodes": found, "cninodes": [], "events": []}))
    assert [problem.partition(" ")[0] for problem in trunks.problems] == ["ours"]
    assert "theirs (t3.large)" in trunks.seen


@pytest.mark.parametrize(("least", "problems"), [(0, []), (1, ["node group general has no ready node"])])
def test_a_group_that_may_be_empty_may_be_empty(kubectl, least, problems):
    """An autoscaler takes it down to nothing."""
    groups = (DEV.node_groups[0].model_copy(update={"min_size": least}),)
    settings = DEV.model_copy(update={"node_groups": groups})
    _, _, found, _ = nodes(settings, kubectl({"nodes": [node("another")], "cninodes": [], "events": []}))
    assert found.problems == problems


def pod(name, *, phase="Running", meta=None, **spec):
    """A pod of orders-api without an interface of its own."""
    about = {"name": name, "labels": {"app": "orders-api"}, **(meta or {})}
    return {"kind": "Pod", "metadata": about, "spec": {"containers": [{}], **spec}, "status": {"phase": phase}}


def test_pods_that_have_ended_or_are_on_their_way_out_are_not_asked_for_groups(kubectl):
    """Nor those of the host's network, which never get any; one that runs or waits is."""
    workloads = tuple(workload for workload in DEV.workloads if workload.name == "orders-api")
    running = [pod("runs"), pod("waits", phase="Pending")]
    ended = [pod("done", phase="Succeeded"), pod("failed", phase="Failed"), pod("host", hostNetwork=True)]
    ended.append(pod("going", meta={"deletionTimestamp": "2026-01-01T00:00:00Z"}))
    knows = kubectl({"serviceaccounts,pods": running + ended})
    (found,) = pods(DEV.model_copy(update={"workloads": workloads}), knows)
    assert [problem.partition(":")[0] for problem in found.problems] == ["shop/runs", "shop/waits"]
    assert found.seen == "2 pods"


@pytest.mark.parametrize(
    ("status", "problems"),
    [
        ({}, []),
        ({"updatedNumberScheduled": 2}, ["2 updated and 3 available of 3"]),
        ({"numberAvailable": 2}, ["3 updated and 2 available of 3"]),
        ({"observedGeneration": 1}, ["its controller has not seen the newest template yet"]),
    ],
)
def test_a_rollout_that_is_not_done_is_wrong(kubectl, status, problems):
    """Old pods that run, new pods that do not, and a status of the template before."""
    meta = {"name": "aws-node", "namespace": "kube-system", "generation": 2}
    live = {"kind": "DaemonSet", "metadata": meta, "spec": {"template": {"spec": {"containers": []}}}}
    _, found, *_ = kube_system(DEV, kubectl({CACHED: [live | {"status": DONE | status}]}))
    assert found.what == "aws-node runs on every node"
    assert found.problems == problems


@pytest.mark.parametrize(
    ("changes", "caches"),
    [
        ({}, ["node-local-dns"]),
        ({"standby": True}, ["node-local-dns", "node-local-dns-standby"]),
        ({"enabled": False}, []),
    ],
)
def test_every_cache_of_the_file_is_looked_for(kubectl, changes, caches):
    """The standby too, where there is one: without it a cache that is killed has nobody beside it."""
    cache = DEV.pod_networking.dns_cache.model_copy(update=changes)
    networking = DEV.pod_networking.model_copy(update={"dns_cache": cache})
    settings = DEV.model_copy(update={"pod_networking": networking})
    found = [*kube_system(settings, kubectl({CACHED: [], "daemonsets": []}))]
    runs = [finding for finding in found if " runs on every node" in finding.what]
    assert [finding.what.partition(" ")[0] for finding in runs] == ["aws-node", *caches]
    assert all(finding.problems for finding in runs)


def test_without_a_cache_aws_node_alone_is_looked_at(kubectl):
    """Neither cluster DNS's address, nor kube-proxy's mode, nor CoreDNS's zones matter then, and none is read."""
    cache = DEV.pod_networking.dns_cache.model_copy(update={"enabled": False})
    off = DEV.model_copy(update={"pod_networking": DEV.pod_networking.model_copy(update={"dns_cache": cache})})
    found = [*kube_system(off, kubectl({"daemonsets": []}))]
    assert [finding.what.partition(" ")[0] for finding in found] == ["aws-node", "aws-node"]
