"""CDK's kubectl function with podnet's layer in front: what failed half-way is ended by the next try.

CDK's own code with its real layers, against a real API server that dies.
"""

import contextlib
import json
import os
import signal
import time

import cdk8s
import pytest
from token_reviewer import ACCESS_KEY, TokenReviewer

from benchmarks.reconcile import THEIRS, answering
from charts.node_local_dns import NodeLocalDns
from charts.security_group_policy import SecurityGroupPolicy
from rehearsal.control_plane import ControlPlane, TokenReview
from rehearsal.control_plane.ledger import Ledger
from rehearsal.parts import ensure
from tests.papers.commands import ROOT

LAYER = ROOT / "constructs" / "podnet" / "manifests_layer" / "python"
OURS = f"""import json, logging, sys
logging.basicConfig(level=logging.INFO)
sys.path.append({str(LAYER)!r})
import podnet_manifests
podnet_manifests.LIMIT_SECONDS, podnet_manifests._PAUSE_SECONDS = {{limit}}, 1
podnet_manifests.handler(json.load(sys.stdin), None)"""
LABEL = "aws.cdk.eks/prune-c80000000000000000000000000000000000000001"


ALL = ["ConfigMap", "DaemonSet", "Service", "ServiceAccount"]


@pytest.fixture(scope="module")
def judge():
    made = TokenReviewer()
    admit(made)
    yield made
    made.stop()


@pytest.fixture(scope="module")
def mortal(tmp_path_factory, judge):
    """A cluster whose API server may be killed."""
    folder = tmp_path_factory.mktemp("mortal")
    plane = ControlPlane(folder / "plane", ensure("kubernetes", "etcd"), token_review=TokenReview(judge.url)).start()
    yield plane
    plane.stop()


@pytest.fixture
def give(mortal, cdk_function, tmp_path):
    """Let a handler do with objects what CloudFormation asks for."""
    environment = cdk_function.environment(mortal, tmp_path)

    def call(code, request, objects, heard=lambda line: None, **places):
        given = {"ClusterName": "lab", "Manifest": json.dumps(objects), "PruneLabel": LABEL}
        cdk_function.call(code, {**environment, **places}, request, heard, **given)

    return call


@pytest.fixture
def objects(mortal):
    """What the cache consists of."""
    chart = NodeLocalDns(
        cdk8s.App(), "Dns", cluster_dns_ip="10.0.0.10", image="registry.example/cache:1", upstream=False
    )
    made = chart.to_json()
    for one in made:  # as CDK does
        one["metadata"]["labels"] = {LABEL: "", **one["metadata"].get("labels", {})}
        mortal.api("POST", PLACES[one["kind"]], one)
    yield made
    for one in made:
        mortal.api.raw("DELETE", place(one))


PLACES = {
    "ServiceAccount": "/api/v1/namespaces/kube-system/serviceaccounts",
    "ConfigMap": "/api/v1/namespaces/kube-system/configmaps",
    "Service": "/api/v1/namespaces/kube-system/services",
    "DaemonSet": "/apis/apps/v1/namespaces/kube-system/daemonsets",
}


def place(thing):
    return f"{PLACES[thing['kind']]}/{thing['metadata']['name']}"


def left(plane, objects):
    """The kinds of what is there of some objects."""
    return sorted(one["kind"] for one in objects if plane.api.raw("GET", place(one))[0] == 200)


def of_kind(objects, kind):
    (found,) = [one for one in objects if one["kind"] == kind]
    return found


def kill(plane):
    entries = Ledger(plane.folder / "processes.json").entries()
    (pid,) = [entry.pid for entry in entries if entry.name == "kube-apiserver" and entry.alive]
    os.kill(pid, signal.SIGKILL)


def revive(plane):
    plane.processes._spawn("kube-apiserver")
    plane._wait_until_ready()


@contextlib.contextmanager
def without_api_server(plane):
    kill(plane)
    try:
        yield
    finally:
        revive(plane)


@contextlib.contextmanager
def until_tried_again(back):
    """Give what hears the function: `back` is called when it says that it tries again, which it must."""
    waiting = [back]

    def heard(line):
        if waiting and "is tried again" in line:
            waiting.pop()()

    try:
        yield heard
        assert not waiting, "nothing was tried again"
    finally:
        if waiting:
            back()


