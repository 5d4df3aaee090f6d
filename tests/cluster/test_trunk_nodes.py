"""Custom::TrunkNodes: done when the nodes of every group can carry pods with security groups of their own."""

import cdk8s
import pytest
import yaml
from cloudformation import CustomResource, DeployError, StillWaitingError
from errors import HandlerError
from fault_server import refusal
from fleet import properties_of

from charts.trunk_nodes_rights import TrunkNodesRights
from rehearsal.parts import module_dir

CNI_NODES = "/apis/vpcresources.k8s.aws/v1alpha1/cninodes"
EVENTS = "/api/v1/namespaces/default/events"
FEATURE = [{"name": "SecurityGroupsForPods"}]


@pytest.fixture(scope="module")
def api(plane):
    """The plane with the real CRD of CNINode, and the handler's rights of the Compute stack."""
    crds = module_dir("vpc_resource_controller") / "config" / "crd" / "bases"
    plane.api.apply(yaml.safe_load((crds / "vpcresources.k8s.aws_cninodes.yaml").read_text()), "eks")
    rights = TrunkNodesRights(cdk8s.App(), "Rights", group="podnet:reconcilers").to_json()
    for obj in rights:
        plane.api.apply(obj, "rights")
    yield plane.api
    for obj in rights:  # other tests hold the handler's rights against its other chart
        plane.api.delete(obj)


@pytest.fixture
def nodes(api):
    """A function that makes a node of a group, with what the controllers would have given it."""
    made = []

    def make(name, group="general", *, ready="True", branches="9", features=FEATURE):
        made.append(name)
        labels = {"podnet.io/node-group": group} if group else {}
        api("POST", "/api/v1/nodes", {"metadata": {"name": name, "labels": labels}})
        amount = {"vpc.amazonaws.com/pod-eni": branches} if branches else {"cpu": "2"}
        conditions = [{"type": "DiskPressure", "status": "True"}, {"type": "Ready", "status": ready}]
        status = {"capacity": amount, "allocatable": amount, "conditions": conditions}
        merge = "application/merge-patch+json"
        api("PATCH", f"/api/v1/nodes/{name}/status", {"status": status}, merge)
        if features is not None:
            kind = {"apiVersion": "vpcresources.k8s.aws/v1alpha1", "kind": "CNINode"}
            spec = {"features": features} if features else {}
            api("POST", CNI_NODES, {**kind, "metadata": {"name": name}, "spec": spec})

    yield make
    for name in made:
        api("DELETE", f"/api/v1/nodes/{name}")
        api.raw("DELETE", f"{CNI_NODES}/{name}")


@pytest.fixture
def groups(node, plane):
    """The ResourceProperties of a Custom::TrunkNodes with two groups."""
    properties = {key: value for key, value in properties_of(plane).items() if key not in ("Env", "DeadNodes")}
    return {**properties, "NodeGroups": {"general": "3 m5.large", "big": "1 m5.4xlarge"}}


def test_it_is_done_when_each_group_has_nodes_with_trunks(nodes, groups):
    """At the first look; nodes of nobody's group do not count."""
    nodes("one")
    nodes("two", "big", branches="1")
    nodes("stranger", "", branches="", features=None)
    resource = CustomResource()
    resource.deploy(groups)
    assert resource.polls == 1


@pytest.mark.parametrize("lack", [{"branches": ""}, {"features": []}, {"features": None}, {"branches": "0"}], ids=str)
def test_it_waits_for_a_node_that_lacks_something(nodes, groups, lack):
    """For the resource, for the CNINode, and for the feature in it; until the limit."""
    nodes("one", **lack)
    nodes("two", "big")
    with pytest.raises(StillWaitingError):
        CustomResource(began_ago=1700).deploy(groups, polls=2)


def test_it_waits_for_a_group_without_a_ready_node(nodes, groups):
    """A node that is not ready does not count, and does not hold up its group either."""
    nodes("one")
    nodes("two", "big", ready="False")
    with pytest.raises(StillWaitingError):
        CustomResource().deploy(groups, polls=2)
    nodes("three", "big")
    CustomResource().deploy(groups, polls=1)


