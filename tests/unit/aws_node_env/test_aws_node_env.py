"""AwsNodeEnv as CloudFormation gets it."""

import json
from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk import assertions, aws_eks
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_eks_v2 as eks
from aws_cdk import aws_sns as sns

from podnet.aws_node_env import AwsNodeEnv, limits

ENV = {"aws-node": {"ENABLE_POD_ENI": "true"}, "aws-vpc-cni-init": {"DISABLE_TCP_EARLY_DEMUX": "true"}}
CLUSTER = ("ClusterName", "Endpoint", "CertificateAuthority")
PLACE = cdk.Environment(account="111122223333", region="eu-central-1")


class Lab:
    """A stack with an existing cluster, and AwsNodeEnv in it."""

    def __init__(self, *, in_vpc=False, alarmed=False, library=eks, **arguments) -> None:
        app = cdk.App()
        self.stack = cdk.Stack(app, "Stack", env=PLACE)
        vpc = ec2.Vpc.from_vpc_attributes(
            self.stack, "Vpc", vpc_id="vpc-1", availability_zones=["a"], private_subnet_ids=["subnet-1"]
        )
        self.cluster = library.Cluster.from_cluster_attributes(
            self.stack,
            "Cluster",
            cluster_name="prod",
            cluster_endpoint="https://prod.eks.example",
            cluster_certificate_authority_data="Q0E=",
            cluster_security_group_id="sg-cluster",
            vpc=vpc,
        )
        arguments |= {"vpc": vpc} if in_vpc else {}
        arguments |= {"alarm_topic": sns.Topic(self.stack, "Topic")} if alarmed else {}
        given = {"env": ENV, "addon_version": "v1.23.2-eksbuild.1", **arguments}
        self.env = AwsNodeEnv(self.stack, "AwsNodeEnv", cluster=self.cluster, **given)

    @property
    def resources(self):
        return assertions.Template.from_stack(self.stack).to_json()["Resources"]

    def of(self, kind):
        return {name: r for name, r in self.resources.items() if r["Type"] == kind}

    def one(self, kind):
        (resource,) = self.of(kind).values()
        return resource


@pytest.fixture(scope="module")
def plain():
    """With all defaults, its rights, and a wait for another DaemonSet."""
    lab = Lab()
    lab.rights = cdk.CfnResource(lab.stack, "Rights", type="Custom::Rights")
    cache = cdk.CfnResource(lab.stack, "Cache", type="Custom::Cache")
    lab.env.needs_rights(lab.rights)
    lab.env.wait_for("CacheRollout", namespace="kube-system", daemon_set="node-local-dns", revision="abc", after=cache)
    return lab


def test_the_resource_waits_for_its_rights_and_its_access_entry(plain):
    """Without it a Create ends in 403, and a Delete leaves the values in place."""
    (entry,) = plain.of("AWS::EKS::AccessEntry")
    assert {"Rights", entry} <= set(plain.one("Custom::AwsNodeEnv")["DependsOn"])


def test_the_resource_carries_all_that_must_run_it_again(plain):
    """Version and configuration of the add-on among it; every scalar a string."""
    properties = dict(plain.one("Custom::AwsNodeEnv")["Properties"])
    assert "Fn::GetAtt" in properties.pop("ServiceToken")
    assert properties == {
        "ClusterName": "prod",
        "Endpoint": "https://prod.eks.example",
        "CertificateAuthority": "Q0E=",
        "Env": ENV,
        "AddonVersion": "v1.23.2-eksbuild.1",
        "AddonConfiguration": "",
        "RunAgain": "",
        "RolloutMinutes": "30",
        "DeadNodes": "count-out",
        "InVpc": "false",
        "WaitMinutes": "10",
    }


def test_a_cluster_of_the_older_library_gives_the_same():
    """Apps have clusters of aws_eks; only plain values of them are read."""
    assert Lab(library=aws_eks, in_vpc=True).resources == Lab(in_vpc=True).resources


def test_the_wait_for_another_daemon_set_comes_after_both(plain):
    """It needs the same rights, and the manifest that makes the DaemonSet."""
    waiting = plain.one("Custom::DaemonSetRollout")
    (resource,) = plain.of("Custom::AwsNodeEnv")
    assert {resource, "Cache"} <= set(waiting["DependsOn"])
    assert waiting["Properties"]["DaemonSet"] == "node-local-dns"
    assert waiting["Properties"]["Revision"] == "abc"