def api_server_away(plane):
    """Kill it; it comes back when the function tries again."""
    kill(plane)
    return until_tried_again(lambda: revive(plane))


def admit(judge):
    judge.entries = {ACCESS_KEY: ["system:masters"]}


def refuse(judge, entries):
    """Admit nobody but by these entries; what the API server heard of an earlier token of this second, it remembers."""
    time.sleep(1.1)
    judge.entries = entries


def test_cdks_function_alone_forgets_what_it_could_not_delete(mortal, give, objects):
    """Why there is a layer. The day that this fails, the layer can go."""
    with without_api_server(mortal):
        give(THEIRS, "Delete", objects)
    assert left(mortal, objects) == ALL


def test_a_deletion_waits_for_an_api_server_that_comes_back(mortal, give, objects):
    with api_server_away(mortal) as heard:
        give(OURS.format(limit=60), "Delete", objects, heard)
    assert left(mortal, objects) == []


def test_so_do_a_creation_and_a_change(mortal, give, objects):
    for one in objects:
        mortal.api("DELETE", place(one))
    for request in ("Create", "Update"):
        with api_server_away(mortal) as heard:
            give(OURS.format(limit=60), request, objects, heard)
        assert left(mortal, objects) == ALL


def test_a_change_brings_back_what_somebody_deleted_or_edited(mortal, give, objects):
    """CloudFormation asks for one where `run_again` has a new text, though the objects are the same."""
    daemon_set = of_kind(objects, "DaemonSet")
    for kind in ("ServiceAccount", "ConfigMap"):
        mortal.api("DELETE", place(of_kind(objects, kind)))
    edited = mortal.api("GET", place(daemon_set))
    edited["spec"]["template"]["spec"]["containers"][0]["image"] = "registry.example/cache:theirs"
    mortal.api("PUT", place(daemon_set), edited)
    give(OURS.format(limit=60), "Update", objects)
    assert left(mortal, objects) == ALL
    (container,) = mortal.api("GET", place(daemon_set))["spec"]["template"]["spec"]["containers"]
    assert container["image"] == "registry.example/cache:1"


def test_one_that_stays_away_fails_the_deletion_and_the_next_one_ends_it(mortal, give, objects):
    told = r"the manifest's objects must be deleted, got from kubectl: .*refused"
    with without_api_server(mortal), pytest.raises(RuntimeError, match=told):
        give(OURS.format(limit=0), "Delete", objects)
    assert left(mortal, objects) == ALL
    give(OURS.format(limit=60), "Delete", objects)
    assert left(mortal, objects) == []


def test_a_refusal_is_told(mortal, judge, give, objects):
    refuse(judge, {ACCESS_KEY: []})
    try:
        with pytest.raises(RuntimeError, match="forbidden"):
            give(OURS.format(limit=0), "Delete", objects)
    finally:
        admit(judge)
    assert left(mortal, objects) == ALL


@pytest.mark.parametrize("before", [{}, {ACCESS_KEY: []}], ids=["unauthorized", "forbidden"])
def test_a_creation_waits_for_an_access_entry_that_was_made_just_now(mortal, judge, give, objects, before):
    """EKS lets it in some seconds later; CDK's function alone tries once."""
    for one in objects:
        mortal.api("DELETE", place(one))
    refuse(judge, before)
    with until_tried_again(lambda: admit(judge)) as heard:
        give(OURS.format(limit=60), "Create", objects, heard)
    assert left(mortal, objects) == ALL


THROTTLED = "rpc error: code = ResourceExhausted desc = etcdserver: throttle: too many requests"
KNOWS = f"""import sys
sys.path.append({str(LAYER)!r})
import podnet_manifests
assert bool(podnet_manifests._PASSING.search({{said!r}})) is {{passes}}"""


