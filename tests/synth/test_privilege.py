"""The trial of `make privilege`: it finds every permission of the templates, and takes away exactly that one."""

import json
import pathlib
import shutil

import pytest

from rehearsal.privilege.known import known
from rehearsal.privilege.lesser_cdk import take_away
from rehearsal.privilege.removal import Removal, removals
from settings import load

MANIFEST = "Custom::AWSCDK-EKS-KubernetesResource"


@pytest.fixture(scope="module")
def permissions(synthesized):
    """Every permission of dev, prod and existing, with its template."""
    found = []
    for name in ("dev", "prod", "existing"):
        for stack, template in synthesized(name).templates.items():
            found += [(removal, template) for removal in removals(f"{name}-{stack}", template)]
    return found


def test_permissions_of_every_kind_are_found(permissions):
    """Actions, managed policies, access entries, invocations, verbs of Kubernetes roles; of CDK's own functions too."""
    found = {removal.what for removal, _ in permissions}
    assert found >= {
        "ec2:ModifyVpcPeeringConnectionOptions",
        "ec2:RevokeSecurityGroupIngress",
        "eks:DescribeCluster",
        "lambda:InvokeFunction",
        "states:StartExecution",
        "AmazonEKSVPCResourceController",
        "AmazonEKSClusterAdminPolicy",
        "podnet:reconcilers",
        "lambda:InvokeFunction by events.amazonaws.com",
        "patch daemonsets aws-node",
        "list cninodes",
    }
    assert "" not in found


FLOW_LOGS = ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
ADDRESSES = ["ec2:AssignPrivateIpAddresses", "ec2:DescribeSubnets", "ec2:UnassignPrivateIpAddresses"]


@pytest.mark.parametrize(
    ("environment", "unseen"),
    [("dev", ["lambda:GetFunction"] * 2), ("prod", ADDRESSES + FLOW_LOGS), ("existing", ["lambda:GetFunction"] * 3)],
    ids=["dev", "prod", "existing"],
)
def test_all_but_a_few_must_be_missed(permissions, environment, unseen):
    """A handler in a VPC goes idle, and CDK's framework has to look at it: prod misses what dev does not."""
    settings = load(environment)
    mine = [removal for removal, _ in permissions if removal.stack.startswith(f"{environment}-")]
    left = [removal for removal in mine if known(removal, settings)]
    on_timeout = [removal for removal in left if "frameworkonTimeout" in removal.resource]
    others = [removal.what for removal in left if removal not in on_timeout]
    wanted = ["AWSLambdaBasicExecutionRole", "lambda:GetFunction", "lambda:InvokeFunction"]
    assert sorted(removal.what for removal in on_timeout) == wanted
    assert sorted(others) == unseen
    assert len(mine) > 4 * len(left)


def test_one_resource_is_changed_and_nothing_else_is_taken(permissions):
    """What is left of it is what was there, without the one permission."""
    for removal, template in permissions:
        less = removal.apply(template)
        changed = [name for name, before in template["Resources"].items() if less["Resources"].get(name) != before]
        assert changed == [removal.resource]
        left = {one.what for one in removals(removal.stack, less) if one.resource == removal.resource}
        before = {one.what for one in removals(removal.stack, template) if one.resource == removal.resource}
        assert left - {"sts:GetCallerIdentity"} == before - {removal.what}, str(removal)
        if removal.resource in less["Resources"]:  # an assembly is deployed again, and must be the same
            assert removal.apply(less) == less, str(removal)


def test_a_role_without_a_verb_is_still_a_role(permissions):
    """The other objects of the manifest stay as they are."""
    removal, template = next(pair for pair in permissions if pair[0].what == "patch daemonsets aws-node")
    before, after = (
        json.loads(found["Resources"][removal.resource]["Properties"]["Manifest"])
        for found in (template, removal.apply(template))
    )
    assert [item["kind"] for item in before] == [item["kind"] for item in after]
    changed = [(old, new) for old, new in zip(before, after, strict=True) if old != new]
    ((old, new),) = changed
    assert old["kind"] == "Role"
    assert next(rule["verbs"] for rule in old["rules"]) == ["get", "patch"]
    assert next(rule["verbs"] for rule in new["rules"]) == ["get"]


def test_the_assembly_names_the_template_by_its_new_hash(synthesized, tmp_path):
    """Otherwise the CDK command line would deploy the one that was uploaded before; twice is the same as once."""
    assembly = tmp_path / "cdk.out"
    shutil.copytree(synthesized("dev").assembly.directory, assembly)
    before = (assembly / "manifest.json").read_text()
    removal = Removal("dev-PodNetworking", _handler(assembly), "logs:PutLogEvents")
    for _ in range(2):
        take_away(removal, assembly)
    text = (assembly / "dev-PodNetworking.template.json").read_text()
    assert "logs:PutLogEvents" not in text
    assert (assembly / "manifest.json").read_text() != before
    files = json.loads((assembly / "dev-PodNetworking.assets.json").read_text())["files"]
    (listed,) = [key for key, entry in files.items() if entry["source"]["path"] == "dev-PodNetworking.template.json"]
    assert listed in (assembly / "manifest.json").read_text()


def _handler(assembly):
    template = json.loads(pathlib.Path(assembly / "dev-PodNetworking.template.json").read_text())
    return next(one.resource for one in removals("dev-PodNetworking", template) if one.what == "logs:PutLogEvents")