def test_the_access_entry_puts_the_role_into_the_group_and_nothing_else(plain):
    """No access policy."""
    (role,) = [name for name in plain.of("AWS::IAM::Role") if "HandlerRole" in name]
    assert plain.one("AWS::EKS::AccessEntry")["Properties"] == {
        "ClusterName": "prod",
        "PrincipalArn": {"Fn::GetAtt": [role, "Arn"]},
        "KubernetesGroups": ["podnet:reconcilers"],
    }


def handler_statements(lab):
    """Give all that the handler's role may do."""
    ((role, made),) = [(name, r) for name, r in lab.of("AWS::IAM::Role").items() if "HandlerRole" in name]
    assert "ManagedPolicyArns" not in made["Properties"]
    assert "Policies" not in made["Properties"]
    policies = [
        p["Properties"] for p in lab.of("AWS::IAM::Policy").values() if {"Ref": role} in p["Properties"]["Roles"]
    ]
    return [statement for policy in policies for statement in policy["PolicyDocument"]["Statement"]]


def test_the_handlers_role_may_write_its_log_and_nothing_else(plain):
    """No managed policy, no wildcard."""
    (group,) = plain.of("AWS::Logs::LogGroup")
    assert handler_statements(plain) == [
        {
            "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
            "Effect": "Allow",
            "Resource": {"Fn::GetAtt": [group, "Arn"]},
        }
    ]


def handler_functions(lab):
    return [f for f in lab.of("AWS::Lambda::Function").values() if f["Properties"]["Handler"].startswith("index.")]


def test_the_three_functions_share_code_role_and_log_group(plain):
    """One asset; none of them in a VPC."""
    functions = [f["Properties"] for f in handler_functions(plain)]
    assert {f["Handler"] for f in functions} == {"index.on_event", "index.is_complete", "index.watch"}
    assert len({json.dumps([f["Code"], f["Role"], f["LoggingConfig"]]) for f in functions}) == 1
    assert {(f["Runtime"], f["Timeout"], f["MemorySize"], f["LoggingConfig"]["LogFormat"]) for f in functions} == {
        ("python3.14", 60, 256, "JSON")
    }
    assert all("VpcConfig" not in f and "Layers" not in f for f in functions)


def test_all_functions_write_one_log_that_is_kept_for_three_months_and_goes_with_the_stack(plain):
    """The framework's too. Without a group of ours Lambda names one that the role may not write, and keeps it."""
    ((name, group),) = plain.of("AWS::Logs::LogGroup").items()
    assert (group["Properties"]["RetentionInDays"], group["DeletionPolicy"]) == (90, "Delete")
    functions = plain.of("AWS::Lambda::Function").values()
    assert [f["Properties"]["LoggingConfig"]["LogGroup"] for f in functions] == [{"Ref": name}] * 6


def test_it_is_looked_at_for_as_long_as_the_rollout_may_take_and_some_minutes_more(plain):
    """Every five seconds: 30 minutes, 10 for an add-on on its way, and 5 in which our own error is the first."""
    (machine,) = plain.of("AWS::StepFunctions::StateMachine").values()
    assert "LoggingConfiguration" not in machine["Properties"], "the handler logs each look"
    text = "".join(p if isinstance(p, str) else "ref" for p in machine["Properties"]["DefinitionString"]["Fn::Join"][1])
    (again,) = [r for r in json.loads(text)["States"]["framework-isComplete-task"]["Retry"] if r["MaxAttempts"] > 99]
    assert (again["IntervalSeconds"], again["MaxAttempts"]) == (5, 45 * 60 / 5)


def test_nothing_has_a_physical_name(plain):
    """CloudFormation names everything, so that a second copy of the stack can stand beside the first."""
    names = {"FunctionName", "RoleName", "LogGroupName", "StateMachineName", "AlarmName"}
    every = [(name, value) for r in plain.resources.values() for name, value in r.get("Properties", {}).items()]
    assert [value for name, value in every if name in names and isinstance(value, str)] == []


def test_the_asset_is_the_handlers_source_and_nothing_else(plain):
    """No byte code, and less than 60 kB."""
    (asset,) = [c for c in plain.env.node.find_all() if c.node.path.endswith("OnEvent/Code")]
    assembly = cdk.Stage.of(plain.stack).synth()
    files = sorted(p.name for p in cdk_asset(assembly, asset.asset_hash))
    assert "index.py" in files
    assert "__init__.py" not in files
    assert all(name.endswith(".py") for name in files)


