"""`python -m verify` on a real API server, through the real kubectl."""

import contextlib
import json
import os
import pty
import re
import subprocess
import sys

import aws_node
import cdk8s
import pytest
import yaml

from charts.security_group_policy import SecurityGroupPolicy
from rehearsal.kubectl import kubectl_folder
from rehearsal.parts import module_dir
from rehearsal.workspace import PROJECT
from settings import load

FEATURE = [{"name": "SecurityGroupsForPods"}]
CNI_NODES = "/apis/vpcresources.k8s.aws/v1alpha1/cninodes"
POLICIES = "/apis/vpcresources.k8s.aws/v1beta1/namespaces/shop/securitygrouppolicies"
SERVICES, CONFIG_MAPS = (f"/api/v1/namespaces/kube-system/{plural}" for plural in ("services", "configmaps"))
DAEMON_SETS = "/apis/apps/v1/namespaces/kube-system/daemonsets"
MERGE = "application/merge-patch+json"
DONE = {"desiredNumberScheduled": 1, "updatedNumberScheduled": 1, "numberAvailable": 1}
SHARED, OWN, GIVEN, OTHER = (f"sg-0d1a2b3c4d5e6f70{end}" for end in "9876")
REFUSED = "The connection to the server localhost:8080 was refused - did you specify the right host or port?"
STUB_DOMAIN = "data.example.internal"
APPLIED = {"aws.cdk.eks/prune-c80000000000000000000000000000000000000001": ""}
ENI = {"vpc.amazonaws.com/pod-eni": '[{"eniId": "eni-1"}]'}


@pytest.fixture(scope="module")
def api(plane):
    """The plane with both CRDs and a namespace."""
    for crd in (module_dir("vpc_resource_controller") / "config" / "crd" / "bases").glob("*.yaml"):
        plane.api.apply(yaml.safe_load(crd.read_text()), "eks")
    plane.api.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}}, "team")
    return plane.api


@pytest.fixture
def cluster(api, node):
    """A cluster as dev.yaml wants it, but for workloads of other namespaces; everything made goes at the end."""
    settings = load("dev")
    node.install(settings.pod_networking.variables())
    node.set_status(**DONE)
    cache = aws_node.manifest()
    cache["metadata"] = {"name": "node-local-dns", "namespace": "kube-system"}
    made = [make(api, DAEMON_SETS, cache)]
    api("PATCH", f"{made[0]}/status", aws_node.status(api("GET", made[0]), **DONE), MERGE)
    made += add_node(api, "good")
    made.append(make(api, SERVICES, kube_dns("10.96.0.10")))
    made += [make(api, CONFIG_MAPS, one) for one in (kube_proxy("iptables"), core_dns())]
    for workload in settings.workloads:
        if workload.namespace == "shop":
            made.append(make(api, POLICIES, policy(workload)))
    yield lambda *paths: made.extend(paths)
    for path in reversed(made):
        api.raw("DELETE", f"{path}?gracePeriodSeconds=0")


@pytest.fixture
def verify(plane, tmp_path):
    """A function that runs the command for dev without the namespace monitoring and gives code and findings."""
    content = yaml.safe_load((PROJECT / "environments" / "dev.yaml").read_text())
    content["workloads"] = [w for w in content["workloads"] if w["namespace"] == "shop"]
    content["cluster"]["service_cidr"] = "10.96.0.0/16"  # the plane's
    file = tmp_path / "dev.yaml"
    file.write_text(yaml.safe_dump(content))
    path = f"{kubectl_folder('1.35')}{os.pathsep}{os.environ['PATH']}"
    env = {"PATH": path, "KUBECONFIG": str(plane.kubeconfig), "HOME": str(tmp_path)}

    command = [sys.executable, "-m", "verify", "--environment", str(file)]

    def run(*options, **more):
        given = {"cwd": PROJECT, "env": env | more, "capture_output": True, "text": True}
        return subprocess.run([*command, *options], **given, check=False)

    run.command, run.env, run.file, run.content = command, env, file, content
    return run