@pytest.mark.parametrize(
    ("said", "passes"),
    [
        (f"Error from server (TooManyRequests): {THROTTLED}", True),
        (f'error when creating "/tmp/manifest.yaml": {THROTTLED}', True),
        ("Error from server (TooManyRequests): storage is (re)initializing", True),
        ("Error from server (ServiceUnavailable): the server is currently unable to handle the request", True),
        ("Error from server: etcdserver: leader changed", True),
        ("Error from server: etcdserver: request timed out", True),
        ("dial tcp: lookup 0A1B.gr7.eu-west-1.eks.amazonaws.com on 169.254.100.5:53: no such host", True),
        ("an error on the server: http2: client connection lost", True),
        ("dial tcp 10.0.0.1:443: connect: no route to host", True),
        ("read tcp 10.0.0.2:33000->10.0.0.1:443: read: connection reset by peer", True),
        ("net/http: TLS handshake timeout", True),
        ('Error from server (AlreadyExists): services "kube-dns-upstream" already exists', False),
        ('Error from server (NotFound): namespaces "shop" not found', False),
        ('The DaemonSet "node-local-dns" is invalid: spec.selector: field is immutable', False),
    ],
)
def test_it_knows_what_passes(give, said, passes):
    """What EKS says while it exchanges parts of a control plane, or slows down a new one (containers-roadmap#2800)."""
    give(KNOWS.format(said=said, passes=passes), "Create", [])


def test_what_is_gone_already_is_deleted(mortal, give, objects):
    """One object by hand, and then all."""
    mortal.api("DELETE", place(of_kind(objects, "ConfigMap")))
    give(OURS.format(limit=0), "Delete", objects)
    assert left(mortal, objects) == []
    give(OURS.format(limit=0), "Delete", objects)


def test_objects_of_a_kind_that_nobody_knows_are_gone(give):
    """Somebody removed the kind, and with it all policies."""
    values = {"pod_labels": {"app": "x"}, "security_group_ids": ["sg-0123456789abcdef0"]}
    policy = SecurityGroupPolicy(cdk8s.App(), "Policy", name="shop", namespace="default", **values)
    give(OURS.format(limit=0), "Delete", policy.to_json())


def test_a_creation_takes_up_what_an_earlier_try_of_it_has_made(mortal, give, objects):
    """All but the service account; CDK's function alone would refuse for ever."""
    account = of_kind(objects, "ServiceAccount")
    mortal.api("DELETE", place(account))
    with pytest.raises(RuntimeError, match="already exists"):
        give(THEIRS, "Create", objects)
    mortal.api("DELETE", place(account))
    give(OURS.format(limit=0), "Create", objects)
    assert left(mortal, objects) == ALL


def test_a_creation_refuses_objects_of_others(mortal, give, objects):
    """One without the label of this manifest is enough, and it stays as it is."""
    ours = of_kind(objects, "ConfigMap")
    where = place(ours)
    mortal.api("DELETE", where)
    metadata = {**ours["metadata"], "labels": {"by": "hand"}}
    mortal.api("POST", PLACES["ConfigMap"], {**ours, "metadata": metadata, "data": {"Corefile": "theirs"}})
    with pytest.raises(RuntimeError, match="already exists"):
        give(OURS.format(limit=0), "Create", objects)
    assert mortal.api("GET", where)["data"] == {"Corefile": "theirs"}


def eks_that_refuses(status, kind):
    """Stand in for EKS, where every request ends in this error of its API."""
    return {"AWS_ENDPOINT_URL_EKS": answering({"message": "as asked"}, status, {"x-amzn-ErrorType": kind})}


def test_of_a_cluster_that_is_gone_everything_is_deleted(give):
    """Somebody deleted an adopted cluster before they destroyed our stacks; CDK's function logs in first, and fails."""
    gone = eks_that_refuses(404, "ResourceNotFoundException")
    give(OURS.format(limit=0), "Delete", [], **gone)
    with pytest.raises(RuntimeError, match="update-kubeconfig"):
        give(THEIRS, "Delete", [], **gone)
    with pytest.raises(RuntimeError, match="update-kubeconfig"):
        give(OURS.format(limit=0), "Update", [], **gone)


def test_of_a_cluster_that_may_not_be_seen_nothing_is_taken_for_deleted(give):
    """It may be there."""
    with pytest.raises(RuntimeError, match="update-kubeconfig"):
        give(OURS.format(limit=0), "Delete", [], **eks_that_refuses(403, "AccessDeniedException"))
