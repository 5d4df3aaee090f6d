"""What an owner's cluster has already: refused as it is, and handed over as docs/operations.md says.

By CDK's own kubectl function with its real layers, and by the lines of the page.
"""

import json
import os
import shlex
import subprocess

import cdk8s
import pytest
import yaml
from cdk_function import administered

from benchmarks.reconcile import THEIRS
from charts.node_local_dns import KubeDnsUpstream, NodeLocalDns
from charts.security_group_policy import SecurityGroupPolicy
from rehearsal.parts import module_dir
from tests.papers.commands import ROOT, commands

PILLARS = {"LOCAL__DNS": "169.254.20.10", "DNS__SERVER": "10.0.0.10", "DNS__DOMAIN": "cluster.local"}
POLICIES = "/apis/vpcresources.k8s.aws/v1beta1/namespaces/default/securitygrouppolicies"
BOOKKEEPING = ("managedFields", "resourceVersion")


@pytest.fixture(scope="module")
def owned(tmp_path_factory):
    """An owner's cluster with the canonical cache, and the kind of policies."""
    with administered(tmp_path_factory.mktemp("owned")) as plane:
        (crd,) = module_dir("vpc_resource_controller").glob("config/crd/bases/*securitygrouppolicies.yaml")
        text = (module_dir("kubernetes") / "cluster/addons/dns/nodelocaldns/nodelocaldns.yaml").read_text()
        for name, value in PILLARS.items():
            text = text.replace(f"__PILLAR__{name}__", value)
        for thing in (yaml.safe_load(crd.read_text()), *yaml.safe_load_all(text)):
            plane.api.apply(thing, "owner")
        yield plane


@pytest.fixture
def create(owned, cdk_function, tmp_path):
    """Let CDK's function create a chart's objects, as CloudFormation would ask for."""
    environment = cdk_function.environment(owned, tmp_path)
    manifest = lambda chart: json.dumps(chart.to_json())  # noqa: E731
    return lambda chart: cdk_function.call(THEIRS, environment, "Create", ClusterName="lab", Manifest=manifest(chart))


def cache():
    return NodeLocalDns(
        cdk8s.App(), "Dns", cluster_dns_ip="10.0.0.10", image="registry.example/cache:1", upstream=False
    )


def policy(name):
    values = {"pod_labels": {"app": "x"}, "security_group_ids": ["sg-0123456789abcdef0"]}
    return SecurityGroupPolicy(cdk8s.App(), "Policy", name=name, namespace="default", **values)


def held(owned):
    """What kube-system and the policies hold, without bookkeeping."""
    kinds = (
        ("api/v1", "services"),
        ("api/v1", "configmaps"),
        ("api/v1", "serviceaccounts"),
        ("apis/apps/v1", "daemonsets"),
    )
    lists = [*(f"/{group}/namespaces/kube-system/{kind}" for group, kind in kinds), POLICIES]
    items = [item for path in lists for item in owned.api("GET", path)["items"]]
    return [{**i, "metadata": {k: v for k, v in i["metadata"].items() if k not in BOOKKEEPING}} for i in items]


def test_a_canonical_cache_is_refused_and_then_handed_over_by_the_lines_of_the_page(owned, cdk_function, create):
    """The first object of ours is the one that is refused: nothing of the cluster has changed then."""
    before = held(owned)
    with pytest.raises(RuntimeError, match=r"kube-dns-upstream\S* already exists"):
        create(KubeDnsUpstream(cdk8s.App(), "Way"))
    assert held(owned) == before
    lines = [line for line, _ in commands(ROOT / "docs" / "operations.md") if line.startswith("kubectl -n kube-system")]
    handover = [line for line in lines if "node-local-dns" in line or "kube-dns-upstream" in line]
    assert len(handover) == 4
    for line in handover:
        environment = {**os.environ, "PATH": cdk_function.layers.path, "KUBECONFIG": str(owned.kubeconfig)}
        done = subprocess.run(shlex.split(line), env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, (line, done.stderr)
    create(KubeDnsUpstream(cdk8s.App(), "Way"))
    create(cache())
    found = owned.api("GET", "/apis/apps/v1/namespaces/kube-system/daemonsets/node-local-dns")
    assert found["spec"]["template"]["spec"]["containers"][0]["image"] == "registry.example/cache:1"


def test_a_policy_of_the_same_name_is_refused_and_another_name_stands_beside_it(owned, create):
    """The owner's is not touched by either."""
    owned.api.apply(policy("payments").to_json()[0], "owner")
    before = held(owned)
    with pytest.raises(RuntimeError, match=r"payments\S* already exists"):
        create(policy("payments"))
    assert held(owned) == before
    create(policy("payments-podnet"))
    names = [item["metadata"]["name"] for item in owned.api("GET", POLICIES)["items"]]
    assert names == ["payments", "payments-podnet"]
