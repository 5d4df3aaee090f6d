"""Functions act with the rights of their roles, and so does what calls them; and they go idle."""

import datetime as dt
import json
import time

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.rehearsal.observing import ACCOUNT, REGION, soon
from tests.rehearsal.templates import ECHO, VPC, deployed, policy, resource, subnet, trust

NETWORK = {
    "Vpc": VPC,
    "Subnet": subnet("10.20.0.0/24"),
    "Group": resource("EC2::SecurityGroup", GroupDescription="function", VpcId={"Ref": "Vpc"}),
}
INSIDE = {"SubnetIds": [{"Ref": "Subnet"}], "SecurityGroupIds": [{"Ref": "Group"}]}
COMMON = {
    "Role": {"Fn::GetAtt": ["Role", "Arn"]},
    "Runtime": "python3.14",
    "Handler": "index.handler",
    "Code": {"ZipFile": ECHO},
}
TELLS_ITS_LOG = """import os
def handler(event, context):
    print('called')
    return os.environ['AWS_LAMBDA_LOG_GROUP_NAME']
"""
INTERFACES = ("ec2:CreateNetworkInterface", "ec2:DescribeNetworkInterfaces", "ec2:DeleteNetworkInterface")


@pytest.mark.parametrize(
    ("actions", "written"),
    [((), 0), (("logs:CreateLogStream",), 0), (("logs:CreateLogStream", "logs:PutLogEvents"), 1)],
    ids=["none", "one", "both"],
)
def test_a_function_has_a_log_where_its_role_may_write_it_and_its_calls_are_counted(
    aws, role, function, actions, written
):
    """Under its own name in a group that functions share, and that it can tell."""
    group, name = f"shared-{len(actions)}", f"function-{len(actions)}"
    aws("logs").create_log_group(logGroupName=group)
    arn = role(name, actions, resources=f"arn:aws:logs:*:{ACCOUNT}:log-group:{group}:*")
    function(name, arn, code=TELLS_ITS_LOG, LoggingConfig={"LogGroup": group})
    answer = aws("lambda").invoke(FunctionName=name)
    assert json.loads(answer["Payload"].read()) == group
    streams = [one["logStreamName"] for one in aws("logs").describe_log_streams(logGroupName=group)["logStreams"]]
    assert len(streams) == written
    assert all(f"/{name}[$LATEST]" in stream for stream in streams)
    now = dt.datetime.now(dt.UTC)
    window = {"StartTime": now - dt.timedelta(minutes=5), "EndTime": now + dt.timedelta(minutes=5), "Period": 600}
    counted = aws("cloudwatch").get_metric_statistics(
        Namespace="AWS/Lambda",
        MetricName="Invocations",
        Dimensions=[{"Name": "FunctionName", "Value": name}],
        Statistics=["Sum"],
        **window,
    )
    assert [point["Sum"] for point in counted["Datapoints"]] == [1]


@pytest.mark.parametrize("missing", ["", *INTERFACES])
def test_a_function_in_a_vpc_needs_a_role_that_may_make_interfaces(aws, stack, missing):
    """Each of the three; with all of them it is made, and shows where it is."""
    actions = [action for action in INTERFACES if action != missing]
    made = {
        "Role": resource(
            "IAM::Role",
            AssumeRolePolicyDocument=trust("lambda"),
            Policies=[{"PolicyName": "some", "PolicyDocument": policy(actions)}],
        ),
        "Function": resource("Lambda::Function", FunctionName=f"placed-{len(missing)}", VpcConfig=INSIDE, **COMMON),
    }
    reason = stack(**NETWORK, **made)
    if missing:
        assert f"does not have permissions to call {missing.removeprefix('ec2:')} on EC2" in reason
    else:
        assert reason == ""
        placed = aws("lambda").get_function_configuration(FunctionName="placed-0")["VpcConfig"]
        assert placed["VpcId"].startswith("vpc-")
        assert [one[:7] for one in placed["SubnetIds"]] == ["subnet-"]