def make(api, path, body):
    """Make an object; give its path."""
    api("POST", path, body)
    return f"{path}/{body['metadata']['name']}"


def kube_dns(address):
    """The Service of cluster DNS."""
    spec = {"clusterIP": address, "ports": [{"port": 53, "protocol": "UDP"}], "selector": {"k8s-app": "kube-dns"}}
    return {"metadata": {"name": "kube-dns"}, "spec": spec}


def kube_proxy(mode):
    """The configuration as EKS keeps it, as far as it matters."""
    text = f'iptables:\n  masqueradeBit: 14\nkind: KubeProxyConfiguration\nmode: "{mode}"\noomScoreAdj: -998\n'
    return {"metadata": {"name": "kube-proxy-config"}, "data": {"config": text}}


def core_dns(further=f"{STUB_DOMAIN} {{\n    forward . 10.99.1.53 10.99.2.53\n}}\n"):
    """The Corefile as EKS makes it, as far as it matters, and further blocks; left out, one for dev's stub domain."""
    zones = "kubernetes cluster.local in-addr.arpa ip6.arpa {\n    pods insecure\n    }"
    text = f".:53 {{\n    errors\n    {zones}\n    forward . /etc/resolv.conf\n    cache 30\n}}\n"
    return {"metadata": {"name": "coredns"}, "data": {"Corefile": text + further}}


def policy(workload):
    """The policy of a workload, with the groups and the label that a deploy gives it."""
    made = SecurityGroupPolicy(
        cdk8s.App(),
        "policy",
        name=workload.name,
        namespace=workload.namespace,
        pod_labels=workload.pod_labels,
        service_account_labels=workload.service_account_labels,
        security_group_ids=[SHARED, *[OWN] * workload.has_own_group],
    )
    found = made.to_json()[0]
    found["metadata"]["labels"] = APPLIED
    return found


def add_node(api, name, *, instance_type="m5.large", branches="9", features=FEATURE, labels=None):
    """Add a ready node of the group general (or with other labels); give the paths of what was made."""
    given = {"podnet.io/node-group": "general"} if labels is None else labels
    given |= {"kubernetes.io/os": "linux", "node.kubernetes.io/instance-type": instance_type}
    given = {"topology.kubernetes.io/region": "eu-west-1"} | given
    paths = [make(api, "/api/v1/nodes", {"metadata": {"name": name, "labels": given}})]
    amount = {"vpc.amazonaws.com/pod-eni": branches} if branches else {"cpu": "2"}
    status = {"capacity": amount, "allocatable": amount, "conditions": [{"type": "Ready", "status": "True"}]}
    status["addresses"] = [{"type": "InternalIP", "address": "10.20.3.4"}]
    api("PATCH", f"{paths[0]}/status", {"status": status}, MERGE)
    kind = {"apiVersion": "vpcresources.k8s.aws/v1alpha1", "kind": "CNINode", "metadata": {"name": name}}
    return [*paths, make(api, CNI_NODES, {**kind, "spec": {"features": features}})]


def pod(name, *, annotations=None, limits=None, **spec):
    """A pod of orders-api."""
    container = {"name": "app", "image": "app:1", "resources": {"limits": limits or {}}}
    meta = {"name": name, "labels": {"app": "orders-api"}, "annotations": annotations or {}}
    return {"metadata": meta, "spec": {"containers": [container], **spec}}


def test_a_cluster_as_the_file_wants_it_is_proven(verify, cluster, plane):
    """Exit 0, the cluster at the head, a line for each promise, a summary, without a terminal plain lines meanwhile."""
    done = verify()
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[0] == f"dev: context rehearsal, server {plane.endpoint}"
    assert done.stdout.count("ok  ") == 16
    assert "FAIL" not in done.stdout
    assert done.stdout.splitlines()[-1] == "dev: 16 hold"
    started, ended = done.stderr.splitlines()
    assert started == "looking at dev with kubectl ..."
    assert ended.startswith("looking at dev with kubectl: done in ")
    assert "\x1b" not in done.stdout + done.stderr


