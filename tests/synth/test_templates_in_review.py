"""What the page says of AWS is read from the templates: every role, every resource, every asset."""

import json
import pathlib

import pytest

import review
from review.content.permissions import permissions
from review.content.templates import templates
from settings import load


@pytest.fixture(params=["dev", "prod", "existing"])
def told(request, synthesized):
    """Return what is told of a shipped environment, and its templates."""
    made = synthesized(request.param)
    return templates(made.assembly.directory), made


def test_every_role_is_told_with_everything_that_it_may(told):
    """No action of a policy is missing; managed policies are there by name."""
    found, made = told
    roles = {(role["stack"].split("-", 1)[1], role["role"]): role for role in found["roles"]}
    wanted = [(stack, name) for stack in made.templates for name in made.resources(stack, "AWS::IAM::Role")]
    assert len(roles) == len(found["roles"]) == len(wanted) > 3
    said = json.dumps(found["roles"])
    for stack in made.templates:
        for policy in made.resources(stack, "AWS::IAM::Policy").values():
            for statement in policy["Properties"]["PolicyDocument"]["Statement"]:
                actions = statement["Action"]
                for action in [actions] if isinstance(actions, str) else actions:
                    assert action in said
    handler = next(role for role in found["roles"] if role["role"] == "AwsNodeEnvHandlerRole")
    assert handler["for"] == ["lambda.amazonaws.com"]
    assert handler["may"][0] == "logs:CreateLogStream, logs:PutLogEvents on AwsNodeEnvHandlerLogs"


VERBS = {"get": "read", "patch": "patch", "list": "list"}


@pytest.mark.parametrize("name", ["dev", "prod", "existing"])
def test_everybody_who_gets_into_the_cluster_is_told_with_what_they_may(synthesized, name):
    """Each access entry, whoever EKS lets in by itself, and each rule of podnet's roles there; nobody besides."""
    made, told = synthesized(name), permissions(load(name))
    entries = [e for stack in made.templates for e in made.resources(stack, "AWS::EKS::AccessEntry").values()]
    clusters = [c for stack in made.templates for c in made.resources(stack, "AWS::EKS::Cluster").values()]
    administer = [e for e in entries if "AmazonEKSClusterAdminPolicy" in str(e["Properties"].get("AccessPolicies"))]
    groups = {group for e in entries for group in e["Properties"].get("KubernetesGroups", ())}
    makers = [c for c in clusters if c["Properties"]["AccessConfig"].get("BootstrapClusterCreatorAdminPermissions", 1)]
    said = [row["by"] for row in told]
    assert said.count("access entry with AmazonEKSClusterAdminPolicy") == len(administer) > 0
    assert said.count("access entry that EKS itself makes") == len(makers) == (name != "existing")
    assert groups == {"podnet:reconcilers"}
    assert len(entries) == len(administer) + 1
    handler = " ".join(row["may"] for row in told if row["who"].startswith("podnet's handler")).lower()
    rules = [
        rule for objects in made.environment.manifests.values() for one in objects for rule in one.get("rules", ())
    ]
    assert rules
    for rule in rules:
        for word in (*rule["resources"], *rule.get("resourceNames", ()), *(VERBS[verb] for verb in rule["verbs"])):
            assert word.removesuffix("s") in handler, rule


def test_every_resource_is_counted(told):
    """By type, in each stack."""
    found, made = told
    assert {part["stack"].split("-", 1)[1] for part in found["resources"]} == set(made.templates)
    assert sum(part["count"] for part in found["resources"]) == sum(
        len(template["Resources"]) for template in made.templates.values()
    )


def test_every_asset_is_told_with_its_size(told):
    """The handler's is the one that podnet adds; kubectl and the AWS command line are CDK's."""
    found, made = told
    sizes = {asset["name"]: asset["bytes"] for asset in found["assets"]}
    source = next(
        file for file in pathlib.Path(made.assembly.directory).glob("asset.*") if (file / "reconcile.py").exists()
    )
    assert sizes["AwsNodeEnv/Handler/OnEvent/Code"] == sum(f.stat().st_size for f in source.iterdir()) < 60_000
    assert max(sizes.values()) > 20_000_000


def test_without_templates_the_page_says_where_they_come_from(tmp_path):
    """`make review` and the pictures of the README have none."""
    review.write(str(tmp_path), load("dev"), {})
    page = (tmp_path / "review" / "index.html").read_text()
    assert "The templates tell; they are written by" in page
    assert json.loads((tmp_path / "review" / "review.json").read_text())["templates"] is None


def test_the_page_shows_roles_and_assets(synthesized):
    """After a synth, beside the templates."""
    made = synthesized("prod")
    review.write(made.assembly.directory, load("prod"), made.environment.manifests)
    page = pathlib.Path(made.assembly.directory, "review", "index.html").read_text()
    assert "ec2:ModifyVpcPeeringConnectionOptions on arn:aws:ec2:eu-west-1:222222222222:vpc-peering" in page
    assert "AmazonEKSVPCResourceController" in page
    assert "AwsNodeEnv/Handler/OnEvent/Code" in page
    assert "The templates tell; they are written by" not in page
