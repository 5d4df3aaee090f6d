"""The scans of `make check`: they find what they are for, and an acknowledgement has a reason."""

import json
import pathlib

import aws_cdk as cdk
import pytest
from aws_cdk import aws_sqs as sqs

from scans import acknowledgement, judging, lint, nag, rules
from scans.acknowledgement import Acknowledgement, AcknowledgementError
from scans.estate import Estate, pipelines
from scans.finding import Finding
from settings import environments

ROOT = pathlib.Path(__file__).parents[2]
FINDING = Finding("dev", "AwsSolutions-IAM4[Policy::x]", "Cluster/Cluster/Role", "uses a managed policy")


def _estate(folder, resources):
    app = cdk.App(outdir=str(folder))
    stack = cdk.Stack(app, "try-Only")
    for name, (kind, properties) in resources.items():
        cdk.CfnResource(stack, name, type=kind, properties=properties)
    (made,) = app.synth().stacks
    return Estate("try", "eu-west-1", app, {"Only": pathlib.Path(made.template_full_path)})


def test_every_environment_of_the_folder_is_scanned():
    """A new file needs no new line anywhere."""
    found = {*environments(), *pipelines()}
    assert found == {file.stem for file in (ROOT / "environments").glob("*.yaml")}
    assert {"dev", "existing", "prod", "pipeline"} <= found


@pytest.mark.parametrize("environment", environments())
def test_nothing_is_looked_up(synthesized, environment):
    """A synth asks AWS for nothing: no value is missing from the assembly that the CLI would then fetch."""
    folder = pathlib.Path(synthesized(environment).assembly.directory)
    assert "missing" not in json.loads((folder / "manifest.json").read_text())


def test_nag_finds_what_it_is_for_and_leaves_the_template_alone(tmp_path):
    """A queue that takes plain HTTP is a finding; the template has no trace of the scan."""
    app = cdk.App(outdir=str(tmp_path))
    stack = cdk.Stack(app, "try-Only")
    sqs.Queue(stack, "Queue")
    (made,) = app.synth().stacks
    file = pathlib.Path(made.template_full_path)
    before = file.read_bytes()
    found = {(finding.rule, finding.where) for finding in nag.scan(Estate("try", "eu-west-1", app, {"Only": file}))}
    assert ("AwsSolutions-SQS4", "Only/Queue") in found
    assert file.read_bytes() == before
    assert b"cdk_nag" not in before


def test_lint_finds_a_property_that_cloudformation_does_not_know(tmp_path):
    """With the logical id of the resource."""
    (found,) = lint.scan(_estate(tmp_path, {"Queue": ("AWS::SQS::Queue", {"Colour": "red"})}))
    assert (found.rule, found.where) == ("cfn-lint-E3002", "Only/Queue")


def test_own_rules_find_an_open_cluster_and_careless_nodes(tmp_path):
    """cdk-nag's EKS rules pass over aws_eks_v2, so these are the only ones that look."""
    data = {"MetadataOptions": {"HttpTokens": "required", "HttpPutResponseHopLimit": 2}}
    network = {"SubnetIds": ["subnet-1"], "EndpointPublicAccess": True}
    resources = {
        "Cluster": ("AWS::EKS::Cluster", {"RoleArn": "arn", "ResourcesVpcConfig": network}),
        "Template": ("AWS::EC2::LaunchTemplate", {"LaunchTemplateData": data}),
        "Nodes": ("AWS::EKS::Nodegroup", {"RemoteAccess": {}}),
        "Subnet": ("AWS::EC2::Subnet", {"MapPublicIpOnLaunch": True}),
        "Vpc": ("AWS::EC2::VPC", {"CidrBlock": "10.0.0.0/16"}),
        "Log": ("AWS::Logs::LogGroup", {}),
    }
    found = {finding.rule.removeprefix("podnet-") for finding in rules.scan(_estate(tmp_path, resources))}
    cluster = {"eks-secrets", "eks-logs", "eks-endpoint", "eks-access"}
    nodes = {"node-metadata", "node-volumes", "node-ssh", "public-address"}
    assert found == cluster | nodes | {"default-group", "log-retention"}


def test_own_rules_are_content_with_prod(synthesized):
    """Encryption, logs, endpoint ranges, IMDSv2, volumes, addresses, default group: nothing is acknowledged there."""
    assembly = synthesized("prod").assembly
    files = {stack.stack_name: pathlib.Path(stack.template_full_path) for stack in assembly.stacks}
    assert list(rules.scan(Estate("prod", "eu-west-1", cdk.App(), files))) == []
    assert any("AWS::EKS::Cluster" in json.dumps(json.loads(file.read_text())) for file in files.values())


@pytest.mark.parametrize(
    ("entry", "covers"),
    [
        (Acknowledgement("AwsSolutions-IAM4[*]", ("Cluster/*",), "why"), True),
        (Acknowledgement("AwsSolutions-IAM4[*]", ("Cluster/*",), "why", ("prod",)), False),
        (Acknowledgement("AwsSolutions-IAM5[*]", ("Cluster/*",), "why"), False),
        (Acknowledgement("AwsSolutions-IAM4[*]", ("Network/*",), "why"), False),
    ],
)
def test_an_acknowledgement_is_about_rule_place_and_environment(entry, covers):
    """Anything else stays open, and an entry about nothing is told."""
    assert judging.open_findings([FINDING], [entry]) == ([] if covers else [FINDING])
    assert judging.idle([FINDING], [entry]) == ([] if covers else [entry])


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('rule = "X"\nwhere = ["Cluster/*"]\nreason = "not needed"', "must tell why"),
        ('rule = "X"\nwhere = ["*"]\nreason = "a reason that is long enough to be one"', "must name a rule and places"),
        ('rule = "*"\nwhere = ["Cluster/*"]\nreason = "a reason that is long enough to be one"', "must name a rule"),
        ('rule = "X"\nwhere = []\nreason = "a reason that is long enough to be one"', "must name a rule and places"),
        ('rule = "X"\nplace = ["Cluster/*"]', "must hold known keys"),
    ],
)
def test_an_acknowledgement_without_rule_place_or_reason_is_refused(tmp_path, text, why):
    """There is no entry for everything."""
    file = tmp_path / "acknowledged.toml"
    file.write_text(f"[[acknowledged]]\n{text}\n")
    with pytest.raises(AcknowledgementError, match=why):
        acknowledgement.read(file)