def test_past_the_limit_it_names_groups_nodes_and_what_the_controller_said(nodes, groups, api):
    """Three nodes; the last event about the trunk or that warns, not an older one and not one about something else."""
    nodes("one", branches="")
    nodes("two", branches="", features=None)
    nodes("three", features=[])
    nodes("zero", branches="")
    newer = {"reportingComponent": "vpc", "reportingInstance": "vpc-1", "action": "Init"}
    failed, initiated = "The node failed initializing trunk interface", "NodeTrunkInitiated"
    for name, kind, reason, message, when in (
        ("one-c", "Normal", initiated, "long ago", {"lastTimestamp": "2026-01-01T00:00:00Z"}),
        ("one-b", "Normal", "NodeTrunkFailedInit", failed, {"eventTime": "2026-01-03T00:00:00.000000Z", **newer}),
        ("one-a", "Normal", initiated, "yesterday", {"lastTimestamp": "2026-01-02T00:00:00Z"}),
        ("one-d", "Normal", "Starting", "kubelet", {"lastTimestamp": "2026-01-04T00:00:00Z"}),
        ("two-b", "Normal", initiated, "yesterday", {"eventTime": "2026-01-02T00:00:00.000000Z", **newer}),
        ("two-a", "Warning", "Unsupported", "no", {"lastTimestamp": "2026-01-03T00:00:00Z"}),
    ):
        about = {"kind": "Node", "name": name.partition("-")[0]}
        meta = {"generateName": f"{name}.", "namespace": "default"}
        event = {"reason": reason, "message": message, "type": kind, **when}
        api("POST", EVENTS, {"metadata": meta, "involvedObject": about, **event})
    with pytest.raises(DeployError) as failure:
        CustomResource(began_ago=1900).deploy(groups)
    told = str(failure.value)
    assert "4 of 4 nodes cannot carry pods with security groups of their own after 30 minutes" in told
    assert "node group big has no ready node" in told
    assert "one has no allocatable vpc.amazonaws.com/pod-eni (NodeTrunkFailedInit: The node failed init" in told
    assert "two has no allocatable vpc.amazonaws.com/pod-eni and no CNINode (Unsupported: no)" in told
    assert "three has no feature SecurityGroupsForPods in its CNINode; two" in told
    assert "zero" not in told
    assert "AmazonEKSVPCResourceController" in told


def test_hundreds_of_nodes_are_read_in_pages(nodes, groups, api):
    """One that lacks something is found on the last page."""
    names = [f"node-{number:03}" for number in range(120)]
    for name in names:
        nodes(name)
    nodes("two", "big")
    nodes("zzz", branches="")
    with pytest.raises(DeployError, match=r"1 of 122 nodes .*zzz has no allocatable"):
        CustomResource(began_ago=1900).deploy(groups)


@pytest.mark.parametrize(
    ("resource", "said"),
    [
        ("nodes", "GET /api/v1/nodes.* was refused with 403"),
        ("cninodes", "GET .*cninodes.* was refused with 403"),
        ("events", "was refused with 403|has no allocatable vpc.amazonaws.com/pod-eni(?! \\()"),
    ],
)
def test_no_right_of_the_chart_is_spare(nodes, groups, api, resource, said):
    """Without one `list` the work fails and says so; without that of events the reason of a failure is missing."""
    nodes("one", branches="" if resource == "events" else "9")
    nodes("two", "big")
    rights = TrunkNodesRights(cdk8s.App(), "Rights", group="podnet:reconcilers").to_json()
    (role,) = [found for found in rights if resource in str(found.get("rules"))]
    less = [rule for rule in role["rules"] if rule["resources"] != [resource]]
    api.apply({**role, "rules": less}, "rights")
    try:
        with pytest.raises(Exception, match=said):
            CustomResource(seconds=6.5, began_ago=1900).deploy(groups)
    finally:
        api.apply(role, "rights")


@pytest.fixture
def through(groups, faults, certificates):
    """The same by way of the server of faults, which counts requests."""
    return {**groups, "Endpoint": faults.endpoint, "CertificateAuthority": certificates.authority}


def test_a_cluster_without_the_kind_of_cninodes_yet_is_waited_for(nodes, through, faults):
    """Its controller makes the kind when it starts; until then no node has one."""
    nodes("one")
    nodes("two", "big")
    resource = CustomResource()
    event = resource._begin("Create", through, None, "")
    faults.requests.clear()
    for late, error, told in ((0, StillWaitingError, "not complete"), (1900, HandlerError, "one has no CNINode")):
        faults.spoil(refusal(404, "the server could not find the requested resource"))
        with pytest.raises(error, match=told):
            resource._wait({**event, "Began": event["Began"] - late}, 1)
    assert "cninodes" in faults.requests[0][1]
    resource._wait(event, 1)


def test_delete_asks_nothing(nodes, through, faults):
    """The rights may be gone already."""
    nodes("one")
    nodes("two", "big")
    resource = CustomResource()
    resource.deploy(through)
    faults.requests.clear()
    resource.delete()
    assert faults.requests == []
