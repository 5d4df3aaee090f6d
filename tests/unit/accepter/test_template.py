"""The template for a peer's owner."""

import dataclasses
import json
import pathlib
import subprocess
import sys

import pytest

from accepter.answer import Answer
from accepter.template import template
from settings import load
from settings.network import ExistingNetwork
from settings.workloads import EgressRule, Reach

CONNECTION = "pcx-0f9a2b3c4d5e6f701"
KNOWN = Answer(CONNECTION, ["rtb-0f9a2b3c4d5e6f702", "rtb-0f9a2b3c4d5e6f703"], "sg-0f9a2b3c4d5e6f704")
ROLE = "arn:aws:iam::333333333333:role/net/peering-accepter"
GROUP = KNOWN.security_group
WITH_GROUP = ("--connection", CONNECTION, "--security-group", GROUP)
INGRESS = "AWS::EC2::SecurityGroupIngress"
NETWORK = ExistingNetwork(
    vpc_id="vpc-0e1a2b3c4d5e6f701",
    cidr="10.40.0.0/16",
    availability_zones=("eu-west-1a", "eu-west-1b"),
    private_subnet_ids=("subnet-0e1a2b3c4d5e6f711", "subnet-0e1a2b3c4d5e6f712"),
)


@pytest.fixture
def make():
    """A function that gives the resources for the partner of prod, of which something is changed."""

    def of(answer, *, egress=None, ours=(), **changes):
        settings = load("prod")
        peer = next(p for p in settings.peers if p.name == "partner").model_copy(update=changes)
        reaches = (Reach(peer="partner", port=5432), Reach(peer="partner", port=9092), Reach(peer="data", port=1))
        sent = egress and tuple(EgressRule.model_validate(rule) for rule in egress)
        workloads = [w.model_copy(update={"reaches": reaches, "egress": sent}) for w in settings.workloads[:2]]
        settings = settings.model_copy(update={"workloads": tuple(workloads), "peers": (settings.peers[0], peer)})
        if ours:
            there = NETWORK.model_copy(update={"further_cidrs": ours})
            settings = settings.model_copy(update={"network": None, "existing_network": there})
        return template(settings, peer, answer)["Resources"]

    return of


def command(*options):
    """Run the command for prod."""
    words = [sys.executable, "-m", "accepter", "--environment", "prod", *options]
    return subprocess.run(words, capture_output=True, text=True, check=False)


def of_type(resources, kind):
    return [found["Properties"] for found in resources.values() if found["Type"] == kind]


