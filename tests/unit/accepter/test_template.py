"""The template for a peer's owner."""

import json
import pathlib
import subprocess
import sys

import pytest

from accepter.template import Answer, template
from settings import load
from settings.workloads import Reach

CONNECTION = "pcx-0f9a2b3c4d5e6f701"
KNOWN = Answer(CONNECTION, ["rtb-0f9a2b3c4d5e6f702", "rtb-0f9a2b3c4d5e6f703"], "sg-0f9a2b3c4d5e6f704")
ROLE = "arn:aws:iam::333333333333:role/net/peering-accepter"


@pytest.fixture
def make():
    """A function that gives the resources for the partner of prod, of which something is changed."""

    def of(answer, **changes):
        settings = load("prod")
        peer = next(p for p in settings.peers if p.name == "partner").model_copy(update=changes)
        reaches = (Reach(peer="partner", port=5432), Reach(peer="partner", port=9092), Reach(peer="data", port=1))
        workloads = [w.model_copy(update={"reaches": reaches}) for w in settings.workloads[:2]]
        settings = settings.model_copy(update={"workloads": tuple(workloads), "peers": (settings.peers[0], peer)})
        return template(settings, peer, answer)["Resources"]

    return of


def of_type(resources, kind):
    return [found["Properties"] for found in resources.values() if found["Type"] == kind]


def test_before_the_connection_there_is_only_the_role_that_accepts_it(make):
    """Under the very ARN of the file; assumed by our CloudFormation role alone; for that VPC alone."""
    resources = make(Answer(), accepter_role_arn=ROLE)
    (role,) = resources.values()
    assert (role["Properties"]["RoleName"], role["Properties"]["Path"]) == ("peering-accepter", "/net/")
    (trust,) = role["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"]["AWS"]["Fn::Sub"].endswith("iam::222222222222:root")
    assert "role/cdk-*-cfn-exec-role-222222222222-*" in str(trust["Condition"])
    (allowed,) = role["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]
    assert allowed["Action"] == "ec2:AcceptVpcPeeringConnection"
    assert "vpc/vpc-0f9a2b3c4d5e6f701" in str(allowed["Resource"][0])


def test_with_the_connection_come_routes_back_the_dns_option_and_rules(make):
    """One route for each table, one rule for each service of this peer, whatever the number of workloads."""
    resources = make(KNOWN)
    routes = of_type(resources, "AWS::EC2::Route")
    assert [route["RouteTableId"] for route in routes] == list(KNOWN.route_tables)
    assert {(r["DestinationCidrBlock"], r["VpcPeeringConnectionId"]) for r in routes} == {("10.40.0.0/16", CONNECTION)}
    rules = of_type(resources, "AWS::EC2::SecurityGroupIngress")
    assert sorted(rule["FromPort"] for rule in rules) == [5432, 9092]
    assert {rule["CidrIp"] for rule in rules} == {"10.40.0.0/16"}
    assert {rule["GroupId"] for rule in rules} == {KNOWN.security_group}
    (option,) = of_type(resources, "Custom::PeeringDnsOption")
    assert option["Connection"] == CONNECTION
    (function,) = of_type(resources, "AWS::Lambda::Function")
    assert "AccepterPeeringConnectionOptions" in function["Code"]["ZipFile"]
    assert len(function["Code"]["ZipFile"]) < 4096
    (_, modify) = of_type(resources, "AWS::IAM::Role")
    (statement,) = modify["Policies"][0]["PolicyDocument"]["Statement"]
    assert CONNECTION in statement["Resource"]["Fn::Sub"]


def test_a_workloads_group_is_named_with_its_account_and_never_across_regions(make):
    """Another region's group cannot be named (VPC peering guide): the range is admitted there."""
    first = load("prod").workloads[0]
    name = f"{first.namespace}/{first.name}"
    answer = Answer(CONNECTION, (), KNOWN.security_group, {name: "sg-0a1b2c3d4e5f60718"})
    rules = of_type(make(answer), "AWS::EC2::SecurityGroupIngress")
    named = [rule for rule in rules if "SourceSecurityGroupId" in rule]
    assert {rule["SourceSecurityGroupOwnerId"] for rule in named} == {"222222222222"}
    assert sorted(rule["FromPort"] for rule in named) == [5432, 9092]
    far = of_type(make(answer, region="us-east-1"), "AWS::EC2::SecurityGroupIngress")
    assert all("CidrIp" in rule for rule in far)


def test_the_dns_option_and_the_rules_are_left_out_where_they_are_not_asked_for(make):
    """Without the option, and without a group of servers."""
    resources = make(Answer(CONNECTION, ["rtb-0f9a2b3c4d5e6f702"]), dns_resolution=False)
    assert {found["Type"] for found in resources.values()} == {"AWS::IAM::Role", "AWS::EC2::Route"}


def test_there_is_nothing_to_make_within_one_account_before_the_connection(make):
    """CloudFormation accepts it itself."""
    with pytest.raises(ValueError, match="--connection must be given"):
        make(Answer(), account=None, accepter_role_arn=None)


@pytest.mark.parametrize(
    "more",
    [
        (),
        ("--connection", CONNECTION, "--route-table", KNOWN.route_tables[0], "--security-group", KNOWN.security_group),
    ],
    ids=["before", "after"],
)
def test_the_command_prints_what_cfn_lint_accepts(tmp_path, more):
    """Both stages, as the owner would deploy them."""
    command = [sys.executable, "-m", "accepter", "--environment", "prod", "--peer", "partner", *more]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    file = tmp_path / "partner.json"
    file.write_text(done.stdout)
    assert len(json.loads(done.stdout)["Resources"]) == (5 if more else 1)
    lint = [pathlib.Path(sys.executable).parent / "cfn-lint", "--regions", "eu-west-1", "--", file]
    found = subprocess.run(lint, capture_output=True, text=True, check=False)
    assert (found.returncode, found.stdout) == (0, ""), found.stdout


def test_a_peer_that_the_file_does_not_have_is_told():
    """With those that it has."""
    command = [sys.executable, "-m", "accepter", "--environment", "prod", "--peer", "nobody"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "--peer must be one of data, partner, got nobody" in done.stderr
