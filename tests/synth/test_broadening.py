"""What the pipeline's check for broader rights sees, and what docs/pipeline.md says that it does not."""

import json
import os
import pathlib
import subprocess

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_eks as eks
from aws_cdk import aws_iam as iam

CLI = pathlib.Path(__file__).parents[2] / "node_modules" / ".bin" / "cdk"


def right(stack):
    everything = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
    document = {"Version": "2012-10-17", "Statement": [everything]}
    iam.CfnPolicy(stack, "One", policy_name="one", policy_document=document, roles=["one"])


def rule(stack):
    ec2.CfnSecurityGroupIngress(stack, "One", group_id="sg-0a1b2c3d", ip_protocol="-1", cidr_ip="0.0.0.0/0")


def administrator(stack):
    admin = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"
    policy = {"policyArn": admin, "accessScope": {"type": "cluster"}}
    arn = "arn:aws:iam::111111111111:role/Somebody"
    eks.CfnAccessEntry(stack, "One", cluster_name="one", principal_arn=arn, access_policies=[policy])


def policy(stack):
    groups = json.dumps([{"kind": "SecurityGroupPolicy", "spec": {"securityGroups": {"groupIds": ["sg-0a1b2c3d"]}}}])
    cdk.CfnResource(stack, "One", type="Custom::AWSCDK-EKS-KubernetesResource", properties={"Manifest": groups})


@pytest.mark.parametrize(("make", "stops"), [(right, True), (rule, True), (administrator, False), (policy, False)])
def test_the_check_looks_at_iam_and_at_rules_of_groups_alone(tmp_path, make, stops):
    app = cdk.App(outdir=str(tmp_path / "cdk.out"), analytics_reporting=False)
    make(cdk.Stack(app, "Stack"))
    app.synth()
    before = tmp_path / "before.json"
    before.write_text('{"Resources": {}}')
    words = [CLI, "diff", "--app", app.outdir, "--security-only", "--fail", "--template", before, "Stack"]
    named = {"AWS_ACCESS_KEY_ID": "none", "AWS_SECRET_ACCESS_KEY": "none", "AWS_REGION": "eu-west-1"}
    # with CI in its environment the CLI tells everything on standard output, without it nearly nothing
    told = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    done = subprocess.run(words, check=False, env={**os.environ, **named}, timeout=120, **told)
    assert "Number of stacks with differences" in done.stdout, done.stdout
    assert done.returncode == int(stops), done.stdout
