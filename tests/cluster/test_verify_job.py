"""`make verify ARGS="--as …"` from the Job to the verdict: API server, Job controller, scheduler, kubectl and CoreDNS.

Only the node under it is a stand-in (kubelet.py).
"""

import os
import signal
import subprocess
import sys
import threading
import time

import pytest
import yaml
from kubelet import CLUSTER_DNS, Kubelet, Node, seen

from rehearsal.control_plane import ControlPlane, flags
from rehearsal.kubectl import kubectl_folder
from rehearsal.parts import ensure
from rehearsal.workspace import PROJECT
from settings import load
from settings.workloads import Reach
from verify.job import IMAGE, job
from verify.kubectl import Kubectl
from verify.paths import paths

SPACE, PORT = "probed", 9260
COREFILE = f""".:53 {{
    bind {CLUSTER_DNS}
    hosts {{
        10.100.0.1 kubernetes.default.svc.cluster.local
        198.51.100.7 sts.eu-west-1.amazonaws.com
        127.0.0.2 db.data.example.internal
    }}
    prometheus :{PORT}
}}
"""


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """An API server with the Job controller, the garbage collector and the scheduler; its nodes are the tests'."""
    plane = ControlPlane(tmp_path_factory.mktemp("jobs") / "plane", ensure("kubernetes", "etcd")).start()
    loops = [*flags.controller_manager(plane.folder, plane.kubeconfig), "--controllers=job,garbagecollector"]
    plane.processes.start("kube-controller-manager", loops)
    plane.processes.start("kube-scheduler", flags.scheduler(plane.kubeconfig))
    plane.api.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": SPACE}}, "team")
    account = {"name": "orders", "namespace": SPACE, "labels": {"team": "orders"}}
    plane.api.apply({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": account}, "team")
    yield plane
    plane.stop()


@pytest.fixture(scope="module")
def node(tmp_path_factory):
    """A node whose cache answers, with the peer's service on it."""
    node = Node(tmp_path_factory.mktemp("node"), ensure("coredns")["coredns"], COREFILE)
    node.listen("127.0.0.2", 5432)
    yield node
    node.close()


@pytest.fixture
def kubelet(whole, node, certificates):
    kubelet = Kubelet(whole.api, node, certificates.good)
    kubelet.start()
    yield kubelet
    kubelet.close()


@pytest.fixture
def kubectl(whole, monkeypatch):
    monkeypatch.setenv("PATH", f"{kubectl_folder('1.35')}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("KUBECONFIG", str(whole.kubeconfig))
    return Kubectl()


def environment(**cache):
    """dev.yaml with two workloads in one namespace; what the peer's service is called is known of one of them."""
    found = load("dev")
    networking = found.pod_networking
    options = {"metrics_port": PORT, "node_labels": {"podnet.io/cached": "yes"}, **cache}
    changed = networking.model_copy(update={"dns_cache": networking.dns_cache.model_copy(update=options)})
    known = Reach(peer="data", port=5432, host="db.data.example.internal")
    api, worker, _ = found.workloads
    silent = Reach(peer="data", protocol="udp", port=53, host="db.data.example.internal")
    api = api.model_copy(update={"namespace": SPACE, "reaches": (known, silent)})
    worker = worker.model_copy(update={"namespace": SPACE})
    return found.model_copy(update={"pod_networking": changed, "workloads": (api, worker)})


def test_every_workload_is_looked_at_from_a_pod_of_its_own_and_nothing_stays(kubelet, kubectl, whole):
    """Names, the cache's count on the port of the file, the peer's service; what nobody can try is not said to hold."""
    found = seen(paths(environment(), kubectl, "all", IMAGE))
    results = {what: result for what, (result, _) in found.items()}
    api, worker = f"{SPACE}/orders-api", f"{SPACE}/orders-worker"
    assert results == {
        **{f"a pod with the labels of {who} gets groups of its own": "holds" for who in (api, worker)},
        **{f"from {who}: kubernetes.default.svc.cluster.local resolves": "holds" for who in (api, worker)},
        **{f"from {who}: sts.eu-west-1.amazonaws.com resolves": "holds" for who in (api, worker)},
        **{f"from {who}: the cache of the node answers": "holds" for who in (api, worker)},
        f"from {api}: db.data.example.internal:5432 accepts connections": "holds",
        f"from {api}: data on udp 53": "not tried",
        f"from {worker}: data on tcp 5432": "not tried",
    }, found
    assert "10 queries counted" in found[f"from {api}: the cache of the node answers"][1]
    assert {pod["spec"]["serviceAccountName"] for pod in kubelet.ran} == {"default", "orders"}
    assert all(pod["spec"]["nodeSelector"]["podnet.io/cached"] == "yes" for pod in kubelet.ran)
    assert whole.api("GET", f"/apis/batch/v1/namespaces/{SPACE}/jobs")["items"] == []


def test_an_environment_without_a_cache_is_not_asked_for_one(kubelet, kubectl):
    """Names must resolve all the same, by CoreDNS."""
    found = seen(paths(environment(enabled=False), kubectl, f"{SPACE}/orders-worker", IMAGE))
    assert {result for result, _ in found.values()} == {"holds", "not tried"}
    assert not [what for what in found if "cache" in what]


def test_a_cache_that_did_not_get_the_queries_fails(kubelet, kubectl):
    """Its metrics on another port than the file says: somebody else's cache, or none, answered."""
    found = seen(paths(environment(metrics_port=9262), kubectl, f"{SPACE}/orders-worker", IMAGE))
    result, problems = found[f"from {SPACE}/orders-worker: the cache of the node answers"]
    assert result == "fails"
    assert "metrics cannot be read" in problems


def test_a_pod_without_a_branch_interface_fails(kubelet, kubectl):
    """It has the node's groups, so what it reaches proves nothing about the workload's."""
    kubelet.annotates = False
    found = seen(paths(environment(), kubectl, f"{SPACE}/orders-api", IMAGE))
    assert found[f"a pod with the labels of {SPACE}/orders-api gets groups of its own"][0] == "fails"


def test_a_job_goes_when_it_was_looked_at_while_others_still_run(kubelet, kubectl, whole):
    """Its pod would keep budgets of the workload from letting anything be evicted; told is in the file's order."""
    kubelet.holds = "podnet-verify-orders-api"
    found, run = in_background(environment(), kubectl)
    eventually(lambda: len(jobs_of(whole)) == 2)
    eventually(lambda: [name.rpartition("-")[0] for name in jobs_of(whole)] == [kubelet.holds])
    kubelet.holds = None
    run.join(60)
    (told,) = found
    assert {result for result, _ in told.values()} == {"holds", "not tried"}
    assert [f"{SPACE}/orders-api" in what for what in told] == sorted(f"{SPACE}/orders-api" in w for w in told)[::-1]
    assert jobs_of(whole) == []


def test_few_jobs_run_at_once(kubelet, kubectl, whole):
    """What has ended is looked at before it goes by itself, however many workloads there are."""
    settings = environment()
    worker = settings.workloads[1].model_copy(update={"reaches": ()})
    many = tuple(worker.model_copy(update={"name": f"worker-{number}"}) for number in range(6))
    kubelet.holds = "podnet-verify-"
    found, run = in_background(settings.model_copy(update={"workloads": many}), kubectl)
    eventually(lambda: len(jobs_of(whole)) == 4)
    time.sleep(2)
    assert len(jobs_of(whole)) == 4
    kubelet.holds = None
    run.join(60)
    (told,) = found
    assert len(told) == 4 * len(many)
    assert {result for result, _ in told.values()} == {"holds"}


def test_a_pod_that_never_starts_is_told_with_its_reason_after_its_job_has_ended_it(kubelet, kubectl, monkeypatch):
    """The Job controller deletes the pod when the Job has had its time; its last state is what matters."""
    monkeypatch.setattr("verify.job._DEADLINE_SECONDS", 3)
    monkeypatch.setattr("verify.jobs._SECONDS", 8)
    settings = environment(node_labels={"podnet.io/cached": "no"})
    found = seen(paths(settings, kubectl, f"{SPACE}/orders-api", IMAGE))
    result, problems = found[f"a probe runs as {SPACE}/orders-api"]
    assert result == "fails"
    assert "must end in 8 s, got Unschedulable: 0/1 nodes are available" in problems


def test_a_container_that_somebody_puts_beside_the_probe_does_not_hide_what_it_found(kubelet, kubectl, monkeypatch):
    """As injectors do, in front of ours; it runs on when the probe has ended."""

    def injected(*given, **options):
        made = job(*given, **options)
        made["spec"]["template"]["spec"]["containers"].insert(0, {"name": "proxy", "image": "proxy"})
        return made

    monkeypatch.setattr("verify.paths.job", injected)
    monkeypatch.setattr("verify.jobs._SECONDS", 20)
    found = seen(paths(environment(), kubectl, f"{SPACE}/orders-worker", IMAGE))
    assert {result for result, _ in found.values()} == {"holds", "not tried"}, found


def test_a_pod_that_is_not_admitted_is_told_with_the_reason(kubelet, kubectl, whole, monkeypatch):
    """A quota, a limit, a policy of admission: only the Job's events tell."""
    monkeypatch.setattr("verify.jobs._SECONDS", 5)
    limits = {"limits": [{"type": "Container", "max": {"memory": "64Mi"}}]}
    kind = {"apiVersion": "v1", "kind": "LimitRange", "metadata": {"name": "small", "namespace": SPACE}}
    whole.api.apply({**kind, "spec": limits}, "team")
    found = seen(paths(environment(), kubectl, f"{SPACE}/orders-api", IMAGE))
    whole.api("DELETE", f"/api/v1/namespaces/{SPACE}/limitranges/small")
    _, problems = found[f"a probe runs as {SPACE}/orders-api"]
    assert "maximum memory usage per Container is 64Mi, but limit is 128Mi" in problems


def test_jobs_that_may_not_be_deleted_hide_nothing_that_was_seen(kubelet, kubectl, whole, monkeypatch, tmp_path):
    """Somebody whose rights lack that verb; told beside it is which right is missing."""
    rules = [{"apiGroups": ["", "batch"], "resources": ["*"], "verbs": ["get", "list", "create"]}]
    head = {"apiVersion": "rbac.authorization.k8s.io/v1", "metadata": {"name": "prober", "namespace": SPACE}}
    whole.api.apply({**head, "kind": "Role", "rules": rules}, "team")
    who = {"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "prober"}
    role = {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "prober"}
    whole.api.apply({**head, "kind": "RoleBinding", "roleRef": role, "subjects": [who]}, "team")
    config = yaml.safe_load(whole.kubeconfig.read_text())
    config["users"][0]["user"]["as"] = "prober"
    (tmp_path / "kubeconfig").write_text(yaml.safe_dump(config))
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "kubeconfig"))
    found = seen(paths(environment(), kubectl, "all", IMAGE))
    result, problems = found.pop("no Job of a probe is left")
    assert result == "fails"
    assert "cannot delete resource" in problems
    assert {result for result, _ in found.values()} == {"holds", "not tried"}
    assert sum("gets groups of its own" in what for what in found) == len(jobs_of(whole)) == 2
    for name in jobs_of(whole):
        whole.api("DELETE", f"/apis/batch/v1/namespaces/{SPACE}/jobs/{name}?propagationPolicy=Background")
    eventually(lambda: not jobs_of(whole))


def test_interrupted_it_takes_its_jobs_away(kubelet, kubectl, whole, tmp_path):
    """Also where it heard no Ctrl-C until then: a shell that starts it in the background has it ignored."""
    content = yaml.safe_load((PROJECT / "environments" / "dev.yaml").read_text())
    content["workloads"] = [{**content["workloads"][0], "namespace": SPACE}]
    (tmp_path / "dev.yaml").write_text(yaml.safe_dump(content))
    kubelet.holds = "podnet-verify-"
    command = [sys.executable, "-m", "verify", "--environment", str(tmp_path / "dev.yaml"), "--as", "all"]
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        started = subprocess.Popen(command, cwd=PROJECT, stderr=subprocess.PIPE, text=True)
    finally:
        signal.signal(signal.SIGINT, before)
    with started as run:
        eventually(lambda: jobs_of(whole))
        run.send_signal(signal.SIGINT)
        _, told = run.communicate(timeout=60)
    assert run.returncode == 130
    assert told.splitlines()[-1] == "interrupted; nothing is left in the cluster"
    assert jobs_of(whole) == []


def in_background(settings, kubectl):
    """Look as all workloads in a thread; give where its findings come, and the thread."""
    found = []
    run = threading.Thread(target=lambda: found.append(seen(paths(settings, kubectl, "all", IMAGE))), daemon=True)
    run.start()
    return found, run


def jobs_of(plane):
    """Give the names of the Jobs that are there."""
    return [made["metadata"]["name"] for made in plane.api("GET", f"/apis/batch/v1/namespaces/{SPACE}/jobs")["items"]]


def eventually(holds, seconds=30):
    """Wait until it holds."""
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.05)
