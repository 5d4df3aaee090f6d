"""What the emulator makes of a node group's record; here EKS has records, and no control plane."""

import json
import subprocess

import pytest

from rehearsal.prerequisites import EMULATOR_PYTHON
from rehearsal.workspace import PROJECT

LINES = """
import json
from ministack.core.responses import request_scope
from ministack.services import ec2, eks
from rehearsal.emulator.cluster import node_groups, nodes
from rehearsal.emulator.refused import RefusedError
from rehearsal.emulator.resources import EksNodegroup
given = {"ClusterName": "one", "NodegroupName": "g", "Subnets": ["a", "b"], "AmiType": "AL2023_x86_64_STANDARD"}
given["LaunchTemplate"] = {"Id": "lt", "Version": "1"}
sizes = {"minSize": 1, "desiredSize": 3, "maxSize": 5}
group = {
    "clusterName": "one", "nodegroupName": "g", "nodegroupArn": "arn", "version": "1.34", "scalingConfig": sizes,
    "instanceTypes": ["m5.large"], "subnets": ["a", "b"], "amiType": "AL2023_x86_64_STANDARD", "labels": {},
    "taints": [], "tags": {}, "launchTemplate": {"id": "lt", "version": "1"},
}
with request_scope("111111111111", "eu-west-1"):
    for number, name in enumerate("ab"):
        ec2._subnets[name] = {"AvailabilityZone": f"eu-west-1{name}", "CidrBlock": f"10.0.{number}.0/24"}
    eks._clusters["one"] = {"name": "one", "version": "1.36", "roleArn": "arn:aws:iam::111111111111:role/none"}
    eks._nodegroups["one/g"] = group
    try:
"""


def said(code):
    """Give what a line of code prints, as JSON."""
    lines = [
        LINES,
        *(f"        {line}" for line in code),
        "    except RefusedError as refused:",
        "        print(json.dumps(str(refused)))",
    ]
    command = [EMULATOR_PYTHON, "-c", "\n".join(lines)]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    ("old", "new", "version"),
    [
        ({}, {"Version": "1.35"}, "1.35"),
        ({"Version": "1.34"}, {}, "1.36"),
        ({}, {"LaunchTemplate": {"Id": "lt", "Version": "2"}}, "1.36"),
        ({"Version": "1.34"}, {"Version": "1.34", "LaunchTemplate": {"Id": "lt", "Version": "2"}}, "1.34"),
        ({}, {"Labels": {"a": "b"}}, "1.34"),
        (
            {"Version": "1.34"},
            {"Version": "1.37"},
            "InvalidParameterException: Kubernetes version 1.37 of a node group",
        ),
        ({"Version": "1.34"}, {"Version": "1.33"}, "1.33"),
        (
            {"Version": "1.34"},
            {"Version": "1.32"},
            "InvalidParameterException: A node group goes back one minor version",
        ),
    ],
    ids=["given", "taken away", "a template", "a template and a version", "a label", "ahead", "one back", "two back"],
)
def test_an_update_without_a_version_takes_the_clusters(old, new, version):
    """EKS API reference, UpdateNodegroupVersion; a change of labels is another call."""
    update = f"EksNodegroup().update('g', given | {old}, given | {new}, 'trial', 'G')"
    assert said([update, "print(json.dumps(eks._nodegroups['one/g']['version']))"]).startswith(version)


def test_nodes_of_another_generation_have_other_names():
    """What was told of a node that went, by its name, is not taken for the new one's."""
    one, other = said(["print(json.dumps([nodes.nodes_of(group, number) for number in (0, 1)]))"])
    assert len(one) == len(other) == 3
    assert not {node["metadata"]["name"] for node in one} & {node["metadata"]["name"] for node in other}
    assert {node["status"]["nodeInfo"]["kubeletVersion"] for node in one} == {"v1.34.0-eks"}


@pytest.mark.parametrize(
    ("config", "number"), [({}, 1), ({"maxUnavailable": 2}, 2), ({"maxUnavailablePercentage": 50}, 2)], ids=str
)
def test_as_many_nodes_are_away_as_the_group_allows(config, number):
    """One by default; a percentage is rounded up."""
    assert said([f"print(json.dumps(node_groups._at_once(group | {{'updateConfig': {config}}})))"]) == number