def test_a_cache_that_runs_on_no_node_is_not_called_proven(verify, cluster, api):
    """`node_labels` that no node has: 0 of 0 are all."""
    verify.content["pod_networking"]["dns_cache"]["node_labels"] = {"podnet.io/cached": "yes"}
    verify.file.write_text(yaml.safe_dump(verify.content))
    none = dict.fromkeys(DONE, 0)
    api("PATCH", f"{DAEMON_SETS}/node-local-dns/status", {"status": none}, MERGE)
    done = verify()
    told = "-     node-local-dns runs on every node with its labels: not tried: there is no node that it would run on"
    assert (done.returncode, told in done.stdout.splitlines()) == (0, True), done.stdout
    assert done.stdout.splitlines()[-1] == "dev: 15 hold, 1 not tried"


@pytest.mark.parametrize(("more", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False)])
def test_at_a_terminal_there_is_a_clock_and_colour_unless_it_is_not_wanted(verify, cluster, more, coloured):
    """A pseudo-terminal of 80 columns; escape sequences for colours are looked for."""
    printed = at_a_terminal(verify.command, verify.env | {"TERM": "xterm-256color", **more})
    assert "looking at dev with kubectl" in printed
    assert re.search(r"0:00:0\d", printed)
    assert bool(re.search(r"\x1b\[[\d;]*3[0-7]m", printed)) is coloured
    assert "dev: 16 hold" in printed


def at_a_terminal(command, env):
    """Run a command with a pseudo-terminal; give what it wrote there."""
    near, far = pty.openpty()
    with subprocess.Popen(command, cwd=PROJECT, env=env, stdin=far, stdout=far, stderr=far) as process:
        os.close(far)
        printed = b""
        with contextlib.suppress(OSError):  # the other end is closed
            while part := os.read(near, 4096):
                printed += part
        assert process.wait(60) == 0, printed
    os.close(near)
    return printed.decode()


def test_pods_without_their_groups_are_named_with_the_reason(verify, cluster, api, tmp_path):
    """Started before the policy; waiting for a branch ENI; those of the host's network and of others do not count."""
    pods = "/api/v1/namespaces/shop/pods"
    cluster(make(api, pods, pod("old")), make(api, pods, pod("has", annotations=ENI)))
    cluster(make(api, pods, pod("waits", limits={"vpc.amazonaws.com/pod-eni": "1"})))
    cluster(make(api, pods, pod("host", hostNetwork=True)))
    told = [("Initialized", "True", "as it should be"), ("PodScheduled", "False", "Insufficient pod-eni")]
    conditions = [{"type": kind, "status": status, "message": message} for kind, status, message in told]
    api("PATCH", f"{pods}/waits/status", {"status": {"conditions": conditions}}, MERGE)
    done = verify("--json", "--output", str(tmp_path / "proof" / "dev.json"))
    assert json.loads((tmp_path / "proof" / "dev.json").read_text()) == json.loads(done.stdout)
    assert done.returncode == 1
    found = json.loads(done.stdout)
    assert found["holds"] is False
    assert found["counts"] == "15 hold, 1 do not"
    (wrong,) = [finding for finding in found["findings"] if finding["problems"]]
    assert wrong["what"] == "every selected pod has security groups of its own"
    assert wrong["seen"] == "3 pods"
    old, waits = wrong["problems"]
    assert old.startswith("shop/old: started before its policy")
    assert waits == "shop/waits: no branch ENI yet Insufficient pod-eni"
    assert "rollout restart" in wrong["fix"]


SELECTED = {  # pod: its label app, its service account
    "worker": ("any", "orders"),
    "other": ("any", "others"),
    "default": ("any", "default"),
    "elsewhere": ("elsewhere", "default"),
    "half": ("both", "default"),
    "both": ("both", "others"),
    "succeeded": ("any", "orders"),
    "failed": ("any", "orders"),
    "going": ("any", "orders"),
}


