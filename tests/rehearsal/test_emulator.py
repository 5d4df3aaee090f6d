"""The emulator refuses what AWS refuses, and shows what was made."""

import subprocess

import pytest
from botocore.exceptions import ClientError

from rehearsal.emulator.cluster.addon_configuration import parse
from rehearsal.emulator.refused import RefusedError
from rehearsal.parts import module_dir
from rehearsal.prerequisites import EMULATOR_PYTHON
from rehearsal.workspace import PROJECT
from tests.rehearsal.observing import ACCOUNT, PEER, soon
from tests.rehearsal.templates import VPC, deployed, policy, resource, subnet, trust

TABLE = {"Type": "AWS::EC2::RouteTable", "Properties": {"VpcId": {"Ref": "Vpc"}}}
GROUP = {"Type": "AWS::EC2::SecurityGroup", "Properties": {"GroupDescription": "pods", "VpcId": {"Ref": "Vpc"}}}


def peering(**properties):
    """A connection of the template's VPC to the peer."""
    return resource("EC2::VPCPeeringConnection", VpcId={"Ref": "Vpc"}, PeerVpcId=PEER["vpc_id"], **properties)


def route(**target):
    """A route to the peer in the template's table."""
    return resource("EC2::Route", RouteTableId={"Ref": "Table"}, DestinationCidrBlock="10.99.0.0/16", **target)


def alarm(kind, region):
    """An alarm with an action in a region."""
    words = {"Namespace": "podnet", "MetricName": "DriftFound", "ComparisonOperator": "GreaterThanThreshold"}
    numbers = {"EvaluationPeriods": 1, "Period": 60, "Statistic": "Sum", "Threshold": 0}
    return resource("CloudWatch::Alarm", **words, **numbers, **{kind: [f"arn:aws:sns:{region}:{ACCOUNT}:alarms"]})


def cluster(cidr="172.20.0.0/16", subnets=("One", "Two"), **access):
    """An EKS cluster in subnets of the template."""
    return resource(
        "EKS::Cluster",
        Name="one",
        RoleArn=f"arn:aws:iam::{ACCOUNT}:role/cluster",
        Version="1.35",
        ResourcesVpcConfig={"SubnetIds": [{"Ref": name} for name in subnets], **access},
        KubernetesNetworkConfig={"ServiceIpv4Cidr": cidr},
    )


def role(*actions):
    """A role of nodes that allows some actions."""
    policies = [{"PolicyName": "some", "PolicyDocument": policy(actions)}]
    return resource("IAM::Role", AssumeRolePolicyDocument=trust("ec2"), Policies=policies)


NODES = resource(
    "EKS::Nodegroup",
    ClusterName="one",
    NodeRole={"Fn::GetAtt": ["Role", "Arn"]},
    Subnets=[{"Ref": "Subnet"}],
    AmiType="AL2023_x86_64_STANDARD",
)


