"""The pure functions of the handler."""

import base64
import json
import time
from urllib.parse import parse_qs, urlsplit

import errors
import index
import kube_api
import pods
import pytest
import reconcile
import rollout
from botocore.auth import SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from cluster_token import cluster_token
from daemon_set import RefusedError, changed_since, cni_version, configured, pod_patch, refuse


def daemon_set(env=(), image="repo/amazon-k8s-cni:v1.23.2-eksbuild.1", **status):
    """Give an aws-node with one container and one init container."""
    entries = [{"name": name, "value": value} for name, value in env]
    containers = [{"name": "aws-node", "image": image, "env": entries}]
    pod = {"initContainers": [{"name": "aws-vpc-cni-init", "image": "i"}], "containers": containers}
    metadata = {"name": "aws-node", "namespace": "kube-system", "generation": 2, "resourceVersion": "7"}
    return {"metadata": metadata, "spec": {"template": {"spec": pod}}, "status": {"observedGeneration": 2, **status}}


@pytest.mark.parametrize(
    ("region", "host"),
    [
        ("eu-central-1", "sts.eu-central-1.amazonaws.com"),
        ("cn-north-1", "sts.cn-north-1.amazonaws.com.cn"),
        ("us-gov-west-1", "sts.us-gov-west-1.amazonaws.com"),
        ("eusc-de-east-1", "sts.eusc-de-east-1.amazonaws.eu"),
    ],
)
@pytest.mark.parametrize("session", ["", "to/ken+with=marks"])
def test_the_token_is_the_one_that_botocore_signs(monkeypatch, region, host, session):
    """Same host, same query, same signature."""
    monkeypatch.setenv("AWS_REGION", region)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKID")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "se/cret+")
    monkeypatch.setenv("AWS_SESSION_TOKEN", session)
    text = cluster_token("prod").removeprefix("k8s-aws-v1.")
    assert "=" not in text
    ours = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
    address = f"https://{host}/?Action=GetCallerIdentity&Version=2011-06-15"
    theirs = AWSRequest("GET", address, headers={"x-k8s-aws-id": "prod"})
    now = parse_qs(urlsplit(ours).query)["X-Amz-Date"][0]
    signer = SigV4QueryAuth(Credentials("AKID", "se/cret+", session or None), "sts", region, expires=60)
    theirs.context["timestamp"] = now
    signer._modify_request_before_signing(theirs)
    signature = signer.signature(signer.string_to_sign(theirs, signer.canonical_request(theirs)), theirs)
    wanted = {**parse_qs(urlsplit(theirs.url).query), "X-Amz-Signature": [signature], "X-Amz-Date": [now]}
    assert urlsplit(ours).netloc == host
    assert parse_qs(urlsplit(ours).query) == wanted


def event(**more):
    properties = {"ClusterName": "prod", "Env": {"aws-node": {}}}
    base = {"RequestType": "Create", "StackId": "stack/1", "LogicalResourceId": "A", "ResourceProperties": properties}
    return {**base, **more}


def test_the_physical_id_stays_while_cluster_and_resource_stay():
    """An update of anything else replaces nothing, nor does another version of podnet."""
    first = index.physical_id(event())
    assert first == "prod/kube-system/aws-node/84e3a8dd"
    other = {"ClusterName": "prod", "Endpoint": "https://new", "Env": {"aws-node": {"X": "1"}}}
    assert index.physical_id(event(RequestType="Update", ResourceProperties=other)) == first


@pytest.mark.parametrize(
    "more",
    [
        {"ResourceProperties": {"ClusterName": "next", "Env": {}}},
        {"LogicalResourceId": "B"},
        {"StackId": "stack/2"},
        {"ResourceProperties": {"ClusterName": "prod", "Namespace": "kube-system", "DaemonSet": "node-local-dns"}},
    ],
    ids=["cluster", "name in the template", "stack", "DaemonSet"],
)
def test_the_physical_id_tells_resources_apart(more):
    """Another cluster is a replacement; another resource of the same template holds nothing of ours."""
    assert index.physical_id(event(**more)) != index.physical_id(event())


def test_values_are_sent_in_the_order_of_the_live_list_and_new_ones_last():
    """Order is part of the value."""
    live = daemon_set([("B", "1"), ("A", "2"), ("Z", "3")])
    patch = pod_patch(live, {"aws-node": {"NEW": "n", "Z": "z", "B": "b"}, "gone": {"X": "1"}})
    assert patch == {
        "spec": {
            "template": {
                "spec": {
                    "containers": [
                        {
                            "name": "aws-node",
                            "env": [
                                {"name": "B", "value": "b"},
                                {"name": "Z", "value": "z"},
                                {"name": "NEW", "value": "n"},
                            ],
                        }
                    ]
                }
            }
        }
    }


