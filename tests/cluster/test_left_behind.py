"""The command of docs/operations.md that lists what a leave has left behind, against a real API server."""

import os
import re
import subprocess

import cdk8s
import pytest
import yaml

from charts.aws_node_env_rights import AwsNodeEnvRights
from charts.node_local_dns import KubeDnsUpstream, NodeLocalDns
from charts.security_group_policy import SecurityGroupPolicy
from charts.trunk_nodes_rights import TrunkNodesRights
from rehearsal.control_plane import ControlPlane
from rehearsal.kubectl import kubectl_folder
from rehearsal.parts import ensure, module_dir
from tests.papers.commands import ROOT, spoken

PRUNE = "aws.cdk.eks/prune-c8"
THEIRS = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "settings", "namespace": "default"}}


def ours():
    """Give the objects of every manifest that podnet applies, and a namespace's policy."""
    dns = {"cluster_dns_ip": "10.0.0.10", "image": "registry.example/cache:1", "upstream": False}
    scope = cdk8s.App()
    charts = [
        AwsNodeEnvRights(scope, "Rights", group="podnet:reconcilers", awaited_daemon_sets=["node-local-dns"]),
        TrunkNodesRights(scope, "Nodes", group="podnet:reconcilers"),
        KubeDnsUpstream(scope, "Upstream"),
        NodeLocalDns(scope, "Dns", **dns),
        SecurityGroupPolicy(
            scope,
            "Policy",
            name="web",
            namespace="default",
            pod_labels={"app": "x"},
            security_group_ids=["sg-0123456789abcdef0"],
        ),
    ]
    return [one for chart in charts for one in chart.to_json()]


@pytest.fixture
def left(tmp_path):
    """A cluster in which a leave has left everything, beside the object of another CDK app."""
    plane = ControlPlane(tmp_path / "plane", ensure("kubernetes", "etcd")).start()
    (crd,) = module_dir("vpc_resource_controller").glob("config/crd/bases/*securitygrouppolicies.yaml")
    plane.api.apply(yaml.safe_load(crd.read_text()), "eks")
    for number, one in enumerate([*ours(), THEIRS]):
        labels = {f"{PRUNE}{number:040x}": "", **one["metadata"].get("labels", {})}
        plane.api.apply({**one, "metadata": {**one["metadata"], "labels": labels}}, "cdk")
    yield plane
    plane.stop()


def test_it_lists_all_of_podnets_and_nothing_of_another_cdk_app(left):
    """What it lists is deleted by the reader, and CDK labels the objects of every app alike."""
    (command,) = [c for c in spoken(ROOT / "docs" / "operations.md") if "aws.cdk.eks/prune" in c]
    folder = kubectl_folder("1.35")
    environment = {"KUBECONFIG": str(left.kubeconfig), "PATH": f"{folder}:{os.environ['PATH']}", "HOME": str(folder)}
    done = subprocess.run(["bash", "-c", command], env=environment, capture_output=True, text=True, check=True)
    found = sorted(re.search(r"\S+/(\S+)", line)[1] for line in done.stdout.splitlines())
    assert found == sorted(one["metadata"]["name"] for one in ours())