def cdk_asset(assembly, asset_hash):
    return list(Path(assembly.directory, f"asset.{asset_hash}").iterdir())


def test_the_watch_runs_every_quarter_of_an_hour_after_the_resource(plain):
    """It depends on the resource, so that it is deleted first; neither EventBridge nor Lambda makes a second try."""
    rule = plain.one("AWS::Events::Rule")["Properties"]
    assert rule["ScheduleExpression"] == "rate(15 minutes)"
    (target,) = rule["Targets"]
    assert target["RetryPolicy"] == {"MaximumEventAgeInSeconds": 60, "MaximumRetryAttempts": 0}
    config = plain.one("AWS::Lambda::EventInvokeConfig")["Properties"]
    assert {"Fn::GetAtt": [config["FunctionName"]["Ref"], "Arn"]} == target["Arn"]
    assert (config["MaximumRetryAttempts"], config["MaximumEventAgeInSeconds"]) == (0, 60)
    (resource,) = plain.of("Custom::AwsNodeEnv")
    assert {"Ref": resource} in target["Input"]["Fn::Join"][1]
    text = "".join(part if isinstance(part, str) else "ref" for part in target["Input"]["Fn::Join"][1])
    event = json.loads(text)
    assert event["Repair"] == "true"
    assert event["ResourceProperties"] == {"Env": ENV}, "the cluster is the function's own"
    cluster = {name: plain.one("Custom::AwsNodeEnv")["Properties"][name] for name in CLUSTER}
    assert plain.resources[config["FunctionName"]["Ref"]]["Properties"]["Environment"] == {"Variables": cluster}
    assert event["PhysicalResourceId"] == "ref"


def test_the_alarms_are_on_drift_failures_and_silence(plain):
    """Missing data is good for the first two and bad for the third."""
    alarms = {a["Properties"]["MetricName"]: a["Properties"] for a in plain.of("AWS::CloudWatch::Alarm").values()}
    assert {name: a["TreatMissingData"] for name, a in alarms.items()} == {
        "DriftFound": "notBreaching",
        "Failures": "notBreaching",
        "Checks": "breaching",
    }
    assert all(a["Dimensions"] == [{"Name": "Cluster", "Value": "prod"}] for a in alarms.values())
    # each is a sum that index.py counts: one drift is enough, a failure may pass, three looks that are missing may not
    rules = {name: (a["ComparisonOperator"], a["Threshold"], a["EvaluationPeriods"]) for name, a in alarms.items()}
    assert rules == {
        "DriftFound": ("GreaterThanOrEqualToThreshold", 1, 1),
        "Failures": ("GreaterThanOrEqualToThreshold", 1, 2),
        "Checks": ("LessThanThreshold", 1, 3),
    }
    assert {(a["Namespace"], a["Statistic"]) for a in alarms.values()} == {("podnet", "Sum")}
    assert all("aws-node" in a["AlarmDescription"] for a in alarms.values())
    assert all(a["Period"] == 900 and "AlarmActions" not in a for a in alarms.values())


def test_the_alarms_come_after_the_resource_whose_last_step_is_the_first_count(plain):
    """Without a single count the alarm on silence would go off in every first deployment."""
    (resource,) = plain.of("Custom::AwsNodeEnv")
    assert all(resource in alarm["DependsOn"] for alarm in plain.of("AWS::CloudWatch::Alarm").values())


def test_a_topic_is_told_about_every_alarm():
    """When it goes off and when it ends."""
    alarms = Lab(alarmed=True).of("AWS::CloudWatch::Alarm").values()
    assert len(alarms) == 3
    assert all(a["Properties"]["AlarmActions"] == a["Properties"]["OKActions"] for a in alarms)


def test_the_watch_can_only_report_or_be_left_out():
    """watch_repairs=False, watch_every=None."""
    target = Lab(watch_repairs=False, watch_every=cdk.Duration.hours(1)).one("AWS::Events::Rule")["Properties"]
    assert target["ScheduleExpression"] == "rate(1 hour)"
    assert '"Repair":"false"' in json.dumps(target["Targets"]).replace("\\", "")
    without = Lab(watch_every=None)
    assert without.of("AWS::Events::Rule") == without.of("AWS::CloudWatch::Alarm") == {}
    assert len(handler_functions(without)) == 2