def test_pods_count_that_a_policy_selects_and_that_still_run(verify, cluster, api):
    """By all labels of either selector, in the policy's namespace; what has ended or is about to go does not count."""
    space = "/api/v1/namespaces/shop"
    labels = {"pod_labels": {"app": "both"}, "service_account_labels": {"team": "others"}}
    verify.content["workloads"] += [
        {"name": "elsewhere", "namespace": "default", "pod_labels": {"app": "elsewhere"}, "security_group_ids": [OWN]},
        {"name": "both", "namespace": "shop", **labels, "security_group_ids": [OWN]},
    ]
    verify.file.write_text(yaml.safe_dump(verify.content))
    for name, labels in (("orders", {"team": "orders", "tier": "web"}), ("others", {"team": "others"})):
        cluster(make(api, f"{space}/serviceaccounts", {"metadata": {"name": name, "labels": labels}}))
    for name, (app, account) in SELECTED.items():
        held = {"finalizers": ["podnet.io/test"]} if name == "going" else {}
        meta = {"name": name, "labels": {"app": app}, **held}
        cluster(make(api, f"{space}/pods", {**pod(name, serviceAccountName=account), "metadata": meta}))
    api("DELETE", f"{space}/pods/going")
    for name in ("succeeded", "failed"):
        api("PATCH", f"{space}/pods/{name}/status", {"status": {"phase": name.capitalize()}}, MERGE)
    done = verify("--json")
    api("PATCH", f"{space}/pods/going", {"metadata": {"finalizers": None}}, MERGE)
    findings = {finding["what"]: finding for finding in json.loads(done.stdout)["findings"]}
    wrong = findings["every selected pod has security groups of its own"]
    assert wrong["seen"] == "2 pods"
    assert [problem.partition(":")[0] for problem in wrong["problems"]] == ["shop/both", "shop/worker"]


def test_nodes_without_a_trunk_are_named_with_the_controllers_words(verify, cluster, api):
    """Whoever made them; a type without trunk ENIs that is not ours is told, and is no failure."""
    cluster(*add_node(api, "full", branches="", labels={"karpenter.sh/nodepool": "spot"}))
    cluster(*add_node(api, "small", instance_type="t3.large", branches="", features=[], labels={}))
    cluster(*add_node(api, "auto", branches="", features=[], labels={"eks.amazonaws.com/compute-type": "auto"}))
    events = "/api/v1/namespaces/default/events"
    event = {"reason": "NodeTrunkFailedInit", "message": "no room", "involvedObject": {"kind": "Node", "name": "full"}}
    cluster(make(api, events, {"metadata": {"name": "full.1", "namespace": "default"}, **event}))
    done = verify()
    assert done.returncode == 1
    assert "full of spot: no allocatable vpc.amazonaws.com/pod-eni (NodeTrunkFailedInit: no room)" in done.stdout
    assert done.stdout.count("FAIL") == 1
    api("DELETE", "/api/v1/nodes/full")
    done = verify()
    assert done.returncode == 0
    assert "where no such pod is scheduled: small (t3.large)" in done.stdout
    assert "auto" not in done.stdout


def test_nodes_that_are_ready_are_counted_with_their_branch_interfaces(verify, cluster, api):
    """What is not ready is judged when it is, and no Windows; a group that may be empty needs no node."""
    may_be_empty = {"name": "empty", "min_size": 0, "desired_size": 0, "instance_types": ["m5.large"]}
    verify.content["node_groups"].append({**verify.content["node_groups"][0], **may_be_empty})
    verify.file.write_text(yaml.safe_dump(verify.content))
    cluster(*add_node(api, "more", instance_type="m5.xlarge", branches="18"))
    cluster(*add_node(api, "down", branches="", features=[]))
    down = {"conditions": [{"type": "Ready", "status": "Unknown"}]}
    api("PATCH", "/api/v1/nodes/down/status", {"status": down}, MERGE)
    cluster(*add_node(api, "windows", branches="", features=[]))
    api("PATCH", "/api/v1/nodes/windows", {"metadata": {"labels": {"kubernetes.io/os": "windows"}}}, MERGE)
    done = verify()
    assert done.returncode == 0, done.stdout
    assert "ok    every node has its trunk ENI: 2 ready nodes, 27 branch ENIs" in done.stdout.splitlines()


