"""Resources of CloudFormation templates, for trials of the emulator."""

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
