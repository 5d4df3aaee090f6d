"""A cache that does not come up stops at the first node: the real DaemonSet controller, and kwok's pods.

A pod whose image begins with `broken` never becomes ready here, as one whose Corefile cannot be loaded.
"""

import time

import cdk8s
import pytest
from cloudformation import CustomResource, StillWaitingError
from fleet import add_nodes, properties_of, stages_unless

from charts.node_local_dns import NodeLocalDns
from rehearsal.control_plane import ControlPlane, TokenReview
from rehearsal.parts import ensure

NODES, TURN_SECONDS = 20, 1  # less than a file may choose: a second node would have its turn while the test looks on
PATH = "/apis/apps/v1/namespaces/kube-system/daemonsets/node-local-dns"
PODS = "/api/v1/namespaces/kube-system/pods?labelSelector=k8s-app%3Dnode-local-dns"


@pytest.fixture(scope="module")
def cluster(tmp_path_factory, reviewer, rights):
    """A control plane with twenty nodes."""
    stages = stages_unless(tmp_path_factory.mktemp("kwok"), '.spec.containers[0].image | startswith("broken")')
    review, programs = TokenReview(url=reviewer.url), ensure("kubernetes", "etcd", "kwok")
    folder = tmp_path_factory.mktemp("caches") / "plane"
    plane = ControlPlane(folder, programs, controllers=True, token_review=review, kwok_module=stages).start()
    for rule in rights:
        plane.api.apply(rule, "rights")
    add_nodes(plane.api, [f"node-{number}" for number in range(NODES)])
    yield plane
    plane.stop()


def deployed(cluster, image):
    """Apply the chart; give the event of the resource that waits for its rollout."""
    chart = NodeLocalDns(cdk8s.App(), "Dns", cluster_dns_ip="172.20.0.10", image=image)
    for thing in chart.to_json():
        if thing["kind"] == "DaemonSet":
            thing["spec"]["minReadySeconds"] = TURN_SECONDS
        cluster.api.apply(thing, "podnet")
    settings = {key: value for key, value in properties_of(cluster).items() if key != "Env"}
    waits = {"Namespace": "kube-system", "DaemonSet": chart.name, "Revision": chart.revision}
    resource = CustomResource("NodeLocalDnsRollout")
    return resource, resource._begin("Create", {**settings, **waits}, None, "")


def images(cluster):
    return [pod["spec"]["containers"][0]["image"] for pod in cluster.api("GET", PODS)["items"]]


def test_a_broken_cache_stops_at_the_first_node_and_the_deployment_names_pod_and_node(cluster):
    """One of twenty nodes is without its cache, however long it lasts; all others have the old one."""
    resource, event = deployed(cluster, "works:1")
    resource._wait(event, 600)
    assert images(cluster) == ["works:1"] * NODES
    resource, event = deployed(cluster, "broken:1")
    until = time.monotonic() + 20
    while "broken:1" not in images(cluster):
        assert time.monotonic() < until
        time.sleep(0.1)
    with pytest.raises(StillWaitingError):
        resource._wait(event, 60)
    assert images(cluster).count("broken:1") == 1
    assert images(cluster).count("works:1") == NODES - 1
    event["ResourceProperties"]["RolloutMinutes"] = "0.01"
    with pytest.raises(Exception, match=r"node-local-dns-\w+ on node-\d+: ") as told:
        resource._wait(event, 1)
    assert f"{NODES - 1} available" in str(told.value)
    resource, event = deployed(cluster, "works:1")
    for pod in cluster.api("GET", PODS)["items"]:
        if pod["spec"]["containers"][0]["image"] == "broken:1":  # nobody here ends them, as a kubelet would
            cluster.api("DELETE", f"{PODS.partition('?')[0]}/{pod['metadata']['name']}?gracePeriodSeconds=0")
    resource._wait(event, 600)
    assert images(cluster) == ["works:1"] * NODES
