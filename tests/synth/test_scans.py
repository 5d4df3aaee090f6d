"""The scans of `make check`: they find what they are for, and an acknowledgement has a reason."""

import json
import pathlib
import re

import aws_cdk as cdk
import pytest
import yaml
from aws_cdk import aws_sqs as sqs

from scans import __main__, acknowledgement, choices, judging, lint, nag, rules
from scans.acknowledgement import Acknowledgement, AcknowledgementError
from scans.estate import Estate, synthesize
from scans.finding import Finding
from settings import environments, files, load
from settings.files import pipelines

ROOT = pathlib.Path(__file__).parents[2]
LOGS = ("api", "audit", "authenticator", "controllerManager", "scheduler")
HOW = "each with a reason (docs/pipeline.md, Scans)"
REASON = 'reason = "größer than thirty characters."'
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


def test_a_stack_without_resources_is_not_scanned(tmp_path):
    """The network of a new cluster in an existing VPC without peers; CloudFormation takes no such template."""
    content = yaml.safe_load((ROOT / "environments" / "dev.yaml").read_text())
    there = yaml.safe_load((ROOT / "environments" / "existing.yaml").read_text())["existing_network"]
    workloads = [{key: value for key, value in one.items() if key != "reaches"} for one in content["workloads"]]
    del content["network"], content["peers"]
    file = tmp_path / "there.yaml"
    file.write_text(yaml.safe_dump({**content, "existing_network": there, "workloads": workloads}))
    assert sorted(synthesize(str(file), tmp_path / "cdk.out").templates) == [
        "Cluster", "Compute", "PodNetworking", "Workloads-monitoring", "Workloads-shop",
    ]  # fmt: skip


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
    cluster = {"eks-secrets", "eks-logs", "eks-endpoint", "eks-private-endpoint", "eks-access"}
    nodes = {"node-metadata", "node-volumes", "node-ssh", "public-address"}
    assert found == cluster | nodes | {"default-group", "log-retention"}


CLOSED = {
    "RoleArn": "arn",
    "EncryptionConfig": [{"Resources": ["secrets"], "Provider": {"KeyArn": "arn"}}],
    "Logging": {"ClusterLogging": {"EnabledTypes": [{"Type": name} for name in sorted(rules.LOGS)]}},
    "AccessConfig": {"AuthenticationMode": "API"},
    "ResourcesVpcConfig": {"PublicAccessCidrs": ["192.0.2.0/24"], "EndpointPrivateAccess": True},
}


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({}, None),
        ({"EncryptionConfig": [{"Resources": []}]}, "eks-secrets"),
        ({"AccessConfig": {"AuthenticationMode": "API_AND_CONFIG_MAP"}}, "eks-access"),
        *(
            ({"Logging": {"ClusterLogging": {"EnabledTypes": [{"Type": each} for each in LOGS if each != name]}}}, name)
            for name in LOGS
        ),
    ],
)
def test_own_rules_find_each_careless_value_of_a_cluster(tmp_path, change, rule):
    """A log that is not kept is told by its name, and it alone."""
    found = list(rules.scan(_estate(tmp_path, {"Cluster": ("AWS::EKS::Cluster", CLOSED | change)})))
    if rule in LOGS:
        assert [one.message for one in found] == [f"control-plane logs must be kept, got none of {rule}"]
        rule = "eks-logs"
    assert [one.rule for one in found] == ([f"podnet-{rule}"] if rule else [])


@pytest.mark.parametrize(
    ("network", "rule"),
    [
        ({"EndpointPrivateAccess": True}, "eks-endpoint"),
        ({"EndpointPrivateAccess": True, "EndpointPublicAccess": False}, None),
        ({"EndpointPrivateAccess": True, "PublicAccessCidrs": ["192.0.2.0/24", "::/0"]}, "eks-endpoint"),
        ({"EndpointPrivateAccess": True, "PublicAccessCidrs": ["192.0.2.0/24", "0.0.0.0/0"]}, "eks-endpoint"),
        ({"PublicAccessCidrs": ["192.0.2.0/24"]}, "eks-private-endpoint"),
    ],
)
def test_own_rules_know_who_reaches_an_endpoint(tmp_path, network, rule):
    """What a template leaves out is EKS's default: public, for everybody, and not private."""
    resources = {"Cluster": ("AWS::EKS::Cluster", CLOSED | {"ResourcesVpcConfig": network})}
    found = [finding.rule for finding in rules.scan(_estate(tmp_path, resources))]
    assert found == ([f"podnet-{rule}"] if rule else [])


def test_own_rules_are_content_with_a_subnet_that_says_nothing_of_addresses(tmp_path):
    """EC2 gives none then."""
    assert list(rules.scan(_estate(tmp_path, {"Subnet": ("AWS::EC2::Subnet", {})}))) == []