@pytest.mark.parametrize(
    ("resources", "reason"),
    [
        ({"Subnet": subnet("192.168.0.0/24")}, "InvalidSubnet.Range"),
        ({"Subnet": subnet("10.20.0.0/30")}, "InvalidSubnet.Range"),
        ({"One": subnet("10.20.0.0/24"), "Two": subnet("10.20.0.128/25")}, "InvalidSubnet.Conflict"),
        ({"Table": TABLE, "Route": route(VpcPeeringConnectionId="pcx-0")}, "InvalidVpcPeeringConnectionID.NotFound"),
        ({"Table": TABLE, "Route": route(NatGatewayId="nat-0")}, "InvalidNatGatewayID.NotFound"),
        ({"Table": TABLE, "Route": route(GatewayId="igw-0")}, "InvalidGatewayID.NotFound"),
        ({"Connection": peering(PeerOwnerId="222222222222")}, "InvalidVpcID.NotFound"),
        (
            {"Subnet": subnet("10.20.0.0/24"), "Nat": resource("EC2::NatGateway", SubnetId={"Ref": "Subnet"})},
            "InvalidAllocationID.NotFound",
        ),
        (
            {
                "Group": GROUP,
                "Rule": resource(
                    "EC2::SecurityGroupIngress",
                    GroupId={"Ref": "Group"},
                    IpProtocol="tcp",
                    FromPort=53,
                    ToPort=53,
                    SourceSecurityGroupId="sg-0123456789abcdef0",
                ),
            },
            "InvalidGroup.NotFound",
        ),
        (
            {
                "Group": GROUP,
                "Rule": resource(
                    "EC2::SecurityGroupIngress",
                    GroupId=PEER["security_group_ids"][0],
                    IpProtocol="tcp",
                    FromPort=5432,
                    ToPort=5432,
                    SourceSecurityGroupId={"Ref": "Group"},
                ),
            },
            "different networks",
        ),
        (
            {
                "Group": GROUP,
                "Rule": resource(
                    "EC2::SecurityGroupEgress",
                    GroupId={"Ref": "Group"},
                    IpProtocol="tcp",
                    FromPort=53,
                    ToPort=53,
                    CidrIp="10.0.0.0/8",
                    Description="kubelet's probes",
                ),
            },
            "Invalid description",
        ),
        (
            {
                "Group": {
                    "Type": GROUP["Type"],
                    "Properties": {
                        **GROUP["Properties"],
                        "SecurityGroupIngress": [
                            {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "CidrIp": "10.0.0.0/8"}
                            for port in range(1, 62)
                        ],
                    },
                }
            },
            "RulesPerSecurityGroupLimitExceeded",
        ),
        (
            {"Group": {"Type": GROUP["Type"], "Properties": {**GROUP["Properties"], "GroupName": "sg-pods"}}},
            "Group names may not be in the format sg-*",
        ),
        (
            {
                "Group": GROUP,
                **{
                    name: resource(
                        "EC2::SecurityGroupIngress",
                        GroupId={"Ref": "Group"},
                        IpProtocol="tcp",
                        FromPort=53,
                        ToPort=53,
                        SourceSecurityGroupId={"Ref": "Group"},
                        Description=name,
                    )
                    for name in ("One", "Two")
                },
            },
            "InvalidPermission.Duplicate",
        ),
        ({"One": peering(), "Two": {**peering(), "DependsOn": "One"}}, "VpcPeeringConnectionAlreadyExists"),
        ({"Alarm": alarm("AlarmActions", "eu-west-2")}, "Invalid region eu-west-2 specified. Only eu-west-1"),
        ({"Alarm": alarm("OKActions", "us-east-1")}, "Invalid region us-east-1 specified"),
        ({"One": subnet("10.20.0.0/24"), "Cluster": cluster(subnets=["One"])}, "two Availability Zones"),
        (
            {
                "One": subnet("10.20.0.0/24"),
                "Two": subnet("10.20.1.0/24", "eu-west-1b"),
                "Cluster": cluster(PublicAccessCidrs=["192.175.48.0/24", "10.0.0.0/8", "203.0.113.7/32"]),
            },
            "not allowed in publicAccessCidrs: [10.0.0.0/8, 203.0.113.7/32]",
        ),
        (
            {
                "One": subnet("10.20.0.0/24"),
                "Two": subnet("10.20.1.0/24", "eu-west-1b"),
                "Cluster": cluster("10.20.0.0/16"),
            },
            "serviceIpv4Cidr",
        ),
        (
            {"Subnet": subnet("10.20.0.0/24"), "Role": role("eks:DescribeCluster"), "Nodes": NODES},
            "not allow ecr:BatchGet",
        ),
        ({"Subnet": subnet("10.20.0.0/24"), "Role": role("ecr:*", "ec2:*"), "Nodes": NODES}, "not allow eks:Describe"),
    ],
    ids=lambda value: value if isinstance(value, str) else "+".join(value),
)
def test_what_aws_refuses_is_refused(stack, resources, reason):
    """The stack fails with AWS's own error code or words."""
    assert reason in stack(Vpc=VPC, **resources)