def test_a_missing_policy_a_changed_variable_and_a_rollout_on_its_way_are_told_at_once(verify, cluster, api, node):
    """Each with its place; a group without a ready node too."""
    api("DELETE", f"{POLICIES}/orders-worker")
    node.set_env("aws-node", "ENABLE_POD_ENI", "false")
    api("DELETE", "/api/v1/nodes/good")
    done = verify()
    assert done.returncode == 1
    for words in (
        "shop/orders-worker",
        "fix: deploy the stack of that namespace; where a deploy has no change, somebody deleted them: give pod_",
        "aws-node ENABLE_POD_ENI must be 'true', got 'false'",
        "`kubectl -n kube-system get daemonset aws-node --show-managed-fields -o yaml` names who",
        "its controller has not seen the newest template yet",
        "node group general has no ready node",
    ):
        assert words in done.stdout


def test_policies_that_are_all_missing_are_not_said_to_be_right(verify, cluster, api):
    """What they would select and give cannot be looked at."""
    for name in ("orders-api", "orders-worker"):
        api("DELETE", f"{POLICIES}/{name}")
    findings = json.loads(verify("--json").stdout)["findings"]
    (missing,) = [finding for finding in findings if finding["problems"]]
    assert missing["problems"] == ["shop/orders-api", "shop/orders-worker"]
    assert not [finding for finding in findings if finding["what"].startswith("every policy")]


def test_a_cache_that_somebody_deleted_is_told_with_what_brings_it_back(verify, cluster, api):
    """A deploy alone has no change, and makes nothing."""
    api("DELETE", "/apis/apps/v1/namespaces/kube-system/daemonsets/node-local-dns")
    done = verify()
    assert done.returncode == 1
    assert "no DaemonSet kube-system/node-local-dns" in done.stdout
    assert "somebody deleted it: give pod_networking.run_again a new text" in done.stdout


@pytest.mark.parametrize(("updated", "available"), [(3, 2), (2, 3)])
def test_a_cache_that_is_not_on_each_node_yet_is_told_with_its_counts(verify, cluster, api, updated, available):
    """Old pods that answer are no more proof than new ones that do not."""
    status = {"desiredNumberScheduled": 3, "updatedNumberScheduled": updated, "numberAvailable": available}
    api("PATCH", f"{DAEMON_SETS}/node-local-dns/status", {"status": status}, MERGE)
    done = verify()
    assert done.returncode == 1
    assert f"{updated} updated and {available} available of 3" in done.stdout
    assert done.stdout.count("FAIL") == 1


def test_what_aws_node_and_a_standby_lack_is_told_where_they_are_not_there(verify, cluster, api):
    """Each has a line of its own; the cache itself holds."""
    verify.content["pod_networking"]["dns_cache"]["standby"] = True
    verify.file.write_text(yaml.safe_dump(verify.content))
    api("DELETE", f"{DAEMON_SETS}/aws-node")
    findings = json.loads(verify("--json").stdout)["findings"]
    fixes = {finding["what"]: finding["fix"] for finding in findings if finding["problems"]}
    assert fixes["aws-node runs on every node"].startswith(
        "the add-on makes it, and no deploy of podnet: `aws eks desc"
    )
    assert fixes["node-local-dns-standby runs on every node"].startswith("deploy; where that has no change")
    wrong = [problem for finding in findings for problem in finding["problems"]]
    assert wrong[0].endswith(" got None")
    assert wrong[-2:] == [f"no DaemonSet kube-system/{name}" for name in ("aws-node", "node-local-dns-standby")]
    assert "node-local-dns runs on every node" in [finding["what"] for finding in findings if not finding["problems"]]