def test_a_value_that_goes_is_deleted_and_never_blank():
    """And one that is not there needs nothing."""
    patch = pod_patch(daemon_set([("A", "1")]), {"aws-node": {"A": None, "B": None}})
    (container,) = patch["spec"]["template"]["spec"]["containers"]
    assert container["env"] == [{"name": "A", "$patch": "delete"}]
    assert pod_patch(daemon_set(), {"aws-node": {"B": None}}) == {}


@pytest.mark.parametrize(
    ("image", "version"),
    [
        ("602401143452.dkr.ecr.us-west-2.amazonaws.com/amazon-k8s-cni:v1.11.0-eksbuild.1", (1, 11, 0)),
        ("registry:5000/amazon-k8s-cni:1.7", (1, 7)),
        ("registry/amazon-k8s-cni:v1.23.2@sha256:00", (1, 23, 2)),
        ("registry:5000/amazon-k8s-cni@sha256:00", ()),
        ("registry/amazon-k8s-cni:latest", ()),
    ],
)
def test_the_version_is_in_the_tag_of_the_image(image, version):
    """A port is no version."""
    assert cni_version(daemon_set(image=image)) == version


def test_the_version_of_an_image_without_a_tag_is_in_its_environment():
    """VPC_CNI_VERSION, as the chart writes it."""
    live = daemon_set([("VPC_CNI_VERSION", "v1.10.1")], image="mirror/cni@sha256:00")
    assert cni_version(live) == (1, 10, 1)
    with pytest.raises(RefusedError, match=r"must be VPC CNI 1\.11 or later"):
        refuse(live, {"aws-node": {"POD_SECURITY_GROUP_ENFORCING_MODE": "standard"}})


def test_an_unknown_version_is_not_refused():
    """A mirror may name its images as it likes; the deployment tells that it does not know."""
    refuse(daemon_set(image="mirror/cni:latest"), {"aws-node": {"ENABLE_POD_ENI": "true"}})


@pytest.mark.parametrize("enabled", ["true", "True", "1", "t"])
def test_pod_interfaces_are_refused_by_an_old_cni_however_true_is_written(enabled):
    """As Go's strconv.ParseBool reads it; switched off, they need no version."""
    live = daemon_set(image="cni:v1.6.3")
    with pytest.raises(RefusedError, match=r"must be VPC CNI 1\.7 or later"):
        refuse(live, {"aws-node": {"ENABLE_POD_ENI": enabled}})
    refuse(live, {"aws-node": {"ENABLE_POD_ENI": "false"}})
    refuse(daemon_set(image="cni:1.7"), {"aws-node": {"ENABLE_POD_ENI": enabled}})


def test_pods_that_are_replaced_by_hand_are_refused_only_where_a_value_changes():
    """With OnDelete no pod would get it, and nobody would hear of that."""
    live = daemon_set([("A", "1")])
    live["spec"]["updateStrategy"] = {"type": "OnDelete"}
    refuse(live, {"aws-node": {"A": "1"}})
    with pytest.raises(RefusedError, match=r"updateStrategy\.type must be RollingUpdate, got OnDelete"):
        refuse(live, {"aws-node": {"A": "2"}})


def test_a_variable_with_two_entries_is_refused():
    """A patch by name meets one of them."""
    with pytest.raises(RefusedError, match=r"containers\[aws-node\]\.env\[A\] must have a value, got two entries"):
        refuse(daemon_set([("A", "1"), ("A", "2")]), {"aws-node": {"A": "1"}})


def test_the_add_ons_configuration_has_variables_of_both_containers():
    """`env` and `init.env`; none where nothing is configured."""
    given = {"env": {"A": "1"}, "init": {"env": {"B": "2"}}, "replicas": 2}
    assert configured({"AddonConfiguration": json.dumps(given)}) == {("aws-node", "A"), ("aws-vpc-cni-init", "B")}
    assert configured({"AddonConfiguration": ""}) == configured({}) == set()


@pytest.mark.parametrize(
    ("strategy", "nodes", "most"),
    [
        ({"rollingUpdate": {"maxUnavailable": "10%"}}, 100, 10),
        ({"rollingUpdate": {"maxUnavailable": "10%"}}, 101, 11),
        ({"rollingUpdate": {"maxUnavailable": "10%"}}, 1, 1),
        ({"rollingUpdate": {"maxUnavailable": 3}}, 100, 3),
        ({"type": "RollingUpdate"}, 100, 1),
    ],
)
def test_a_share_of_the_nodes_is_rounded_up(strategy, nodes, most):
    """As the DaemonSet controller does it."""
    live = daemon_set(desiredNumberScheduled=nodes)
    live["spec"]["updateStrategy"] = strategy
    assert rollout.max_unavailable(live) == most