def test_a_group_that_an_interface_carries_is_not_deleted(aws, stack):
    """Such as a pod's branch ENI: policies and pods go first, then groups."""
    assert stack(Vpc=VPC, Group=GROUP, Subnet=subnet("10.20.9.0/24")) == ""
    ec2, cloudformation = aws("ec2"), aws("cloudformation")
    made = {
        s["StackName"]: s for s in cloudformation.describe_stacks()["Stacks"] if s["StackStatus"] != "DELETE_COMPLETE"
    }
    name = max(made, key=lambda name: made[name]["CreationTime"])
    ids = {
        r["LogicalResourceId"]: r["PhysicalResourceId"]
        for r in cloudformation.describe_stack_resources(StackName=name)["StackResources"]
    }
    interface = ec2.create_network_interface(SubnetId=ids["Subnet"], Groups=[ids["Group"]])["NetworkInterface"]
    cloudformation.delete_stack(StackName=name)
    described = lambda: cloudformation.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"]  # noqa: E731
    assert soon(lambda: described() == "DELETE_FAILED", 60), described()
    events = cloudformation.describe_stack_events(StackName=name)["StackEvents"]
    assert any("DependencyViolation" in event.get("ResourceStatusReason", "") for event in events)
    ec2.delete_network_interface(NetworkInterfaceId=interface["NetworkInterfaceId"])


def test_a_group_of_a_stack_called_sg_is_refused(aws):
    """CloudFormation calls a group after its stack where the template gives no name."""
    cloudformation = aws("cloudformation")
    status, events = deployed(cloudformation, "sg-trial", {"Resources": {"Vpc": VPC, "Group": GROUP}})
    assert status == "ROLLBACK_COMPLETE"
    assert any("Group names may not be in the format sg-*" in one.get("ResourceStatusReason", "") for one in events)
    cloudformation.delete_stack(StackName="sg-trial")