def test_another_address_of_cluster_dns_and_another_kube_proxy_are_told(verify, cluster, api):
    """The file says both of an existing cluster; a wrong one is seen by nobody at the deploy."""
    api("DELETE", f"{SERVICES}/kube-dns")
    make(api, SERVICES, kube_dns("10.96.0.11"))
    api("PATCH", f"{CONFIG_MAPS}/kube-proxy-config", {"data": kube_proxy("ipvs")["data"]}, MERGE)
    done = verify()
    assert done.returncode == 1
    assert "service_cidr of the file leads to 10.96.0.10, and kube-dns has 10.96.0.11" in done.stdout
    assert "pod_networking.kube_proxy_mode must be ipvs, got iptables" in done.stdout
    assert done.stdout.count("FAIL") == 2
    api("PATCH", f"{CONFIG_MAPS}/kube-proxy-config", {"data": kube_proxy("")["data"]}, MERGE)
    api("DELETE", f"{SERVICES}/kube-dns")
    done = verify()
    assert done.returncode == 0
    assert "there is no Service kube-system/kube-dns" in done.stdout
    assert "kube-proxy runs in the mode of the file" in done.stdout
    api("PATCH", f"{CONFIG_MAPS}/kube-proxy-config", {"data": {"config": "kind: KubeProxyConfiguration\n"}}, MERGE)
    assert "ok    kube-proxy runs in the mode of the file: iptables" in verify().stdout.splitlines()
    api("DELETE", f"{CONFIG_MAPS}/kube-proxy-config")
    done = verify()
    assert done.returncode == 0
    assert "not tried: there is no ConfigMap kube-system/kube-proxy-config" in done.stdout


def test_a_zone_of_corednss_own_corefile_is_told(verify, cluster, api):
    """Pods ask the cache, and the cache asks the node's resolver, without a word."""
    own = core_dns("corp.example:53 {\n    forward . 10.0.0.2\n}\n. {\n    hosts\n}\n")
    api("PATCH", f"{CONFIG_MAPS}/coredns", {"data": own["data"]}, MERGE)
    done = verify()
    assert done.returncode == 1
    assert "zone corp.example is asked from the node's resolver" in done.stdout
    assert "write the zone and its resolvers into pod_networking.dns_cache.stub_domains" in done.stdout
    assert "its block for everything has hosts" in done.stdout
    assert f"it has no block for {STUB_DOMAIN}" in done.stdout
    assert done.stdout.count("FAIL") == 1


@pytest.mark.parametrize(
    ("name", "spec", "told"),
    [
        (
            "orders-api",
            {"podSelector": {"matchLabels": {"app": None, "tier": "web"}}},
            "podSelector.matchLabels must be app=orders-api, got tier=web",
        ),
        (
            "orders-api",
            {"podSelector": {"matchExpressions": [{"key": "canary", "operator": "DoesNotExist"}]}},
            "podSelector.matchExpressions must not be there, got",
        ),
        (
            "orders-worker",
            {"serviceAccountSelector": {"matchLabels": {"team": "other"}}},
            "serviceAccountSelector.matchLabels must be team=orders, got team=other",
        ),
        (
            "orders-worker",
            {"podSelector": {"matchLabels": {"app": "x"}}},
            "podSelector.matchLabels must be none, got app=x",
        ),
    ],
)
def test_a_policy_that_selects_others_than_the_file_is_named(cluster, changed, name, spec, told):
    """What is wanted, what is there, and both ways out; labels of the file that are not there too."""
    done = changed(name, spec)
    assert done.returncode == 1
    assert f"shop/{name}: {told}" in done.stdout
    assert "fix: deploy the stack of that namespace, or mend the file" in done.stdout
    assert done.stdout.count("FAIL") == 1


@pytest.fixture
def changed(api, verify):
    """A function that changes a policy by hand and verifies."""

    def run(name, spec):
        api("PATCH", f"{POLICIES}/{name}", {"spec": spec}, MERGE)
        return verify()

    return run


@pytest.mark.parametrize("groups", [[SHARED], [OWN, GIVEN], [SHARED, OWN, OWN], [SHARED, OWN, GIVEN, OTHER]])
def test_a_policy_with_other_groups_than_those_of_file_and_deploy_is_named(verify, cluster, changed, groups):
    """A pod that loses its own group is cut off, and one more group lets it do what no file says."""
    verify.content["workloads"][0]["security_group_ids"] = [GIVEN]
    verify.file.write_text(yaml.safe_dump(verify.content))
    done = changed("orders-api", {"securityGroups": {"groupIds": groups}})
    assert done.returncode == 1
    wanted = f"the shared group, its own, {GIVEN}"
    assert f"shop/orders-api: securityGroups.groupIds must be {wanted}, got {', '.join(groups)}" in done.stdout
    assert done.stdout.count("FAIL") == 1
    assert changed("orders-api", {"securityGroups": {"groupIds": [SHARED, OWN, GIVEN]}}).returncode == 0