def test_before_the_connection_there_is_only_the_role_that_accepts_it(make):
    """Under the very ARN of the file; assumed by our region's CloudFormation role alone; for that VPC alone."""
    resources = make(Answer(), accepter_role_arn=ROLE)
    (role,) = resources.values()
    assert (role["Properties"]["RoleName"], role["Properties"]["Path"]) == ("peering-accepter", "/net/")
    (trust,) = role["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"]["AWS"]["Fn::Sub"].endswith("iam::222222222222:root")
    assert "role/cdk-*-cfn-exec-role-222222222222-eu-west-1" in str(trust["Condition"])
    allowed = role["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]
    assert {one["Action"] for one in allowed} == {"ec2:AcceptVpcPeeringConnection"}
    assert allowed[0]["Resource"]["Fn::Sub"].endswith(":vpc/vpc-0f9a2b3c4d5e6f701")


@pytest.mark.parametrize(("region", "wanted"), [(None, "eu-west-1"), ("eu-central-1", "eu-central-1")])
def test_the_role_may_accept_in_the_region_of_the_peer(make, region, wanted):
    """There the connection and the VPC are, by which EC2 judges AcceptVpcPeeringConnection."""
    (role,) = make(Answer(), accepter_role_arn=ROLE, region=region).values()
    allowed = role["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]
    assert [one["Resource"]["Fn::Sub"].partition(":ec2:")[2].split(":")[0] for one in allowed] == [wanted] * 2


@pytest.mark.parametrize(("ours", "wanted"), [((), "vpc/*"), (("100.64.0.0/16",), f"vpc/{NETWORK.vpc_id}")])
def test_the_role_accepts_requests_of_our_vpcs_alone(make, ours, wanted):
    """Of our account and region, wherever the peer lies; an existing VPC is named, a new one has no id before."""
    (role,) = make(Answer(), ours=ours, accepter_role_arn=ROLE, region="us-east-1").values()
    vpc, connection = role["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]
    assert "Condition" not in vpc
    asks = f"arn:${{AWS::Partition}}:ec2:eu-west-1:222222222222:{wanted}"
    assert connection["Condition"] == {"ArnLike": {"ec2:RequesterVpc": {"Fn::Sub": asks}}}


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
    near = [rule for rule in of_type(make(answer, account=None), INGRESS) if "SourceSecurityGroupId" in rule]
    assert [rule.get("SourceSecurityGroupOwnerId") for rule in near] == [None] * len(named)
    assert {rule["Description"] for rule in near} == {f"prod {name}"}


def test_what_workloads_may_send_to_the_peer_is_admitted_like_what_they_reach(make):
    """By the peer's name or a part of its range, ranges of ports as such, and no rule twice; nothing of other ends."""
    partner = {"peer": "partner"}
    egress = [
        {"port": 5432, "to": partner},
        {"port": 8000, "to_port": 8010, "to": partner},
        {"port": 8000, "to_port": 8020, "to": partner},
        {"port": 8000, "to_port": 8000, "to": partner},
        {"protocol": "udp", "port": 5432, "to": partner},
        {"protocol": "udp", "port": 53, "to": {"cidr": "10.97.1.0/24"}},
        {"protocol": "icmp", "to": partner},
        {"protocol": "all", "to": partner},
        {"port": 1, "to": {"peer": "data"}},
        {"port": 2, "to": {"cidr": "0.0.0.0/0"}},
        {"port": 3, "to": {"cluster": True}},
    ]
    rules = of_type(make(KNOWN, egress=egress), "AWS::EC2::SecurityGroupIngress")
    admitted = [(rule["IpProtocol"], rule.get("FromPort"), rule.get("ToPort")) for rule in rules]
    assert sorted(admitted, key=str) == [
        ("-1", None, None),
        ("icmp", -1, -1),
        ("tcp", 5432, 5432),
        ("tcp", 8000, 8000),
        ("tcp", 8000, 8010),
        ("tcp", 8000, 8020),
        ("tcp", 9092, 9092),
        ("udp", 53, 53),
        ("udp", 5432, 5432),
    ]


def test_all_ranges_of_our_vpc_are_routed_back_and_admitted(make):
    """Each by resources of its own: those of the first range stay what they are, whatever further ones come."""
    alone, more = make(KNOWN), make(KNOWN, ours=("100.64.0.0/16", "100.65.0.0/16"))
    role = {"Accepter": more["Accepter"]}  # names the existing VPC
    assert {name: resource for name, resource in more.items() if name in alone} == alone | role
    ranges = ["10.40.0.0/16", "100.64.0.0/16", "100.65.0.0/16"]
    routes = of_type(more, "AWS::EC2::Route")
    pairs = {(route["RouteTableId"], route["DestinationCidrBlock"]) for route in routes}
    assert len(routes) == len(pairs) == 6
    assert pairs == {(table, cidr) for table in KNOWN.route_tables for cidr in ranges}
    rules = of_type(more, "AWS::EC2::SecurityGroupIngress")
    assert sorted((rule["FromPort"], rule["CidrIp"]) for rule in rules) == [
        (port, cidr) for port in (5432, 9092) for cidr in ranges
    ]
    assert all(name.isalnum() for name in more)
    fewer = make(KNOWN, ours=("100.65.0.0/16",))
    assert {name: more[name] for name in fewer} == fewer


def test_a_workloads_group_stands_for_all_ranges_of_our_vpc(make):
    """Its members have addresses of any of them."""
    name = "shop/payments"
    answer = Answer(CONNECTION, (), KNOWN.security_group, {name: "sg-0a1b2c3d4e5f60718"})
    assert make(answer).keys() <= make(answer, ours=("100.64.0.0/16",)).keys()
    rules = of_type(make(answer, ours=("100.64.0.0/16",)), "AWS::EC2::SecurityGroupIngress")
    named = [rule for rule in rules if "SourceSecurityGroupId" in rule]
    assert sorted(rule["FromPort"] for rule in named) == [5432, 9092]


def test_what_is_sent_to_a_further_range_of_the_peer_is_admitted(make):
    """A part of one, or of two that lie side by side; not what reaches beyond."""
    egress = [
        {"port": 1, "to": {"cidr": "100.64.4.0/24"}},
        {"port": 2, "to": {"cidr": "100.64.0.0/15"}},
        {"port": 3, "to": {"cidr": "100.64.0.0/14"}},
    ]
    resources = make(KNOWN, egress=egress, further_cidrs=("100.64.0.0/16", "100.65.0.0/16"))
    ports = {rule["FromPort"] for rule in of_type(resources, "AWS::EC2::SecurityGroupIngress")}
    assert {1, 2, 3} & ports == {1, 2}


def test_the_dns_option_and_the_rules_are_left_out_where_they_are_not_asked_for(make):
    """Without the option, and without a group of servers."""
    resources = make(Answer(CONNECTION, ["rtb-0f9a2b3c4d5e6f702"]), dns_resolution=False)
    assert {found["Type"] for found in resources.values()} == {"AWS::IAM::Role", "AWS::EC2::Route"}


def test_there_is_nothing_to_make_within_one_account_before_the_connection(make):
    """CloudFormation accepts it itself."""
    told = r"^peer partner must have an accepter_role_arn, or --connection must be given, got neither\n    fix: a conn"
    with pytest.raises(ValueError, match=told):
        make(Answer(), account=None, accepter_role_arn=None)


def test_a_resource_keeps_its_logical_id(make):
    """Under another one CloudFormation would make it before it deletes the first: the role, a route or a rule twice."""
    egress = [
        {"port": 8000, "to_port": 8010, "to": {"peer": "partner"}},
        {"protocol": "icmp", "to": {"peer": "partner"}},
        {"protocol": "all", "to": {"peer": "partner"}},
    ]
    groups = {"shop/payments": "sg-0a1b2c3d4e5f60718"}
    answer = dataclasses.replace(KNOWN, workload_groups=groups)
    ours = ("100.64.0.0/16",)
    assert [*make(KNOWN, egress=egress, ours=ours)] == [
        *("Accepter", "Route1", "Route1x100x64x0x0x16x", "Route2", "Route2x100x64x0x0x16x"),
        *("DnsOptionLogs", "DnsOptionRole", "DnsOptionFunction", "DnsOption"),
        *("AdmitRangeTcp5432", "AdmitRangex100x64x0x0x16xTcp5432"),
        *("AdmitRangeTcp9092", "AdmitRangex100x64x0x0x16xTcp9092", "AdmitRangeTcp8000To8010"),
        *("AdmitRangex100x64x0x0x16xTcp8000To8010", "AdmitRangeIcmp", "AdmitRangex100x64x0x0x16xIcmp"),
        *("AdmitRangeAll", "AdmitRangex100x64x0x0x16xAll"),
    ]
    assert {"Admitsg0a1b2c3d4e5f60718Tcp5432", "Admitsg0a1b2c3d4e5f60718Tcp9092"} <= {*make(answer)}


def test_the_owner_lets_nobody_do_more_than_is_needed(make):
    """Our CloudFormation accepts a connection of that VPC, and a function of the owner's sets that connection's option.

    EC2 judges the first by VPC and connection; of logs the function writes its own, which goes with the stack.
    """
    resources = make(KNOWN)
    roles = {name: one["Properties"] for name, one in resources.items() if one["Type"] == "AWS::IAM::Role"}
    trusts = {name: role["AssumeRolePolicyDocument"] for name, role in roles.items()}
    rights = {name: [p["PolicyDocument"] for p in role["Policies"]] for name, role in roles.items()}

    def statement(action, **more):
        return {"Effect": "Allow", "Action": action, **more}

    def policy(action, **more):
        return {"Version": "2012-10-17", "Statement": [statement(action, **more)]}

    def sub(service, what):
        return {"Fn::Sub": f"arn:${{AWS::Partition}}:{service}:{what}"}

    deployer = {"aws:PrincipalArn": sub("iam", ":222222222222:role/cdk-*-cfn-exec-role-222222222222-eu-west-1")}
    ours = {"AWS": sub("iam", ":222222222222:root")}
    assert trusts == {
        "Accepter": policy("sts:AssumeRole", Principal=ours, Condition={"ArnLike": deployer}),
        "DnsOptionRole": policy("sts:AssumeRole", Principal={"Service": "lambda.amazonaws.com"}),
    }
    vpc, connection = (
        statement("ec2:AcceptVpcPeeringConnection", Resource=sub("ec2", f"eu-west-1:${{AWS::AccountId}}:{one}"))
        for one in ("vpc/vpc-0f9a2b3c4d5e6f701", "vpc-peering-connection/*")
    )
    connection["Condition"] = {"ArnLike": {"ec2:RequesterVpc": sub("ec2", "eu-west-1:222222222222:vpc/*")}}
    held = sub("ec2", f"${{AWS::Region}}:${{AWS::AccountId}}:vpc-peering-connection/{CONNECTION}")
    log = policy(["logs:CreateLogStream", "logs:PutLogEvents"], Resource={"Fn::GetAtt": ["DnsOptionLogs", "Arn"]})
    assert rights == {
        "Accepter": [{"Version": "2012-10-17", "Statement": [vpc, connection]}],
        "DnsOptionRole": [policy("ec2:ModifyVpcPeeringConnectionOptions", Resource=held), log],
    }
    assert [role.get("ManagedPolicyArns") for role in roles.values()] == [None, None]
    function, option = (resources[name]["Properties"] for name in ("DnsOptionFunction", "DnsOption"))
    assert (function["Handler"], function["Role"]) == ("index.handler", {"Fn::GetAtt": ["DnsOptionRole", "Arn"]})
    assert 100 < function["Timeout"] <= 180
    assert function["LoggingConfig"] == {"LogGroup": {"Ref": "DnsOptionLogs"}}
    assert resources["DnsOptionLogs"] == {"Type": "AWS::Logs::LogGroup", "Properties": {"RetentionInDays": 30}}
    assert option["ServiceToken"] == {"Fn::GetAtt": ["DnsOptionFunction", "Arn"]}


def test_the_owner_reads_whom_a_stack_and_its_rules_are_for():
    """The description of the stack, and that of each rule: the environment, and the workload where it is known."""
    settings = load("prod")
    peer = next(peer for peer in settings.peers if peer.name == "partner")
    groups = {"shop/payments": "sg-0a1b2c3d4e5f60718"}
    plain, named = (
        template(settings, peer, one) for one in (KNOWN, dataclasses.replace(KNOWN, workload_groups=groups))
    )
    assert plain["Description"] == "Peer partner of podnet environment prod: connection to 10.40.0.0/16"
    told = [{rule["Description"] for rule in of_type(one["Resources"], INGRESS)} for one in (plain, named)]
    assert told == [{"podnet prod"}, {"prod shop/payments"}]


@pytest.mark.parametrize("region", [None, "eu-west-1"])
def test_a_group_of_the_peers_own_region_is_named_whether_or_not_the_file_says_the_region(make, region):
    answer = dataclasses.replace(KNOWN, workload_groups={"shop/payments": "sg-0a1b2c3d4e5f60718"})
    assert any("SourceSecurityGroupId" in rule for rule in of_type(make(answer, region=region), INGRESS))


def test_a_peer_behind_a_transit_gateway_is_refused(make):
    """Its owner has no connection to accept, and routes to the gateway."""
    told = "^peer partner must be reached by a connection, got tgw-0a1b2c3d4e5f60718: its owner accepts attachments"
    with pytest.raises(ValueError, match=told):
        make(KNOWN, transit_gateway_id="tgw-0a1b2c3d4e5f60718", dns_resolution=False)


@pytest.mark.parametrize(
    "more",
    [(), ("--connection", CONNECTION, *["--route-table", KNOWN.route_tables[0]] * 2, *WITH_GROUP[2:])],
    ids=["before", "after"],
)
def test_the_command_prints_what_cfn_lint_accepts(tmp_path, more):
    """Both stages, as the owner would deploy them."""
    done = command("--peer", "partner", *more)
    assert done.returncode == 0, done.stderr
    file = tmp_path / "partner.json"
    file.write_text(done.stdout)
    assert len(json.loads(done.stdout)["Resources"]) == (7 if more else 1)
    lint = [pathlib.Path(sys.executable).parent / "cfn-lint", "--regions", "eu-west-1", "--", file]
    found = subprocess.run(lint, capture_output=True, text=True, check=False)
    assert (found.returncode, found.stdout) == (0, ""), found.stdout


def test_a_peer_that_the_file_does_not_have_is_told():
    """With those that it has."""
    done = command("--peer", "nobody")
    assert done.returncode == 1
    assert "--peer must be one of data, partner, got nobody" in done.stderr
    done = command("--environment", "existing", "--peer", "nobody")
    assert "--peer must be one of the file, which has none, got nobody" in done.stderr


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--connection", "pcx-1"), "--connection must be an id such as pcx-"),
        (("--connection", ""), "--connection must be an id such as pcx-"),
        (("--connection", CONNECTION, "--security-group", "sg1"), "--security-group must be an id such as sg-"),
        (
            ("--connection", CONNECTION, "--route-table", "sg-0f9a2b3c4d5e6f704"),
            "--route-table must be an id such as r",
        ),
        (("--route-table", "rtb-0f9a2b3c4d5e6f702"), "must come with --connection, got none"),
        (("--security-group", GROUP), "must come with --connection, got none"),
        (("--workload-group", f"shop/payments={GROUP}"), "--workload-group must come with --security-group"),
        ((*WITH_GROUP, "--workload-group", f"shop/payments:{GROUP}"), "--workload-group must be namespace/name=sg-"),
        ((*WITH_GROUP, "--workload-group", "shop/payments=pcx-1"), "--workload-group shop/payments must be an id such"),
        (
            (
                *WITH_GROUP,
                "--workload-group",
                f"shop/payments={GROUP}",
                "--workload-group",
                "shop/payments=sg-0a1b2c3d",
            ),
            f"--workload-group shop/payments must have one group, got {GROUP} and sg-0a1b2c3d",
        ),
        ((*WITH_GROUP, "--workload-group", f"shop/paymets={GROUP}"), "fix: choose from: shop/payments\n"),
        (
            (*WITH_GROUP, "--workload-group", f"reports/batch={GROUP}"),
            "must name a workload with rules to partner, got",
        ),
    ],
)
def test_an_option_that_would_admit_more_than_was_meant_is_refused(options, told):
    """In one sentence, without a template and without a traceback."""
    done = command("--peer", "partner", *options)
    assert (done.returncode, done.stdout) == (1, "")
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_a_workloads_group_is_refused_where_the_peers_region_cannot_name_it(environment_file):
    """It would be passed over, and the range admitted."""
    text = (pathlib.Path(__file__).parents[3] / "environments" / "prod.yaml").read_text()
    far = environment_file(
        text.replace('    account: "333333333333"\n', '    account: "333333333333"\n    region: us-east-1\n')
    )
    done = command("--environment", far, "--peer", "partner", *WITH_GROUP, "--workload-group", f"shop/payments={GROUP}")
    assert (done.returncode, done.stdout) == (1, "")
    assert "--workload-group must be left out: no rule in us-east-1" in done.stderr
    assert "CidrIp" in command("--environment", far, "--peer", "partner", *WITH_GROUP).stdout


def test_the_owner_of_an_existing_clusters_peer_makes_no_role_for_a_connection_that_is_there(environment_file):
    """podnet makes and accepts none there: the review lists no such right, and nobody is told to wait for a deploy."""
    text = (pathlib.Path(__file__).parents[3] / "environments" / "existing.yaml").read_text()
    peer = "{name: partner, vpc_id: vpc-0f9a2b3c4d5e6f701, cidr: 10.97.0.0/16, account: '333333333333', "
    there = environment_file(f"{text}peers:\n  - {peer}accepter_role_arn: '{ROLE}'}}\n")
    done = command("--environment", there, "--peer", "partner")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("--connection must be given for peer partner, got none\n    fix: give the one")
    done = command("--environment", there, "--peer", "partner", "--route-table", KNOWN.route_tables[0])
    assert "fix: give the one that is there, pcx-…" in done.stderr
    done = command("--environment", there, "--peer", "partner", "--connection", CONNECTION)
    option = {"DnsOptionLogs", "DnsOptionRole", "DnsOptionFunction", "DnsOption"}
    assert set(json.loads(done.stdout)["Resources"]) == option