def test_an_alarm_in_its_own_region_is_made(stack):
    """Actions without a region, such as those of Systems Manager's incidents, are none of another one."""
    assert stack(Alarm=alarm("AlarmActions", "eu-west-1"), Other=alarm("OKActions", "")) == ""


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (
            "EksAccessEntry().create('Second', entry, 'trial')",
            "ResourceInUseException: The specified access entry resource is already in use on this cluster.",
        ),
        (
            "EksCluster().update('one', {}, {'ResourcesVpcConfig': {'PublicAccessCidrs': ['10.0.0.0/8']}}, 't', '')",
            "InvalidParameterException: The following CIDRs are not allowed in publicAccessCidrs: [10.0.0.0/8]",
        ),
        (
            "EksCluster().update('one', {'ResourcesVpcConfig': {'PublicAccessCidrs': []}}, {}, 't', '')",
            (
                "InvalidRequest: The new template must include all the properties specified in the previous template, "
                'property "PublicAccessCidrs" missing'
            ),
        ),
        (
            "EksCluster().update('one', *({'ResourcesVpcConfig': {'SubnetIds': [name]}} for name in 'ab'), 't', '')",
            (
                "InvalidParameterException: subnets must be in the same set of Availability Zones as those that the "
                "cluster was created with"
            ),
        ),
        (
            "EksNodegroup().update('g', group | {'Labels': {}}, group | {'LaunchTemplate': {'Version': '2'}}, 't', '')",
            "InvalidRequest: Version and ReleaseVersion updates cannot be combined with other updates",
        ),
        (
            "EksCluster().update('one', {}, {'Version': '1.37'}, 't', '')",
            "InvalidParameterException: Unsupported Kubernetes minor version update from 1.35 to 1.37",
        ),
        (
            "EksCluster().update('one', {}, {'Version': '1.34'}, 't', '')",
            "InvalidParameterException: Unsupported Kubernetes minor version update from 1.35 to 1.34",
        ),
        (
            "EksCluster().update('one', {}, {'Version': '1.36'}, 't', '')",
            (
                "InvalidParameterException: Nodegroups b, c must be updated to match cluster version 1.35 before "
                "updating cluster version"
            ),
        ),
        (
            "EksNodegroup().update('g', group, group | {'Version': '1.36'}, 't', '')",
            ("InvalidParameterException: Kubernetes version 1.36 of a node group must be at most its cluster's, 1.35"),
        ),
        (
            "EksNodegroup().create('g', group | {'Version': '1.34'}, 't')",
            ("InvalidParameterException: Kubernetes version 1.34 of a node group must be equal to its cluster's, 1.35"),
        ),
        ("print(versions.check_cluster('two', '1.36'), versions.check_group('two', '1.34', new=False))", "None None"),
    ],
    ids=[
        "access entry",
        "public ranges",
        "ranges left out",
        "other zones",
        "two changes of nodes",
        "a minor skipped",
        "a minor back",
        "nodes too far behind",
        "nodes ahead",
        "new nodes behind",
        "what is taken",
    ],
)
def test_what_needs_a_cluster_is_refused(code, reason):
    """A second entry of a principal, and changes of a cluster; here EKS has a record, and no control plane."""
    lines = [
        "from ministack.core.responses import request_scope",
        "from ministack.services import ec2, eks, iam",
        "from rehearsal.emulator.cluster import versions",
        "from rehearsal.emulator.refused import RefusedError",
        "from rehearsal.emulator.resources import EksAccessEntry, EksCluster, EksNodegroup",
        "group = {'ClusterName': 'one', 'LaunchTemplate': {'Version': '1'}}",
        "entry = {'ClusterName': 'one', 'PrincipalArn': 'arn:aws:iam::111111111111:role/admin'}",
        "with request_scope('111111111111', 'eu-west-1'):",
        "    iam._roles['admin'] = {}",
        "    ec2._subnets.update({name: {'AvailabilityZone': f'eu-west-1{name}'} for name in 'ab'})",
        "    cluster = {'accessConfig': {'authenticationMode': 'API'}, 'version': '1.35'}",
        "    eks._clusters.update({name: cluster | {'name': name, 'arn': name} for name in ('one', 'two')})",
        "    for name, version in (('a', '1.33'), ('b', '1.32'), ('c', '1.31')):",
        "        eks._nodegroups[f'one/{name}'] = {'nodegroupName': name, 'version': version}",
        "    eks._nodegroups['two/d'] = {'nodegroupName': 'd', 'version': '1.33'}",
        "    EksAccessEntry().create('First', entry, 'trial')",
        "    try:",
        f"        {code}",
        "    except RefusedError as error:",
        "        print(error)",
    ]
    command = [EMULATOR_PYTHON, "-c", "\n".join(lines)]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == reason, done.stderr


def test_an_add_on_keeps_a_configuration_that_a_template_no_longer_names():
    """Only an empty one takes it away."""
    lines = [
        "from ministack.core.responses import request_scope",
        "from ministack.services import eks",
        "from rehearsal.emulator.resources import EksAddon",
        "names = {'ClusterName': 'one', 'AddonName': 'vpc-cni'}",
        "with request_scope('111111111111', 'eu-west-1'):",
        "    eks._addons['one/vpc-cni'] = {'addonArn': 'arn', 'configurationValues': '{\"env\": {}}'}",
        "    for more in ({}, {'ConfigurationValues': '{}'}):",
        "        EksAddon().update('one|vpc-cni', {}, names | more, 'trial', '')",
        "        print(eks._addons['one/vpc-cni']['configurationValues'])",
    ]
    command = [EMULATOR_PYTHON, "-c", "\n".join(lines)]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.stdout.splitlines() == ['{"env": {}}', "{}"], done.stderr


