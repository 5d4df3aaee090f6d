"""`make preflight` against the emulator, whose VPCs, tables and groups are made here as their owners would."""

import copy
import json
import subprocess
import sys

import pytest
import yaml
from botocore.exceptions import ClientError

from preflight.__main__ import look
from preflight.account import Account
from preflight.errors import PreflightError
from rehearsal.workspace import PROJECT
from settings import load
from settings.loading import FOLDER
from tests.rehearsal.observing import ACCOUNT, BEHIND, PEER, PREFIX_LISTS, REGION

ZONES = ["eu-west-1a", "eu-west-1b"]


@pytest.fixture
def shell(emulator, monkeypatch):
    """The environment of a shell with the credentials of the file's account."""
    values = {
        "AWS_ACCESS_KEY_ID": ACCOUNT,
        "AWS_SECRET_ACCESS_KEY": "rehearsal",
        "AWS_ENDPOINT_URL": emulator.endpoint,
        "AWS_CA_BUNDLE": str(emulator.ca),
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": "/dev/null",
        "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
    }
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


@pytest.fixture(scope="module")
def there(aws):
    """A VPC with two private subnets, whose tables lead to a NAT gateway, and a group of a database."""
    ec2 = aws("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.60.0.0/16")["Vpc"]["VpcId"]
    ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
    ec2.associate_vpc_cidr_block(VpcId=vpc, CidrBlock="100.64.0.0/16")
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.60.{i}.0/24", AvailabilityZone=zone)["Subnet"]["SubnetId"]
        for i, zone in enumerate(ZONES)
    ]
    gateway = ec2.create_nat_gateway(SubnetId=subnets[0], ConnectivityType="private")["NatGateway"]["NatGatewayId"]
    tables = []
    for subnet in subnets:
        tables.append(ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"])
        ec2.associate_route_table(RouteTableId=tables[-1], SubnetId=subnet)
        ec2.create_route(RouteTableId=tables[-1], DestinationCidrBlock="0.0.0.0/0", NatGatewayId=gateway)
    group = ec2.create_security_group(VpcId=vpc, GroupName="database", Description="database")["GroupId"]
    return {"vpc": vpc, "subnets": subnets, "tables": tables, "group": group, "gateway": gateway}


@pytest.fixture
def file(tmp_path, there):
    """A function that writes a new cluster's file for that VPC, changed, and returns its path."""

    def write(change=lambda content: None, name="trial"):
        content = copy.deepcopy(yaml.safe_load((FOLDER / "dev.yaml").read_text()))
        del content["network"]
        content["account"] = ACCOUNT
        content["existing_network"] = {
            "vpc_id": there["vpc"],
            "cidr": "10.60.0.0/16",
            "further_cidrs": ["100.64.0.0/16"],
            "availability_zones": list(ZONES),
            "private_subnet_ids": list(there["subnets"]),
            "private_route_table_ids": list(there["tables"]),
            "behind_nat": True,
        }
        content["workloads"][0]["reaches"] = [
            {"peer": "data", "port": 5432},
            {"security_group_id": there["group"], "port": 5432},
        ]
        content["workloads"][0]["security_group_ids"] = [there["group"]]
        content["workloads"][0]["egress"] = [
            {"protocol": "tcp", "port": 443, "to": {"prefix_list_id": PREFIX_LISTS[0]}}
        ]
        change(content)
        path = tmp_path / f"{name}.yaml"
        path.write_text(json.dumps(content))
        return str(path)

    return write


@pytest.fixture(scope="module")
def account():
    """The account in the shell of every test: boto3's clients take half a second to make."""
    return Account(REGION)


@pytest.fixture
def told(shell, file, account):
    """A function: what is found of a changed file, as {promise: problems, or why it was not tried}."""

    def see(change=lambda content: None, name="trial", seen_by=account):
        return {one.what: one.not_tried or one.problems for one in look(load(file(change, name)), seen_by)}

    return see


@pytest.fixture(scope="module", autouse=True)
def bootstrapped(aws):
    """What `cdk bootstrap` leaves: the version of its stack."""
    ssm = aws("ssm")
    ssm.put_parameter(Name="/cdk-bootstrap/hnb659fds/version", Value="30", Type="String", Overwrite=True)


def test_what_is_as_the_file_says_holds(told):
    """Nothing that the file does not have is told."""
    found = told()
    assert {problem for problems in found.values() for problem in problems} == set()
    assert len(found) == 16
    assert "the cluster is as the file says" not in found


def _network(**values):
    return lambda c: c["existing_network"].update(values)


def _peer(**values):
    return lambda c: c["peers"][0].update(values)


def _side(**values):
    return lambda c: c["peers"][0]["peer_side"].update(values)


def _workload(**values):
    return lambda c: c["workloads"][0].update(values)


NOWHERE = {kind: f"{kind}-0123456789abcdef0" for kind in ("vpc", "subnet", "rtb", "sg", "pl")}
WRONG = [
    (_network(vpc_id=NOWHERE["vpc"]), "existing_network.vpc_id: there is no vpc-0123456789abcdef0 in eu-west-1"),
    (
        _network(cidr="10.61.0.0/16"),
        "existing_network.cidr: the file has 10.61.0.0/16, and the VPC was made with 10.60.0.0/16",
    ),
    (_network(further_cidrs=[]), "existing_network.further_cidrs: the VPC has 100.64.0.0/16 too"),
    (
        _network(further_cidrs=["100.64.0.0/16", "100.65.0.0/16"]),
        "existing_network.further_cidrs: the file has 100.65.0.0/16, and the VPC has 10.60.0.0/16, 100.64.0.0/16",
    ),
    (
        _network(availability_zones=ZONES[::-1]),
        "existing_network.private_subnet_ids[0]: {subnets[0]} is in eu-west-1a, and its zone in the file is eu-west-1b",
    ),
    (
        _network(availability_zones=["eu-west-1a", "eu-west-1z"]),
        "existing_network.availability_zones[1]: there is no eu-west-1z for this account",
    ),
    (
        lambda c: c["existing_network"]["private_subnet_ids"].__setitem__(1, NOWHERE["subnet"]),
        "existing_network.private_subnet_ids[1]: there is no subnet-0123456789abcdef0 in eu-west-1",
    ),
    (
        lambda c: c["existing_network"]["private_route_table_ids"].reverse(),
        "existing_network.private_route_table_ids[1]: the file has {tables[0]}, and {subnets[1]} uses {tables[1]}",
    ),
    (
        lambda c: (_network(behind_nat="isolated")(c), c["pod_networking"]["dns_cache"].update(enabled=False)),
        "existing_network.behind_nat: the file has isolated, and {subnets[0]} leads to {gateway}",
    ),
    (
        lambda c: c["cluster"].update(kube_proxy_version="v1.34.0-eksbuild.1"),
        (
            "cluster.kube_proxy_version: EKS has no kube-proxy v1.34.0-eksbuild.1 for Kubernetes 1.35; its default is "
            "v1.35.0-eksbuild.2"
        ),
    ),
    (
        lambda c: c["node_groups"][0].update(instance_types=["m6i.large", "m6a.large"]),
        "node_groups[0].instance_types: none of m6i.large, m6a.large is offered in eu-west-1a",
    ),
    (_peer(vpc_id=NOWHERE["vpc"]), "peers[0].vpc_id: there is no vpc-0123456789abcdef0 in eu-west-1"),
    (
        _peer(cidr="10.98.0.0/16"),
        "peers[0].cidr: the file has 10.98.0.0/16, and vpc-0d1a2b3c4d5e6f701 has 10.99.0.0/16",
    ),
    (
        _side(route_table_ids=[NOWHERE["rtb"]]),
        "peers[0].peer_side.route_table_ids: there is no rtb-0123456789abcdef0 in eu-west-1",
    ),
    (
        _side(route_table_ids=BEHIND["route_table_ids"]),
        "peers[0].peer_side.route_table_ids: rtb-0d1a2b3c4d5e6f772 is of {behind}, and the peer is {peer}",
    ),
    (
        _side(security_group_id=BEHIND["security_group_ids"][0]),
        "peers[0].peer_side.security_group_id: sg-0d1a2b3c4d5e6f773 is of {behind}, and the peer is {peer}",
    ),
    (
        _workload(security_group_ids=[NOWHERE["sg"]]),
        "workloads[0].security_group_ids[0]: there is no sg-0123456789abcdef0 in eu-west-1",
    ),
    (
        _workload(security_group_ids=[PEER["security_group_ids"][0]]),
        "workloads[0].security_group_ids[0]: sg-0d1a2b3c4d5e6f703 is of vpc-0d1a2b3c4d5e6f701, and the VPC is {vpc}",
    ),
    (
        _workload(
            ingress=[{"protocol": "tcp", "port": 1, "from": {"security_group_id": BEHIND["security_group_ids"][0]}}]
        ),
        "workloads[0].ingress[0].from.security_group_id: sg-0d1a2b3c4d5e6f773 is of {behind}, and the VPC is {vpc}",
    ),
    (
        _workload(egress=[{"protocol": "tcp", "port": 443, "to": {"prefix_list_id": NOWHERE["pl"]}}]),
        "workloads[0]: there is no prefix list pl-0123456789abcdef0 in eu-west-1",
    ),
]


@pytest.mark.parametrize(("change", "wrong"), WRONG, ids=[wrong.partition(":")[0] for _, wrong in WRONG])
def test_what_is_otherwise_is_told_at_its_path(told, there, aws, change, wrong):
    """What the file has beside what is there."""
    found = aws("ec2").describe_route_tables(RouteTableIds=BEHIND["route_table_ids"])["RouteTables"]
    names = {**there, "behind": found[0]["VpcId"], "peer": PEER["vpc_id"]}
    assert wrong.format(**names) in [problem for problems in told(change).values() for problem in problems]


def test_a_vpc_without_dns_host_names_takes_no_cluster(told, aws, there):
    """Nodes would not join."""
    ec2, what = aws("ec2"), "a new cluster can stand in the VPC"
    ec2.modify_vpc_attribute(VpcId=there["vpc"], EnableDnsHostnames={"Value": False})
    try:
        assert told()[what] == [f"existing_network.vpc_id: {there['vpc']} has enableDnsHostnames=false"]
    finally:
        ec2.modify_vpc_attribute(VpcId=there["vpc"], EnableDnsHostnames={"Value": True})
    assert told(_network(vpc_id=NOWHERE["vpc"]))[what].startswith("The vpc ID")


def test_a_group_of_a_peer_may_stand_in_a_rule(told):
    """There a rule can name it; pods cannot carry it."""
    change = _workload(
        egress=[{"protocol": "tcp", "port": 1, "to": {"security_group_id": PEER["security_group_ids"][0]}}]
    )
    assert told(change)["groups that workloads name are there"] == []


def test_more_groups_than_a_call_takes_are_asked_for_in_several(told, aws):
    """EC2 takes 200 values of a filter."""
    ids = [f"sg-{number:017x}" for number in range(1, 251)]
    with pytest.raises(ClientError, match="FilterLimitExceeded"):
        aws("ec2").describe_security_groups(Filters=[{"Name": "group-id", "Values": ids}])
    rules = [{"protocol": "tcp", "port": 1, "from": {"security_group_id": one}} for one in ids]
    found = told(_workload(ingress=rules))
    assert len(found["groups that workloads name are there"]) == 250


def test_peers_of_other_accounts_are_named_as_not_tried(told):
    """Their owners look at theirs."""
    found = told(lambda c: (_peer(account="333333333333")(c), c["peers"][0].pop("peer_side")))
    assert "data of 333333333333" in found["peers of other accounts are as the file says"]
    assert "peers' VPCs are there, with the ranges of the file" not in found


WAYS = "no route stands in the way of podnet's"


def test_a_route_of_somebody_else_is_in_the_way_and_podnets_own_is_not(told, aws, there):
    """On both sides; the stack of the file's name has what is podnet's."""
    ec2, stacks = aws("ec2"), aws("cloudformation")
    pair = {"VpcId": there["vpc"], "PeerVpcId": PEER["vpc_id"]}
    body = {"Resources": {"Connection": {"Type": "AWS::EC2::VPCPeeringConnection", "Properties": pair}}}
    stacks.create_stack(StackName="ours-Network", TemplateBody=json.dumps(body))
    stacks.get_waiter("stack_create_complete").wait(StackName="ours-Network", WaiterConfig={"Delay": 1})
    made = stacks.describe_stack_resources(StackName="ours-Network")["StackResources"][0]["PhysicalResourceId"]
    routes = [(there["tables"][0], "10.99.0.0/16"), (PEER["route_table_ids"][0], "100.64.0.0/16")]
    try:
        for table, cidr in routes:
            ec2.create_route(RouteTableId=table, DestinationCidrBlock=cidr, VpcPeeringConnectionId=made)
        assert told(name="ours")[WAYS] == []
        assert sorted(told(name="theirs")[WAYS]) == [
            f"existing_network.private_route_table_ids: {there['tables'][0]} leads 10.99.0.0/16 to {made} already",
            f"peers[0].peer_side.route_table_ids: {PEER['route_table_ids'][0]} leads 100.64.0.0/16 to {made} already",
        ]
    finally:
        for table, cidr in routes:
            ec2.delete_route(RouteTableId=table, DestinationCidrBlock=cidr)
        stacks.delete_stack(StackName="ours-Network")


def test_an_owner_who_has_not_made_the_way_to_a_peer_is_told(told, aws, there):
    """Of an existing cluster podnet makes none; a NAT gateway leads to no private range."""

    def change(content):
        shipped = yaml.safe_load((FOLDER / "existing.yaml").read_text())
        content["existing_cluster"] = shipped["existing_cluster"]
        for key in ("cluster", "node_groups"):
            content.pop(key)

    ec2, what = aws("ec2"), "private subnets lead to the peers"
    made = ec2.create_vpc_peering_connection(VpcId=there["vpc"], PeerVpcId=PEER["vpc_id"])["VpcPeeringConnection"]
    wanted = [f"peers[0]: {subnet} leads 10.99.0.0/16 to {there['gateway']}" for subnet in there["subnets"]]
    assert told(change)[what] == wanted
    ranges = dict(zip(there["tables"], ["10.99.0.0/16", "10.98.0.0/15"], strict=True))  # a wider one will do
    for table, cidr in ranges.items():
        ec2.create_route(
            RouteTableId=table, DestinationCidrBlock=cidr, VpcPeeringConnectionId=made["VpcPeeringConnectionId"]
        )
    try:
        assert told(change)[what] == []
    finally:
        for table, cidr in ranges.items():
            ec2.delete_route(RouteTableId=table, DestinationCidrBlock=cidr)


def test_a_region_without_bootstrap_is_told(told, aws):
    """With the parameter that is missing, or its version."""
    ssm, name = aws("ssm"), "/cdk-bootstrap/hnb659fds/version"
    what = "CDK can deploy to the account and region"
    ssm.put_parameter(Name=name, Value="5", Type="String", Overwrite=True)
    assert "version 5, and 6 or a later one is needed" in told()[what][0]
    ssm.delete_parameter(Name=name)
    assert f"is not bootstrapped: no parameter {name}" in told()[what][0]
    ssm.put_parameter(Name=name, Value="30", Type="String")


def test_in_another_account_nothing_more_is_looked_at(told):
    """What is there would be somebody else's."""
    found = told(lambda c: c.update(account="222222222222"))
    assert [*found] == ["the credentials are of the file's account"]
    assert "the file has 222222222222, and the credentials are of 111111111111" in found[next(iter(found))][0]


def test_what_the_credentials_may_not_read_is_not_tried(told, aws, role, shell):
    """And the call is named; a role that may nothing is told of no failure."""
    arn = role("reads-nothing", [])
    given = aws("sts").assume_role(RoleArn=arn, RoleSessionName="person")["Credentials"]
    shell.setenv("AWS_ACCESS_KEY_ID", given["AccessKeyId"])
    shell.setenv("AWS_SECRET_ACCESS_KEY", given["SecretAccessKey"])
    shell.setenv("AWS_SESSION_TOKEN", given["SessionToken"])
    found = told(seen_by=Account(REGION))
    assert found["the VPC has the ranges of the file"] == "these credentials may not call ec2:DescribeVpcs"
    assert all(
        isinstance(value, str) for what, value in found.items() if what != "the credentials are of the file's account"
    )


@pytest.mark.parametrize(
    ("variable", "value", "reason"),
    [
        ("AWS_ACCESS_KEY_ID", None, "Unable to locate credentials"),
        ("AWS_PROFILE", "nobody", "The config profile (nobody) could not be found"),
        ("AWS_ENDPOINT_URL", "https://127.0.0.1:1", "Could not connect"),
        ("AWS_CA_BUNDLE", "/nowhere.pem", "No such file or directory"),
    ],
)
def test_without_usable_credentials_it_ends_with_the_reason(shell, file, variable, value, reason):
    """No finding is made up."""
    if value is None:
        shell.delenv(variable)
    else:
        shell.setenv(variable, value)
    settings = load(file())
    with pytest.raises(PreflightError) as told:
        look(settings, Account(settings.region))
    assert reason in str(told.value)
    assert "aws sts get-caller-identity" in str(told.value)


@pytest.mark.parametrize(("change", "code"), [(lambda c: None, 0), (_peer(cidr="10.98.0.0/16"), 1)])
def test_the_command_ends_with_0_or_1_and_2_where_it_sees_nothing(shell, file, change, code):
    """As text and as JSON; a profile that is none gives one line."""
    command = [sys.executable, "-m", "preflight", "--environment", file(change)]
    seen = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert seen.returncode == code
    assert f"trial: account {ACCOUNT}, {REGION}" in seen.stdout
    told = subprocess.run([*command, "--json"], cwd=PROJECT, capture_output=True, text=True, check=False)
    assert json.loads(told.stdout)["holds"] is (code == 0)
    shell.setenv("AWS_PROFILE", "nobody")
    ended = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "Traceback" not in ended.stderr
