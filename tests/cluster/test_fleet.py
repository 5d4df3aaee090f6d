"""Real rollouts: DaemonSet controller, scheduler and fake kubelets. NODES is their number, 100 by default."""

import os
import time
import tracemalloc

import aws_node
import deployment
import pods
import pytest
from cloudformation import CustomResource, DeployError, StillWaitingError
from fault_server import FaultServer
from fleet import AwsNode, add_nodes, properties_of, stages_unless

from rehearsal.control_plane import ControlPlane, TokenReview
from rehearsal.parts import ensure

NODES = int(os.environ.get("NODES", "100"))
PODS = "/api/v1/namespaces/kube-system/pods"
MODE = "POD_SECURITY_GROUP_ENFORCING_MODE"
DEAD = {"dead-0", "dead-1", "dead-2", "dead-3"}


@pytest.fixture(scope="module")
def stages(tmp_path_factory):
    """kwok's stages, but for pods on nodes whose name begins with `dead` nothing ever happens, as without a kubelet."""
    return stages_unless(tmp_path_factory.mktemp("kwok"), '.spec.nodeName // "" | startswith("dead")')


@pytest.fixture(scope="module")
def fleet(tmp_path_factory, reviewer, rights, stages):
    """A whole control plane with NODES nodes and aws-node on each of them."""
    folder = tmp_path_factory.mktemp("fleet") / "plane"
    review = TokenReview(url=reviewer.url)
    programs = ensure("kubernetes", "etcd", "kwok")
    plane = ControlPlane(folder, programs, controllers=True, token_review=review, kwok_module=stages).start()
    account = {"name": "aws-node", "namespace": "kube-system"}
    for thing in [*rights, {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": account}]:
        plane.api.apply(thing, "rights")
    add_nodes(plane.api, [f"node-{number}" for number in range(NODES)])
    AwsNode(plane.api).install()
    settled(plane.api)
    yield plane
    plane.stop()


def settled(api, dead=0):
    """Wait until all nodes but the dead ones have an available pod of the newest template; give the seconds.

    A dead node's pod may count as updated, so with dead nodes the numbers must also stand still.
    """
    began, before = time.monotonic(), None
    while True:
        live = api("GET", aws_node.PATH)
        status = live.get("status", {})
        wanted = {"observedGeneration": live["metadata"]["generation"], "desiredNumberScheduled": NODES + dead}
        reached = min(status.get("updatedNumberScheduled", 0), status.get("numberAvailable", 0)) >= NODES
        if reached and wanted.items() <= status.items() and (not dead or status == before):
            return time.monotonic() - began
        before = status if reached else None
        assert time.monotonic() - began < 60 + NODES / 10, status
        time.sleep(1.5 if dead else 0.1)


@pytest.fixture
def four_dead(fleet, monkeypatch):
    """Give the fleet with four nodes beside it that have no kubelet, and have had none for long."""
    monkeypatch.setattr(pods, "_QUIET_SECONDS", 0)
    monkeypatch.setattr(pods, "_LATE_SECONDS", -3600)
    names = {node["metadata"]["name"] for node in fleet.api("GET", "/api/v1/nodes")["items"]}
    add_nodes(fleet.api, sorted(DEAD - names))
    settled(fleet.api, dead=len(DEAD))
    return fleet


def another_env(fleet):
    """Give values that need a rollout, whichever test was the one before."""
    live = aws_node.values(fleet.api("GET", aws_node.PATH))["aws-node"].get(MODE)
    return env_of("standard" if live == "strict" else "strict")


def env_of(mode):
    return {**aws_node.ENV, "aws-node": {**aws_node.ENV["aws-node"], "POD_SECURITY_GROUP_ENFORCING_MODE": mode}}


def test_a_create_ends_when_every_pod_has_the_values_and_costs_one_request_a_poll(fleet, certificates):
    """A list of all pods at that moment shows none of the old template; memory and requests know no fleet size."""
    faults = FaultServer(certificates.good, fleet.endpoint, fleet.ca_file)
    through = {"Endpoint": faults.endpoint, "CertificateAuthority": certificates.authority}
    tracemalloc.start()
    resource = CustomResource()
    data = resource.deploy(properties_of(fleet, **through), polls=20 * NODES)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    found = fleet.api("GET", PODS)["items"]
    assert data["Nodes"] == str(NODES) == str(len(found))
    env = [{e["name"]: e.get("value") for c in pod["spec"]["containers"] for e in c.get("env", [])} for pod in found]
    assert all(aws_node.ENV["aws-node"].items() <= found.items() for found in env)
    assert all(pod["status"]["phase"] == "Running" and "deletionTimestamp" not in pod["metadata"] for pod in found)
    methods = [method for method, _ in faults.requests]
    assert methods.count("PATCH") <= 3
    assert methods.count("GET") <= resource.polls + 3
    assert resource.polls > 3
    assert not [path for _, path in faults.requests if "/pods" in path]
    assert peak < 3_000_000
    faults.stop()


def test_nodes_that_die_on_the_way_are_named_when_the_limit_passes(fleet):
    """They were alive at the first look, so they are awaited."""
    resource = CustomResource()
    event = resource._begin("Create", {**properties_of(fleet), "Env": env_of("strict")}, None, "")
    assert event["Dead"] == 0
    add_nodes(fleet.api, sorted(DEAD))
    with pytest.raises(StillWaitingError):
        resource._wait(event, 1)
    settled(fleet.api, dead=4)
    with pytest.raises(StillWaitingError):
        resource._wait(event, 2)
    event["ResourceProperties"]["RolloutMinutes"] = "0.01"
    with pytest.raises(Exception, match=f"of {NODES + 4} nodes updated, {NODES} available") as failure:
        resource._wait(event, 1)
    text = str(failure.value)
    assert text.count(" on dead-") == 3
    assert "its kubelet reports nothing more" in text or "is its node alive?" in text


def test_nodes_that_were_dead_before_are_counted_out(four_dead, monkeypatch):
    """The rollout stops short of them for good; the deployment does not."""
    fleet = four_dead
    monkeypatch.setattr(deployment, "_GRACE_SECONDS", 2)
    resource, wanted = CustomResource(), another_env(fleet)
    event = resource._begin("Create", {**properties_of(fleet), "Env": wanted}, None, "")
    assert event["Dead"] == 4
    resource._wait(event, 20 * NODES)
    assert resource.data["Nodes"] == str(NODES + 4)
    found = fleet.api("GET", PODS)["items"]
    alive = [pod for pod in found if not pod["spec"].get("nodeName", "dead").startswith("dead")]
    modes = {e["value"] for p in alive for c in p["spec"]["containers"] for e in c["env"] if e["name"] == MODE}
    assert (len(alive), modes) == (NODES, {wanted["aws-node"][MODE]}), (
        "complete means that every live node has the value, already now"
    )
    settled(fleet.api, dead=4)
    status = fleet.api("GET", aws_node.PATH)["status"]
    assert status["updatedNumberScheduled"] >= NODES  # a pod that cannot end counts too where its template is back
    assert status["numberAvailable"] == NODES


def test_dead_nodes_can_be_refused(four_dead):
    """Before anything is patched."""
    fleet = four_dead
    generation = fleet.api("GET", aws_node.PATH)["metadata"]["generation"]
    settings = {**properties_of(fleet), "Env": another_env(fleet), "DeadNodes": "refuse", "RolloutMinutes": 0.001}
    with pytest.raises(DeployError, match=f"got 4 of {NODES + 4} nodes without an available pod before we began"):
        CustomResource().deploy(settings)
    assert fleet.api("GET", aws_node.PATH)["metadata"]["generation"] == generation


def test_as_many_dead_nodes_as_may_be_unavailable_stop_the_rollout_and_the_deployment_says_so(
    four_dead, monkeypatch, capsys
):
    """The controller replaces no pod at all; no half hour is spent on it."""
    fleet = four_dead
    monkeypatch.setattr(deployment, "_STALL_SECONDS", 3)
    more = NODES // 9 + 1
    add_nodes(fleet.api, [f"dead-{number}" for number in range(4, 4 + more)])
    dead = 4 + more
    began = time.monotonic()
    while (wanted := fleet.api("GET", aws_node.PATH)["status"]["desiredNumberScheduled"]) < NODES + dead:
        assert time.monotonic() - began < 30, f"{wanted} nodes, {NODES + dead} expected"
        time.sleep(0.1)
    resource = CustomResource()
    event = resource._begin("Create", {**properties_of(fleet), "Env": another_env(fleet)}, None, "")
    assert f"{dead} of {NODES + dead} nodes without an available pod" in capsys.readouterr().out
    with pytest.raises(Exception, match=rf"did not roll out in .*; {dead} of .*uses up maxUnavailable"):
        resource._wait(event, 200)
    resource.properties, resource.identity = properties_of(fleet), event["PhysicalResourceId"]
    resource.delete()
    assert aws_node.values(fleet.api("GET", aws_node.PATH))["aws-node"]["ENABLE_POD_ENI"] == "false"