CAREFUL = {
    "MetadataOptions": {"HttpTokens": "required", "HttpPutResponseHopLimit": 1},
    "BlockDeviceMappings": [{"Ebs": {"Encrypted": True}}],
}


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({}, None),
        ({"MetadataOptions": {"HttpTokens": "optional", "HttpPutResponseHopLimit": 1}}, "node-metadata"),
        ({"MetadataOptions": {"HttpTokens": "required"}}, "node-metadata"),
        ({"BlockDeviceMappings": [{"Ebs": {"Encrypted": True}}, {"Ebs": {}}]}, "node-volumes"),
        ({"NetworkInterfaces": [{"AssociatePublicIpAddress": True}]}, "public-address"),
    ],
)
def test_own_rules_find_each_careless_value_of_a_launch_template(tmp_path, change, rule):
    """One is enough, whatever else is right."""
    resources = {"Template": ("AWS::EC2::LaunchTemplate", {"LaunchTemplateData": CAREFUL | change})}
    found = [finding.rule for finding in rules.scan(_estate(tmp_path, resources))]
    assert found == ([f"podnet-{rule}"] if rule else [])


def test_a_node_group_without_a_launch_template_is_found(tmp_path):
    """Nothing would hold its nodes to IMDSv2 and encryption."""
    (found,) = rules.scan(_estate(tmp_path, {"Nodes": ("AWS::EKS::Nodegroup", {})}))
    assert found.rule == "podnet-node-metadata"


def test_own_rules_are_content_with_prod(synthesized):
    """Encryption, logs, endpoint ranges, IMDSv2, volumes, addresses, default group: nothing is acknowledged there."""
    assembly = synthesized("prod").assembly
    files = {stack.stack_name: pathlib.Path(stack.template_full_path) for stack in assembly.stacks}
    assert list(rules.scan(Estate("prod", "eu-west-1", cdk.App(), files))) == []
    assert any("AWS::EKS::Cluster" in json.dumps(json.loads(file.read_text())) for file in files.values())


def test_the_command_tells_what_is_open_what_is_chosen_and_what_is_idle(tmp_path, monkeypatch, capsys):
    """Of a copy of `dev`, which the project's file does not name: all is acknowledged but what is missing in the file.

    Three findings are choices of its owner; entries about other environments alone accept nothing here.
    """
    monkeypatch.setattr(files, "FOLDER", tmp_path)
    monkeypatch.setattr(acknowledgement, "FILE", tmp_path / "known.toml")
    monkeypatch.setattr(acknowledgement, "OWN", tmp_path / "own.toml")
    monkeypatch.setattr("sys.argv", ["scans"])
    (tmp_path / "staging.yaml").write_text((ROOT / "environments" / "dev.yaml").read_text())
    known = (ROOT / "scans" / "acknowledged.toml").read_text()
    (tmp_path / "known.toml").write_text(known.replace('"cfn-lint-W3010"', '"cfn-lint-W9999"'))
    assert __main__.main() == 1
    told = capsys.readouterr()
    *chosen, last = told.out.splitlines()
    assert sorted(line.partition(" (")[0] for line in chosen) == [
        "staging chooses by cluster.endpoint and cluster.endpoint_cidrs: podnet-eks-endpoint",
        "staging chooses by cluster.log_types: podnet-eks-logs",
        "staging chooses by network.flow_logs: AwsSolutions-VPC7",
    ]
    lines = [line for line in told.err.splitlines() if not line.startswith("    ")]
    still_open = [line for line in lines if line.startswith("staging: ")]
    idle = [line for line in lines if line.endswith("accepts nothing: remove it")]
    assert {line.partition("/Vpc")[0] for line in still_open} == {"staging: cfn-lint-W3010 at Network"}
    assert f"{tmp_path}/known.toml: cfn-lint-W9999 accepts nothing: remove it" in idle
    assert lines == [*still_open, *idle, f"mend them, or accept them in {tmp_path}/own.toml, {HOW}"]
    to_mend = len(still_open) + len(idle)
    assert re.fullmatch(rf"scans: 1 environments and pipelines, [1-9]\d findings acknowledged, {to_mend} to mend", last)


@pytest.mark.parametrize(
    ("rule", "section", "values"),
    [
        ("AwsSolutions-VPC7", "network", {"flow_logs": True}),
        ("podnet-eks-endpoint", "cluster", {"endpoint": "private"}),
        ("podnet-eks-endpoint", "cluster", {"endpoint_cidrs": ("192.175.48.0/24",)}),
        ("podnet-eks-logs", "cluster", {"log_types": tuple(sorted(rules.LOGS))}),
    ],
)
def test_a_finding_that_no_value_explains_is_no_choice(rule, section, values):
    """A template that leaves out what its file asks for stays a finding; so does a pipeline's."""
    found, dev = Finding("dev", rule, "Cluster/Cluster", "what it lacks"), load("dev")
    assert list(choices.chosen([found], dev)) == [found]
    asked = dev.model_copy(update={section: getattr(dev, section).model_copy(update=values)})
    assert choices.chosen([found], asked) == {}
    assert choices.chosen([found], None) == {}