def test_a_function_in_a_vpc_goes_idle_and_its_next_call_fails(aws, emulator, stack):
    """Until its interfaces are there again; one that is in no VPC answers all the time."""
    both = {
        "Inside": resource("Lambda::Function", FunctionName="inside", VpcConfig=INSIDE, **COMMON),
        "Outside": resource("Lambda::Function", FunctionName="outside", **COMMON),
    }
    allowed = [{"PolicyName": "some", "PolicyDocument": policy(INTERFACES)}]
    made = resource("IAM::Role", AssumeRolePolicyDocument=trust("lambda"), Policies=allowed)
    assert stack(**NETWORK, Role=made, **both) == ""
    client = aws("lambda", config=Config(retries={"total_max_attempts": 1}))
    state = lambda name: client.get_function_configuration(FunctionName=name)["State"]  # noqa: E731
    emulator.let_weeks_pass()
    assert soon(lambda: state("inside") == "Inactive", 60)
    assert state("outside") == "Active"
    assert client.invoke(FunctionName="outside")["StatusCode"] == 200
    refused, until = [], time.monotonic() + 60
    while time.monotonic() < until:
        try:
            assert client.invoke(FunctionName="inside")["StatusCode"] == 200
            break
        except ClientError as error:
            refused.append(error.response["Error"]["Code"])
    assert refused[0] == "ResourceNotReadyException"
    assert set(refused[1:]) <= {"ResourceConflictException"}
    assert state("inside") == "Active"


@pytest.mark.parametrize("actions", [(), ("lambda:InvokeFunction",)], ids=["without", "with"])
def test_a_state_machine_calls_with_its_own_rights(aws, role, function, actions):
    """And is told why it may not."""
    name = f"waiter-{len(actions)}"
    arn = function(name, role(f"{name}-function", ()))
    state = {"Type": "Task", "Resource": arn, "End": True}
    machine = aws("stepfunctions").create_state_machine(
        name=name,
        definition=json.dumps({"StartAt": "one", "States": {"one": state}}),
        roleArn=role(name, actions, service=f"states.{REGION}"),
    )["stateMachineArn"]
    begun = aws("stepfunctions").start_execution(stateMachineArn=machine, input='{"a": 1}')["executionArn"]
    until = time.monotonic() + 60
    while (done := aws("stepfunctions").describe_execution(executionArn=begun))["status"] == "RUNNING":
        assert time.monotonic() < until
        time.sleep(0.1)
    if actions:
        assert (done["status"], json.loads(done["output"])) == ("SUCCEEDED", {"given": {"a": 1}})
    else:
        assert (done["status"], done["error"]) == ("FAILED", "Lambda.AWSLambdaException")
        assert f"is not authorized to perform: lambda:InvokeFunction on resource: {arn}" in done["cause"]


DIES = """import json, os, pathlib, signal, ssl, urllib.request
def handler(event, context):
    calls = pathlib.Path(event["ResourceProperties"]["Calls"])
    with calls.open("a") as opened:
        opened.write(event["RequestType"] + " ")
    if len(calls.read_text().split()) <= int(event["ResourceProperties"]["Dies"]):
        os.kill(os.getpid(), signal.SIGKILL)
    answer = {name: event[name] for name in ("StackId", "RequestId", "LogicalResourceId")}
    answer |= {"Status": "SUCCESS", "PhysicalResourceId": "one"}
    trust = ssl.create_default_context(cafile=os.environ["AWS_CA_BUNDLE"])
    put = urllib.request.Request(event["ResponseURL"], json.dumps(answer).encode(), method="PUT")
    urllib.request.urlopen(put, context=trust)
"""


@pytest.mark.parametrize("dies", [0, 1, 2])
def test_the_function_of_a_custom_resource_that_is_killed_is_called_again(tmp_path, stack, function, role, dies):
    """Twice, as Lambda does where CloudFormation has called; its stack waits for an answer an hour."""
    name, calls = f"custom-{dies}", tmp_path / "calls"
    arn = function(name, role(name, ()), code=DIES)
    made = {"ServiceToken": arn, "Calls": str(calls), "Dies": str(dies), "ServiceTimeout": "15"}
    assert stack(One={"Type": "Custom::One", "Properties": made}) == ""
    assert calls.read_text().split() == ["Create"] * (dies + 1)


def test_a_custom_resource_keeps_its_function(aws, tmp_path, function, role):
    """CloudFormation refuses another one; the resource is as it was."""
    tokens = [function(name, role(name, ()), code=DIES) for name in ("kept", "other")]
    made = {"Calls": str(tmp_path / "calls"), "Dies": "0", "ServiceTimeout": "15"}
    client, states = aws("cloudformation"), []
    for token, update in zip(tokens, (False, True), strict=True):
        resources = {"One": {"Type": "Custom::One", "Properties": {**made, "ServiceToken": token}}}
        status, events = deployed(client, "keeps", {"Resources": resources}, update=update)
        states.append(status)
    assert states == ["CREATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE"]
    assert "Modifying service token is not allowed" in str([event.get("ResourceStatusReason") for event in events])