def test_no_note_and_a_broken_note_are_no_note():
    """Somebody may have edited it."""
    live = daemon_set()
    assert reconcile.record(live) == {}
    note = {"owner": "x", "run": "", "wanted": {}, "replaced": {}}
    spoiled = [json.dumps({key: note[key] for key in note if key != gone}) for gone in note]
    for text in ("", "{", "[]", "null", *spoiled):
        live["metadata"]["annotations"] = {reconcile.ANNOTATION: text}
        assert reconcile.record(live) == {}


def test_every_patch_carries_the_version_it_was_made_for():
    """No update is lost."""
    wish = {"owner": "owner", "run": "run", "wanted": {"aws-node": {"A": "1"}}}
    live = daemon_set([("A", "0")])
    _, body, _ = reconcile.next_patch(live, wish)
    assert body["metadata"]["resourceVersion"] == "7"
    note = json.loads(body["metadata"]["annotations"][reconcile.ANNOTATION])
    assert note == {"owner": "owner", "run": "run", "wanted": wish["wanted"], "replaced": {"aws-node": {"A": "0"}}}
    live["metadata"]["annotations"] = {reconcile.ANNOTATION: json.dumps(note)}
    _, undo, left = reconcile.next_patch(live, {"owner": "owner", "run": "", "wanted": {}})
    assert undo["metadata"]["resourceVersion"] == "7"
    assert undo["metadata"]["annotations"] == {reconcile.ANNOTATION: None, reconcile.REQUEST: None}
    assert left == ["aws-node A is left at '0', set by nobody"]


def test_our_own_changes_are_dated_by_managed_fields():
    """Only ours count."""
    live = daemon_set()
    hour_ago = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 3600))
    live["metadata"]["managedFields"] = [{"manager": "podnet", "operation": "Apply", "time": hour_ago}]
    assert changed_since(live, time.time() - 7200)
    assert not changed_since(live, time.time() - 60)
    live["metadata"]["managedFields"][0]["manager"] = "eks"
    assert not changed_since(live, time.time() - 7200)


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/apis/apps/v1/namespaces/kube-system/daemonsets/aws-node?force=true", "daemonsets kube-system/aws-node"),
        ("/api/v1/namespaces/kube-system/pods?limit=1", "pods kube-system"),
    ],
)
def test_a_path_is_told_as_a_person_says_it(path, words):
    """Kind, namespace, name."""
    assert kube_api.describe(path) == words


def test_a_long_reason_is_cut_and_keeps_the_log_group(monkeypatch):
    """CloudFormation takes 4 KB for the whole answer."""
    monkeypatch.setenv("AWS_LAMBDA_LOG_GROUP_NAME", "Group")
    with pytest.raises(errors.HandlerError) as failure, index.told({}):
        raise RefusedError("x" * 5000)
    assert len(str(failure.value)) == 1000
    assert str(failure.value).endswith("xx; log group Group")


def test_words_of_the_cluster_reach_a_terminal_without_control_characters(capsys):
    """CloudFormation passes them on as they are; the log has them as JSON."""
    said = "node-1: Trunk \x1b]0;x\x07\nUPDATE_COMPLETE\u202e \x9b31m"
    with pytest.raises(errors.HandlerError) as failure, index.told({}):
        raise errors.HandlerError(said)
    assert str(failure.value).startswith("node-1: Trunk ?]0;x??UPDATE_COMPLETE? ?31m; log group ")
    assert json.loads(capsys.readouterr().out)["reason"] == said


@pytest.mark.parametrize(
    ("read", "said"),
    [
        (lambda: rollout.observed({"metadata": {}}), r"KeyError 'generation' \(rollout\.py:\d+\)"),
        (lambda: rollout.counts({"status": []}), r"AttributeError .* \(rollout\.py:\d+\)"),
        (
            lambda: rollout.max_unavailable({"spec": {"updateStrategy": {"rollingUpdate": {"maxUnavailable": "x"}}}}),
            "Val",
        ),
        (lambda: cni_version({"spec": None}), r"TypeError .* \(daemon_set\.py:\d+\)"),
        (lambda: changed_since({}, float("inf")), r"OverflowError .* \(daemon_set\.py:\d+\)"),
        (lambda: configured({"AddonConfiguration": "[" * 100_000}), "RecursionError"),
    ],
    ids=["missing", "a list", "a word", "null", "infinite", "deep"],
)
def test_another_form_than_the_code_reads_is_told_with_the_place(read, said):
    """Of an event or of an answer: the exception, and the line that read it."""
    form = f"must have the form that the handler knows, got {said}"
    with pytest.raises(errors.HandlerError, match=form), index.told({}):
        read()


