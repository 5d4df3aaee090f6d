"""What the papers ask of EC2 and of logs is answered: of each filter one that is met and one that is not."""

import json
import re
import time

import pytest

from rehearsal.workspace import PROJECT
from tests.rehearsal.templates import VPC, resource, subnet

VPC_ID = {"Ref": "Vpc"}
PORT = {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432}
NETWORK = {
    "Vpc": VPC,
    "Subnet": subnet("10.20.0.0/24"),
    "Pods": resource("EC2::SecurityGroup", GroupDescription="pods", VpcId=VPC_ID),
    "Database": resource("EC2::SecurityGroup", GroupDescription="database", VpcId=VPC_ID),
    "Table": resource("EC2::RouteTable", VpcId=VPC_ID),
    "Endpoint": resource("EC2::VPCEndpoint", VpcId=VPC_ID, ServiceName="com.amazonaws.eu-west-1.s3"),
}


def ids(found, key):
    """The ids of what an answer lists."""
    return [item[key] for item in next(value for value in found.values() if isinstance(value, list))]


@pytest.fixture
def network(aws, stack):
    """Ids of a VPC, of what is in it, and of an interface with the pods' group, which a rule each way names."""
    assert stack(**NETWORK) == ""
    ec2 = aws("ec2")
    groups = ec2.describe_security_groups(Filters=[])["SecurityGroups"]
    pods, database = (next(g["GroupId"] for g in groups if g["Description"] == name) for name in ("pods", "database"))
    vpc = next(group["VpcId"] for group in groups if group["GroupId"] == pods)
    rule = [{**PORT, "UserIdGroupPairs": [{"GroupId": pods}]}]
    ec2.authorize_security_group_ingress(GroupId=database, IpPermissions=rule)
    ec2.authorize_security_group_egress(GroupId=database, IpPermissions=rule)
    (where,) = ec2.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["Subnets"]
    made = ec2.create_network_interface(SubnetId=where["SubnetId"], Groups=[pods], Description="aws-k8s-branch-eni")
    interface = made["NetworkInterface"]["NetworkInterfaceId"]
    yield {"vpc": vpc, "pods": pods, "database": database, "interface": interface}
    ec2.delete_network_interface(NetworkInterfaceId=interface)
    ec2.revoke_security_group_ingress(GroupId=database, IpPermissions=rule)
    ec2.revoke_security_group_egress(GroupId=database, IpPermissions=rule)


def test_interfaces_groups_and_endpoints_are_found_by_the_filters_of_the_papers(aws, network):
    """And nothing else is."""
    ec2 = aws("ec2")

    def found(operation, key, **filters):
        asked = [{"Name": name.replace("__", ".").replace("_", "-"), "Values": [v]} for name, v in filters.items()]
        return ids(getattr(ec2, f"describe_{operation}")(Filters=asked), key)

    interfaces = lambda **given: found("network_interfaces", "NetworkInterfaceId", **given)  # noqa: E731
    groups = lambda **given: found("security_groups", "GroupId", **given)  # noqa: E731
    assert interfaces(group_id=network["pods"]) == [network["interface"]]
    assert interfaces(group_id=network["database"]) == []
    assert interfaces(vpc_id=network["vpc"], description="aws-k8s-branch-eni") == [network["interface"]]
    assert interfaces(vpc_id=network["vpc"], description="aws-k8s-*") == [network["interface"]]
    assert interfaces(vpc_id=network["vpc"], description="AWS Lambda VPC ENI-*") == []
    assert interfaces(vpc_id="vpc-0d1a2b3c4d5e6f799") == []
    assert groups(ip_permission__group_id=network["pods"]) == [network["database"]]
    assert groups(egress__ip_permission__group_id=network["pods"]) == [network["database"]]
    assert groups(ip_permission__group_id=network["database"]) == []
    assert len(found("vpc_endpoints", "VpcEndpointId", vpc_id=network["vpc"])) == 1
    assert found("vpc_endpoints", "VpcEndpointId", vpc_id="vpc-0d1a2b3c4d5e6f799") == []
    assert found("route_tables", "RouteTableId", route__state="blackhole") == []
    assert found("route_tables", "RouteTableId", route__vpc_peering_connection_id="pcx-0d1a2b3c4d5e6f799") == []
    assert len(found("route_tables", "RouteTableId", route__state="active", vpc_id=network["vpc"])) == 2


def test_the_papers_pattern_finds_what_the_handler_says_and_no_line_more(aws):
    """The very words of docs/troubleshooting.md, over lines of its kind and of others."""
    paper = (PROJECT / "docs" / "troubleshooting.md").read_text(encoding="utf-8")
    pattern = re.search(r"--filter-pattern '(\{.*?\})'", paper).group(1)
    logs, group = aws("logs"), {"logGroupName": "patterns"}
    logs.create_log_group(**group)
    logs.create_log_stream(**group, logStreamName="one")
    told = [{"message": "failed"}, {"message": "watched", "DriftFound": 1}, {"message": "watched", "Failures": 1}]
    others = [{"message": "watched", "DriftFound": 0, "Failures": 0}, {"message": "looked"}, ["failed"]]
    lines = [*map(json.dumps, [*told, *others]), "START RequestId: failed"]
    events = [{"timestamp": int(time.time() * 1000), "message": line} for line in lines]
    logs.put_log_events(**group, logStreamName="one", logEvents=events)
    found = lambda **more: [e["message"] for e in logs.filter_log_events(**group, **more)["events"]]  # noqa: E731
    assert sorted(map(json.dumps, told)) == sorted(found(filterPattern=pattern))
    assert found(filterPattern="looked") == ['{"message": "looked"}']
    assert len(found()) == len(lines)
    logs.delete_log_group(**group)