def test_overlapping_ranges_are_not_peered(stack):
    """EC2 answers so for ranges that meet."""
    vpc = {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.99.128.0/17"}}
    assert "OverlappingVpcCidrs" in stack(Vpc=vpc, Connection=peering())


def test_a_connection_is_active_routed_and_may_be_named(aws, stack):
    """Accepted by CloudFormation itself; then its route and a rule between the two VPCs are allowed."""
    rule = resource(
        "EC2::SecurityGroupIngress",
        GroupId=PEER["security_group_ids"][0],
        IpProtocol="tcp",
        FromPort=5432,
        ToPort=5432,
        SourceSecurityGroupId={"Ref": "Group"},
    )
    to_peer = route(VpcPeeringConnectionId={"Ref": "Connection"})
    named = {**rule, "DependsOn": "Connection"}
    assert stack(Vpc=VPC, Connection=peering(), Table=TABLE, Route=to_peer, Group=GROUP, Rule=named) == ""
    ec2 = aws("ec2")
    found = [
        c for c in ec2.describe_vpc_peering_connections()["VpcPeeringConnections"] if c["Status"]["Code"] == "active"
    ]
    assert len(found) == 1
    group = ec2.describe_security_groups(GroupIds=PEER["security_group_ids"])["SecurityGroups"][0]
    assert group["IpPermissions"][0]["FromPort"] == 5432


def test_dns_resolution_can_be_set_and_is_shown(aws, stack):
    """The operation that the emulator lacks, and its result in the description."""
    assert stack(Vpc=VPC, Connection=peering()) == ""
    ec2 = aws("ec2")
    active = [
        c for c in ec2.describe_vpc_peering_connections()["VpcPeeringConnections"] if c["Status"]["Code"] == "active"
    ]
    name = active[0]["VpcPeeringConnectionId"]
    option = {"AllowDnsResolutionFromRemoteVpc": True}
    ec2.modify_vpc_peering_connection_options(VpcPeeringConnectionId=name, RequesterPeeringConnectionOptions=option)
    shown = ec2.describe_vpc_peering_connections(VpcPeeringConnectionIds=[name])["VpcPeeringConnections"][0]
    assert shown["RequesterVpcInfo"]["PeeringOptions"]["AllowDnsResolutionFromRemoteVpc"] is True
    assert shown["AccepterVpcInfo"]["PeeringOptions"]["AllowDnsResolutionFromRemoteVpc"] is False
    assert shown["AccepterVpcInfo"]["CidrBlock"] == PEER["cidrs"][0]
    with pytest.raises(ClientError, match="NotFound"):
        ec2.modify_vpc_peering_connection_options(
            VpcPeeringConnectionId="pcx-0", RequesterPeeringConnectionOptions=option
        )


def test_the_peer_has_the_ids_of_the_file(aws):
    """Made before the deploy, under the very ids that the environment file names."""
    ec2 = aws("ec2")
    assert ec2.describe_vpcs(VpcIds=[PEER["vpc_id"]])["Vpcs"][0]["CidrBlock"] == PEER["cidrs"][0]
    for table in ec2.describe_route_tables(RouteTableIds=PEER["route_table_ids"])["RouteTables"]:
        assert table["VpcId"] == PEER["vpc_id"]
    for group in ec2.describe_security_groups(GroupIds=PEER["security_group_ids"])["SecurityGroups"]:
        assert group["VpcId"] == PEER["vpc_id"]


def test_the_private_names_are_still_there():
    """The pinned emulator has every private name that is used; another version must fail here first."""
    code = "from rehearsal.emulator.names import missing_names; print(missing_names())"
    done = subprocess.run([EMULATOR_PYTHON, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ("{not json", "not in valid JSON"),
        ("[]", "must be a JSON object"),
        ('{"env": {"DISABLE_TCP_EARLY_DEMUX": "true"}}', r"\$.env.DISABLE_TCP_EARLY_DEMUX: is not defined"),
        ('{"Init": {"env": {}}}', r"\$.Init: is not defined"),
        ('{"env": {"ENABLE_POD_ENI": true}}', "string expected"),
        ('{"env": {"NO_SUCH_VARIABLE": "1"}}', r"\$.env.NO_SUCH_VARIABLE"),
    ],
)
def test_wrong_addon_configuration_is_refused(values, reason):
    """As the add-on's JSON schema refuses it."""
    with pytest.raises(RefusedError, match=reason):
        parse(values, module_dir("vpc_cni"))