@pytest.mark.parametrize("rule", ["AwsSolutions-VPC7", "podnet-eks-endpoint", "podnet-eks-logs"])
def test_an_existing_cluster_chooses_nothing(rule):
    """podnet makes neither its network nor the cluster."""
    assert choices.chosen([Finding("existing", rule, "Cluster/Cluster", "what it lacks")], load("existing")) == {}


def test_who_runs_podnet_has_a_file_of_their_own(tmp_path, monkeypatch, capsys):
    """Beside their environments; what is wrong with it is told by its path, before anything is synthesized."""
    assert acknowledgement.path(acknowledgement.OWN) == "environments/acknowledged.toml"
    own = tmp_path / "acknowledged.toml"
    monkeypatch.setattr(acknowledgement, "OWN", own)
    assert acknowledgement.files() == [acknowledgement.FILE]
    own.write_text('[[acknowledged]]\nrule = "X"\nwhere = "Cluster/*"\n')
    assert acknowledgement.files() == [acknowledgement.FILE, own]
    monkeypatch.setattr("sys.argv", ["scans"])
    assert __main__.main() == 1
    told = capsys.readouterr().err
    assert told.startswith(f"error: {own}: acknowledged[0].where must be a list of texts, got 'Cluster/*'")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (b"[[acknowledged", "must be TOML"),
        (b"# gr\xf6\xdfer", "must be TOML"),
        (b'acknowledged = "x"', "must hold tables"),
        (b'acknowledged = [{rule = "x"}, "x"]', "must hold tables"),
        (b'[[acknowledge]]\nrule = "x"', r"must hold \[\[acknowledged\]\] alone, got acknowledge: mend the name"),
    ],
)
def test_a_file_of_another_form_is_told(tmp_path, text, why):
    """With its path, not with a traceback."""
    file = tmp_path / "acknowledged.toml"
    file.write_bytes(text)
    with pytest.raises(AcknowledgementError, match=why):
        acknowledgement.read(file)


def test_an_entry_is_read_as_it_is_written(tmp_path):
    """UTF-8, whatever the locale; without environments it is for all of them."""
    entry = f'[[acknowledged]]\nrule = "X"\nwhere = ["Cluster/*"]\n{REASON}\n'
    file = tmp_path / "acknowledged.toml"
    file.write_text(f'{entry}{entry}environments = ["dev"]\n', encoding="utf-8")
    told = "größer than thirty characters."
    assert acknowledgement.read(file) == [
        Acknowledgement("X", ("Cluster/*",), told),
        Acknowledgement("X", ("Cluster/*",), told, ("dev",)),
    ]


@pytest.mark.parametrize(
    ("entry", "covers"),
    [
        (Acknowledgement("AwsSolutions-IAM4[*]", ("Cluster/*",), "why"), True),
        (Acknowledgement("AwsSolutions-IAM4[*]", ("Cluster/*",), "why", ("prod",)), False),
        (Acknowledgement("AwsSolutions-IAM4[*]", ("Network/*", "Cluster/*"), "why", ("prod", "dev")), True),
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
        (f'rule = "X"\nwhere = ["Cluster/*", "*/"]\n{REASON}', "must name a rule and places"),
        ('rule = "X"\nplace = ["Cluster/*"]\na = 1', "must hold known keys, got a, place"),
        (f'rule = "X"\nwhere = ["Cluster/*"]\n{REASON.replace(".", "")}', "must tell why"),
        ("rule = 5", "rule must be a text, got 5"),
        ('rule = "X"\nwhere = ["Cluster/*", 5]', r"where must be a list of texts, got \['Cluster/\*', 5\]"),
        ('rule = "X"\nwhere = ["Cluster/*"]\nreason = ["why"]', r"reason must be a text, got \['why'\]"),
        (f'rule = "X"\nwhere = ["Cluster/*"]\n{REASON}\nenvironments = "dev"', "environments must be a list of texts"),
    ],
)
def test_an_acknowledgement_without_rule_place_or_reason_is_refused(tmp_path, text, why):
    """There is no entry for everything."""
    file = tmp_path / "acknowledged.toml"
    file.write_text(f"[[acknowledged]]\n{text}\n")
    with pytest.raises(AcknowledgementError, match=why):
        acknowledgement.read(file)