def test_a_pod_that_cannot_end_is_named_with_the_time():
    """Its node may be dead."""
    pod = {"metadata": {"deletionTimestamp": "2026-01-01T00:00:00Z"}, "spec": {"nodeName": "n"}, "status": {}}
    assert pods.reason(pod) == "should be gone since 2026-01-01T00:00:00Z, is its node alive?"
    assert pods.node(pod) == "n"
    assert pods.node({"spec": {}}) == "no node"


def test_a_crashed_init_container_is_the_reason():
    """It comes before the containers that wait for it."""
    crashed = {"name": "init", "ready": False, "state": {"terminated": {"reason": "Error", "message": "no module"}}}
    waiting = {"name": "main", "ready": False, "state": {"waiting": {"reason": "PodInitializing"}}}
    ended = {"name": "first", "ready": True, "state": {"terminated": {"reason": "Completed"}}}
    status = {"initContainerStatuses": [ended, crashed], "containerStatuses": [waiting]}
    assert pods.reason({"metadata": {}, "status": status}) == "init Error no module"
    del crashed["state"]["terminated"]["message"]
    assert pods.reason({"metadata": {}, "status": status}) == "init Error"


def test_a_condition_is_the_reason_where_it_is_not_met_and_says_why():
    """The node controller says of a pod that it is not ready, and no more."""
    pod = {"metadata": {"creationTimestamp": "2026-01-01T00:00:00Z"}, "spec": {}, "status": {"phase": "Pending"}}
    assert pods.reason(pod) == "Pending, its kubelet reports nothing more yet"
    met, silent = {"type": "Initialized", "status": "True", "message": "m"}, {"type": "Ready", "status": "False"}
    pod["status"]["conditions"] = [met, silent]
    assert pods.reason(pod) == "Pending, its kubelet reports nothing more yet"
    pod["status"]["conditions"].append({"type": "PodScheduled", "status": "False", "message": "no room"})
    assert pods.reason(pod) == "PodScheduled no room"


def test_a_pod_without_a_node_is_not_one_of_a_dead_node():
    """It waits for room, however long."""
    pod = {"metadata": {"creationTimestamp": "2026-01-01T00:00:00Z"}, "spec": {}, "status": {"phase": "Pending"}}
    assert not pods.silent(pod)
    assert pods.silent({**pod, "spec": {"nodeName": "n"}})
    assert pods.reason({**pod, "spec": {"nodeName": "n"}}) == "its kubelet reports nothing more, is its node alive?"


@pytest.mark.parametrize(("what", "seconds"), [("deletionTimestamp", 30), ("creationTimestamp", 300)])
def test_a_kubelet_that_is_a_moment_late_is_not_silent(what, seconds):
    """Half a minute to end a pod after its time, five to tell of a new one."""
    for ago, silent in ((seconds - 5, False), (seconds + 5, True)):
        then = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - ago))
        assert pods.silent({"metadata": {what: then}, "spec": {"nodeName": "n"}}) is silent


@pytest.mark.parametrize(
    ("containers", "ready", "silent"),
    [((True, True), "False", True), ((True, False), "False", False), ((True, True), "True", False)],
)
def test_a_pod_that_is_not_ready_though_its_containers_are_is_silent(containers, ready, silent):
    """The node controller says so; of a container that is not ready, the kubelet tells, and one of two is enough."""
    told = [{"ready": container} for container in containers]
    status = {"containerStatuses": told, "conditions": [{"type": "Ready", "status": ready}]}
    assert pods.silent({"metadata": {}, "spec": {}, "status": status}) is silent


def test_a_pod_that_ends_serves_no_more():
    """Kubelet reports it as ready until its last container has stopped."""
    pod = {"metadata": {}, "status": {"conditions": [{"type": "Ready", "status": "True"}]}}
    assert pods.ready(pod)
    assert not pods.ready({**pod, "metadata": {"deletionTimestamp": "2026-01-01T00:00:00Z"}})


@pytest.mark.parametrize(("change", "same"), [({}, True), ({"image": "other"}, False), ({"env": None}, False)])
def test_a_pod_runs_the_template_where_image_and_variables_are_its_own(change, same):
    """What admission added is no difference."""
    live = daemon_set([("A", "1")])
    (container,) = live["spec"]["template"]["spec"]["containers"]
    added = {**container, "env": [*container["env"], {"name": "ADDED", "value": "x"}]}
    init = live["spec"]["template"]["spec"]["initContainers"]
    there = {key: part for key, part in {**added, **change}.items() if part is not None}
    pod = {"spec": {"initContainers": init, "containers": [there]}}
    assert pods._runs(pod, live) is same
