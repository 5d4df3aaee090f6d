"""What AWS keeps, whatever it is, and what must be left of it after the last destroy."""

import json

import pytest

from rehearsal.checks.expect import CheckFailedError
from rehearsal.checks.gone import nothing_is_left
from tests.rehearsal.observing import ACCOUNT, REGION, soon
from tests.rehearsal.templates import ECHO, VPC, deployed, policy, resource, subnet, trust

WHERE = f"of {ACCOUNT} {REGION}"
ROLE = resource("IAM::Role", AssumeRolePolicyDocument=trust("lambda"), Policies=[])
# one of each kind that the templates of an environment may hold, beside what only a cluster can have
EACH = {
    "Vpc": VPC,
    "Subnet": subnet("10.20.0.0/24"),
    "Table": resource("EC2::RouteTable", VpcId={"Ref": "Vpc"}),
    "Group": resource("EC2::SecurityGroup", GroupDescription="pods", VpcId={"Ref": "Vpc"}),
    "Address": resource("EC2::EIP", Domain="vpc"),
    "Nat": resource(
        "EC2::NatGateway", SubnetId={"Ref": "Subnet"}, AllocationId={"Fn::GetAtt": ["Address", "AllocationId"]}
    ),
    "Endpoint": resource(
        "EC2::VPCEndpoint",
        VpcId={"Ref": "Vpc"},
        ServiceName=f"com.amazonaws.{REGION}.s3",
        RouteTableIds=[{"Ref": "Table"}],
    ),
    "Interface": resource(
        "EC2::VPCEndpoint",
        VpcId={"Ref": "Vpc"},
        ServiceName=f"com.amazonaws.{REGION}.sts",
        VpcEndpointType="Interface",
        SubnetIds=[{"Ref": "Subnet"}],
        SecurityGroupIds=[{"Ref": "Group"}],
    ),
    "Internet": resource("EC2::InternetGateway"),
    "Attached": resource("EC2::VPCGatewayAttachment", VpcId={"Ref": "Vpc"}, InternetGatewayId={"Ref": "Internet"}),
    "Flows": resource(
        "EC2::FlowLog",
        ResourceType="VPC",
        ResourceId={"Ref": "Vpc"},
        TrafficType="ALL",
        LogGroupName={"Ref": "Logs"},
        DeliverLogsPermissionArn={"Fn::GetAtt": ["Role", "Arn"]},
    ),
    "Template": resource("EC2::LaunchTemplate", LaunchTemplateData={"InstanceType": "m5.large"}),
    "Key": resource("KMS::Key", KeyPolicy=policy(["kms:*"])),
    "Logs": resource("Logs::LogGroup", RetentionInDays=7),
    "Alarm": resource(
        "CloudWatch::Alarm",
        Namespace="podnet",
        MetricName="DriftFound",
        ComparisonOperator="GreaterThanThreshold",
        EvaluationPeriods=1,
        Period=60,
        Statistic="Sum",
        Threshold=0,
    ),
    "Role": ROLE,
    "Policy": resource("IAM::ManagedPolicy", PolicyDocument=policy(["eks:DescribeCluster"]), Roles=[{"Ref": "Role"}]),
    "Function": resource(
        "Lambda::Function",
        Role={"Fn::GetAtt": ["Role", "Arn"]},
        Runtime="python3.14",
        Handler="index.handler",
        Code={"ZipFile": ECHO},
    ),
    "Schedule": resource(
        "Events::Rule",
        ScheduleExpression="rate(1 day)",
        Targets=[{"Arn": {"Fn::GetAtt": ["Function", "Arn"]}, "Id": "one"}],
    ),
    "Machine": resource(
        "StepFunctions::StateMachine",
        RoleArn={"Fn::GetAtt": ["Role", "Arn"]},
        DefinitionString=json.dumps({"StartAt": "End", "States": {"End": {"Type": "Succeed"}}}),
    ),
    "Parameter": resource("SSM::Parameter", Type="String", Value="one"),
}
KINDS = {
    "cloudformation stacks",
    "cloudwatch alarms",
    "cloudwatch_logs log_groups",
    "ec2 addresses",
    "ec2 flow_logs",
    "ec2 internet_gateways",
    "ec2 launch_templates",
    "ec2 nat_gateways",
    "ec2 route_tables",
    "ec2 security_groups",
    "ec2 subnets",
    "ec2 vpc_endpoints",
    "ec2 vpcs",
    "eventbridge rules",
    "iam policies",
    "iam roles",
    "kms keys",
    "lambda_svc functions",
    "ssm parameters",
    "stepfunctions state_machines",
}