def test_policies_whose_stack_stayed_when_their_namespace_left_the_file_are_named(verify, cluster, api):
    """They go on giving groups; those of other tools, and those of other CDK apps, are their owners'."""
    (workload,) = [one for one in load("dev").workloads if one.name == "orders-api"]
    for name, labels, groups in (
        ("left", APPLIED, [SHARED, OWN]),
        ("by-hand", {"team": "x"}, [SHARED]),
        ("of-others", APPLIED, [OWN, SHARED]),
    ):
        made = policy(workload)
        made["metadata"].update(name=name, labels=labels)
        made["spec"]["securityGroups"]["groupIds"] = groups
        cluster(make(api, POLICIES, made))
    done = verify()
    assert (done.returncode, done.stdout.count("FAIL")) == (1, 1)
    found = done.stdout.partition("no policy is left of a workload that the file no longer has")[2]
    assert re.findall(r"shop/[\w-]+", found) == ["shop/left"]
    assert "aws cloudformation delete-stack --stack-name <environment>-Workloads-<namespace>" in found


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"PATH": "/nowhere"}, "PATH must hold kubectl, got none; install it, then `aws eks update-kubeconfig --name"),
        (
            {"KUBECONFIG": "/nowhere"},
            f"`kubectl get daemonsets,services,configmaps` must work, got: {REFUSED}; `aws eks update-",
        ),
    ],
)
def test_a_cluster_that_cannot_be_seen_is_another_exit_code(verify, cluster, more, told):
    """2: neither proven nor disproven; one line without the log of kubectl's libraries, with what to do."""
    done = verify(**more)
    assert done.returncode == 2
    (line,) = [line for line in done.stderr.splitlines() if not line.startswith("looking at ")]
    assert line.startswith(told)
    assert done.stdout == ""


def test_credentials_that_have_expired_are_told_with_the_words_of_their_program(verify, cluster, plane, tmp_path):
    """As in a kubeconfig of `aws eks update-kubeconfig`."""
    program = tmp_path / "aws"
    program.write_text("#!/bin/sh\necho 'the token has expired' >&2\nexit 254\n")
    program.chmod(0o755)
    config = json.loads(plane.kubeconfig.read_text())
    asked = {"apiVersion": "client.authentication.k8s.io/v1beta1", "command": str(program)}
    config["users"][0]["user"] = {"exec": {**asked, "interactiveMode": "Never"}}
    (tmp_path / "kubeconfig").write_text(json.dumps(config))
    done = verify(KUBECONFIG=str(tmp_path / "kubeconfig"))
    assert done.returncode == 2
    last = done.stderr.splitlines()[-1]
    assert "failed with exit code 254 (the token has expired); check the AWS credentials" in last


@pytest.mark.parametrize("given", ["taken/dev.json", "folder"])
def test_an_output_that_cannot_be_written_is_told_before_the_look(verify, tmp_path, given):
    """One sentence with the reason; nothing is asked of a cluster."""
    (tmp_path / "taken").write_text("a file")
    (tmp_path / "folder").mkdir()
    done = verify("--output", str(tmp_path / given), KUBECONFIG="/nowhere")
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"--output must be a file that can be written, got {tmp_path / given}: ")
    assert line.endswith("; give another path")
    assert "Errno" not in line


def test_an_earlier_output_stays_where_the_cluster_cannot_be_seen(verify, tmp_path):
    """And no empty file is made where there was none."""
    (tmp_path / "old.json").write_text("earlier")
    for name in ("old.json", "new.json"):
        assert verify("--output", str(tmp_path / name), KUBECONFIG="/nowhere").returncode == 2
    assert (tmp_path / "old.json").read_text() == "earlier"
    assert not (tmp_path / "new.json").exists()
