"""Resources of CloudFormation templates, for trials of the emulator."""

VPC = {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.20.0.0/16"}}


def resource(kind, **properties):
    """One resource of a template."""
    return {"Type": f"AWS::{kind}", "Properties": properties}


def subnet(cidr, zone="eu-west-1a"):
    """A subnet of the template's VPC."""
    return resource("EC2::Subnet", VpcId={"Ref": "Vpc"}, CidrBlock=cidr, AvailabilityZone=zone)