def test_whatever_a_stack_makes_is_in_the_inventory_and_gone_with_the_stack(aws, emulator):
    """Without a list of kinds to look for; a key that waits for its deletion is named, and history is no thing."""
    cloudformation, before = aws("cloudformation"), emulator.inventory()
    status, events = deployed(
        cloudformation, "each-kind", {"Resources": EACH}, capability="CAPABILITY_NAMED_IAM", seconds=60
    )
    assert status == "CREATE_COMPLETE", [e.get("ResourceStatusReason") for e in events]
    made = emulator.inventory().keys() - before.keys()
    assert {" ".join(key.split()[:2]) for key in made} >= KINDS
    with pytest.raises(CheckFailedError, match="was left behind"):
        nothing_is_left(before, emulator.inventory())
    cloudformation.delete_stack(StackName="each-kind")
    assert soon(lambda: "stacks each-kind" not in " ".join(emulator.inventory()), 60)
    told = nothing_is_left(before, emulator.inventory())
    assert "; keys until AWS deletes them stay: " in told


BEFORE = {f"ec2 vpcs vpc-1 {WHERE}": "{}", f"s3 buckets cdk-x-assets-1 of {ACCOUNT}": '{"objects": {}}'}
LOGS = f"cloudwatch_logs log_groups /aws/lambda/dev-Cluster-ClusterKubectlProviderHandler27822AE4-1 {WHERE}"
KEY = f"kms keys 0b0b {WHERE}"


def test_what_stays_on_purpose_is_named():
    """Logs of CDK's functions, keys whose time runs, and assets in CDK's bucket are no differences."""
    after = BEFORE | {LOGS: "{}", KEY: '{"KeyId": "0b0b", "KeyState": "PendingDeletion"}'}
    after[f"s3 buckets cdk-x-assets-1 of {ACCOUNT}"] = '{"objects": {"one": 1}}'
    told = nothing_is_left(BEFORE, after)
    assert "logs of CDK's functions stay: /aws/lambda/dev-Cluster-ClusterKubectlProviderHandler27822AE4-1" in told
    assert "keys until AWS deletes them stay: 0b0b" in told


@pytest.mark.parametrize(
    ("after", "told"),
    [
        (BEFORE | {f"cloudwatch alarms one {WHERE}": "{}"}, "cloudwatch alarms one .* was left behind"),
        (BEFORE | {KEY: '{"KeyState": "Enabled"}'}, "kms keys 0b0b .* was left behind"),
        (
            BEFORE
            | {f"cloudwatch_logs log_groups /aws/lambda/dev-PodNetworking-AwsNodeEnvHandlerWatch-1 {WHERE}": "{}"},
            "AwsNodeEnvHandlerWatch-1 .* was left behind",
        ),
        ({key: text for key, text in BEFORE.items() if "vpc-1" not in key}, "ec2 vpcs vpc-1 .* is gone"),
        (BEFORE | {f"ec2 vpcs vpc-1 {WHERE}": '{"a": 1}'}, "ec2 vpcs vpc-1 .* changed"),
    ],
    ids=["an alarm", "a key in use", "logs of podnet's own", "a VPC", "another VPC"],
)
def test_what_is_left_gone_or_changed_is_told(after, told):
    """Of whatever service."""
    with pytest.raises(CheckFailedError, match=told):
        nothing_is_left(BEFORE, after)
