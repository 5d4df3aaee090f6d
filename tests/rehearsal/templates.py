"""Resources of CloudFormation templates, for trials of the emulator, and a template's deployment."""

import json

from tests.rehearsal.observing import soon

ECHO = "def handler(event, context):\n    print('called')\n    return {'given': event}\n"
VPC = {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.20.0.0/16"}}


def resource(kind, **properties):
    """One resource of a template."""
    return {"Type": f"AWS::{kind}", "Properties": properties}


def subnet(cidr, zone="eu-west-1a"):
    """A subnet of the template's VPC."""
    return resource("EC2::Subnet", VpcId={"Ref": "Vpc"}, CidrBlock=cidr, AvailabilityZone=zone)


def policy(actions, resources="*"):
    """A policy document that allows some actions."""
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": resources}
    return {"Version": "2012-10-17", "Statement": [statement]}


def trust(service):
    """A trust policy."""
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": f"{service}.amazonaws.com"}}
    return {"Version": "2012-10-17", "Statement": [statement]}


def deployed(cloudformation, name, template, *, update=False, capability="CAPABILITY_IAM", seconds=20):
    """Create or update a stack and wait; the status that it ends in, and all its events, the newest first."""
    call = cloudformation.update_stack if update else cloudformation.create_stack
    call(StackName=name, TemplateBody=json.dumps(template), Capabilities=[capability])
    status = lambda: cloudformation.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"]  # noqa: E731
    assert soon(lambda: not status().endswith("_IN_PROGRESS"), seconds), status()
    return status(), cloudformation.describe_stack_events(StackName=name)["StackEvents"]