def test_a_private_endpoint_is_reached_from_the_vpc_through_port_443_alone():
    """Own security group; the rules stand in this stack."""
    lab = Lab(in_vpc=True)
    ingress = lab.one("AWS::EC2::SecurityGroupIngress")["Properties"]
    egress = lab.one("AWS::EC2::SecurityGroupEgress")["Properties"]
    assert ingress["GroupId"] == egress["DestinationSecurityGroupId"] == "sg-cluster"
    assert ingress["SourceSecurityGroupId"] == egress["GroupId"]
    assert {ingress[p] for p in ("FromPort", "ToPort")} == {egress[p] for p in ("FromPort", "ToPort")} == {443}
    assert all("VpcConfig" in f["Properties"] for f in handler_functions(lab))
    # deleted before the resource, they would let its Delete find nobody, and leave the values in place
    rules = {*lab.of("AWS::EC2::SecurityGroupIngress"), *lab.of("AWS::EC2::SecurityGroupEgress")}
    (entry,) = lab.of("AWS::EKS::AccessEntry")
    assert rules <= {*lab.one("AWS::EKS::AccessEntry")["DependsOn"]}
    assert entry in lab.one("Custom::AwsNodeEnv")["DependsOn"]
    (actions,) = [statement["Action"] for statement in handler_statements(lab) if statement["Resource"] == "*"]
    assert sorted(actions) == [
        "ec2:AssignPrivateIpAddresses",
        "ec2:CreateNetworkInterface",
        "ec2:DeleteNetworkInterface",
        "ec2:DescribeNetworkInterfaces",
        "ec2:DescribeSubnets",
        "ec2:UnassignPrivateIpAddresses",
    ]
    group = lab.one("AWS::EC2::SecurityGroup")["Properties"]
    assert group["GroupDescription"] == "the handler of AwsNodeEnv", "another one is another group"
    assert [rule["CidrIp"] for rule in group["SecurityGroupEgress"]] == ["255.255.255.255/32"]


def test_the_right_to_interfaces_lasts_until_the_group_is_gone():
    """Lambda deletes interfaces by it, also of functions that leave the VPC; a group that they carry cannot be deleted.

    So it is a policy by itself, which CloudFormation deletes at the end of the update, and then after the group.
    """
    lab = Lab(in_vpc=True)
    ((rights, _),) = [(name, p) for name, p in lab.of("AWS::IAM::Policy").items() if "ec2:Delete" in json.dumps(p)]
    assert lab.one("AWS::EC2::SecurityGroup")["DependsOn"] == [rights]
    assert rights not in Lab().resources


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"rollout_limit": cdk.Duration.minutes(46)}, "rollout_limit must be 1 to 45 minutes, got 46"),
        ({"rollout_limit": cdk.Duration.seconds(0)}, "rollout_limit must be 1 to 45 minutes, got 0"),
        ({"env": {"aws-node": {"A": "x" * 7500}}}, "env must have at most 7500 characters as JSON, got 75"),
        ({"dead_nodes": "ignore"}, "dead_nodes must be count-out or refuse, got 'ignore'"),
        ({"watch_every": cdk.Duration.hours(9)}, "watch_every must be 1 minute to 8 hours, got 540 minutes"),
    ],
)
def test_an_argument_out_of_its_range_is_refused(arguments, message):
    """Before anything is made."""
    with pytest.raises(ValueError, match=message):
        Lab(**arguments)


@pytest.mark.parametrize(("rollout", "watch"), [(1, 1), (45, 480)])
def test_the_ends_of_each_range_are_taken(rollout, watch):
    """As the paper says them."""
    limits.check(ENV, cdk.Duration.minutes(rollout), "refuse", cdk.Duration.minutes(watch))


@pytest.mark.parametrize("env", [{}, {"aws-node": {}}, {"ENABLE_POD_ENI": "true"}, {"aws-node": {"A": True}}])
def test_an_environment_without_containers_or_variables_is_refused(env):
    """There would be nothing to own, or nobody knows whose it is."""
    stack = cdk.Stack()
    cluster = eks.Cluster.from_cluster_attributes(stack, "Cluster", cluster_name="prod")
    with pytest.raises(ValueError, match=r"env must be {container: {variable: text}} with one variable"):
        AwsNodeEnv(stack, "AwsNodeEnv", cluster=cluster, env=env, addon_version="")
