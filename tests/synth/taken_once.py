"""What AWS takes once, so that a second deploy which makes it again under another name is refused."""

import collections
import json

TAKEN_ONCE = {
    "AWS::EC2::Route": ("RouteTableId", "DestinationCidrBlock"),
    "AWS::EC2::SecurityGroupIngress": (
        "GroupId",
        "SourceSecurityGroupId",
        "SourcePrefixListId",
        "IpProtocol",
        "FromPort",
        "ToPort",
    ),
    "AWS::EC2::SecurityGroupEgress": (
        "GroupId",
        "DestinationSecurityGroupId",
        "DestinationPrefixListId",
        "IpProtocol",
        "FromPort",
        "ToPort",
    ),
    "AWS::EC2::VPCPeeringConnection": ("VpcId", "PeerVpcId"),
    "AWS::EKS::AccessEntry": ("ClusterName", "PrincipalArn"),
}


def made_twice(old, new):
    """Return the logical ids of what new templates make while it stands under another: CloudFormation deletes last."""
    found = []
    for stack, template in new.items():
        made = _taken(old.get(stack, {"Resources": {}}))
        found += [
            name
            for name, key in _taken(template).items()
            if {other for other, held in made.items() if held == key} - {name}
        ]
    return found


def taken_twice(template):
    """Return what one template makes twice, under two logical ids: AWS refuses the second."""
    counts = collections.Counter(_taken(template).values())
    return [key for key, count in counts.items() if count > 1]


def _taken(template):
    resources = {name: one for name, one in template["Resources"].items() if one["Type"] in TAKEN_ONCE}
    return {
        name: json.dumps([one["Type"], *(one["Properties"].get(part) for part in TAKEN_ONCE[one["Type"]])])
        for name, one in resources.items()
    }
