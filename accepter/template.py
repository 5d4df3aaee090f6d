"""The template for the owner of a peer."""

import itertools
from pathlib import Path
from typing import Any

from accepter.answer import Answer
from accepter.rules import keys, rules
from settings import Settings
from settings.network import Peer

Json = dict[str, Any]
_LOGS = "DnsOptionLogs"
_OPTION = Path(__file__).with_name("dns_option.py")


def template(settings: Settings, peer: Peer, answer: Answer) -> Json:
    """Give the template: the role that accepts, and once there is a connection, routes, DNS option and rules.

    Raises:
        ValueError: If there is nothing for the owner to make, or not yet.
    """
    if peer.transit_gateway_id:
        got = f"{peer.transit_gateway_id}: its owner accepts attachments and routes back"
        raise ValueError(f"peer {peer.name} must be reached by a connection, got {got}")
    resources = _role(settings, peer)
    if answer.connection:
        resources |= _routes(settings, answer)
        if peer.dns_resolution:
            resources |= _dns_option(answer.connection)
        if answer.security_group:
            resources |= rules(settings, peer, answer)
    if not resources:
        if settings.existing_cluster:
            fix = "give the one that is there: podnet makes none for an existing cluster's VPC"
            raise ValueError(f"--connection must be given for peer {peer.name}, got none\n    fix: {fix}")
        reason = f"peer {peer.name} must have an accepter_role_arn, or --connection must be given, got neither"
        raise ValueError(f"{reason}\n    fix: a connection within one account needs no role: deploy podnet first")
    ranges = " and ".join(settings.any_network.cidrs)
    about = f"Peer {peer.name} of podnet environment {settings.name}: connection to {ranges}"[:1024]
    return {"AWSTemplateFormatVersion": "2010-09-09", "Description": about, "Resources": resources}


def _role(settings: Settings, peer: Peer) -> Json:
    """Give the role that CloudFormation of our account and region assumes to accept.

    It can do that for that VPC and for requests of our account's VPCs, of the existing one where the file has it.
    None for an existing cluster's peer: podnet makes no connection that anybody would have to accept.
    """
    if settings.existing_cluster or not peer.accepter_role_arn:
        return {}
    path, _, name = peer.accepter_role_arn.partition(":role")[2].rpartition("/")
    ours, here = settings.account, settings.region
    deployer = _arn("iam", f"role/cdk-*-cfn-exec-role-{ours}-{here}", account=ours, region="")
    asks = settings.existing_network.vpc_id if settings.existing_network else "*"
    requester = _arn("ec2", f"vpc/{asks}", account=ours, region=here)
    there = {"account": "${AWS::AccountId}", "region": peer.region or here}
    # EC2 judges by both; only the connection has the key (VPC peering guide, "Accept a VPC peering connection")
    vpc, connection = (
        {
            "Effect": "Allow",
            "Action": "ec2:AcceptVpcPeeringConnection",
            "Resource": {"Fn::Sub": _arn("ec2", of, **there)},
        }
        for of in (f"vpc/{peer.vpc_id}", "vpc-peering-connection/*")
    )
    connection["Condition"] = {"ArnLike": {"ec2:RequesterVpc": {"Fn::Sub": requester}}}
    trust = {
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": {"AWS": {"Fn::Sub": _arn("iam", "root", account=ours, region="")}},
        "Condition": {"ArnLike": {"aws:PrincipalArn": {"Fn::Sub": deployer}}},
    }
    properties = {
        "RoleName": name,
        "Path": f"{path}/",
        "AssumeRolePolicyDocument": _policy(trust),
        "Policies": [{"PolicyName": "accept", "PolicyDocument": _policy(vpc, connection)}],
    }
    return {"Accepter": {"Type": "AWS::IAM::Role", "Properties": properties}}


def _routes(settings: Settings, answer: Answer) -> Json:
    """Give a route back in each table to each range of our VPC."""
    found: Json = {}
    for (number, table), (key, cidr) in itertools.product(enumerate(answer.route_tables, 1), keys(settings).items()):
        to = {"DestinationCidrBlock": cidr, "VpcPeeringConnectionId": answer.connection}
        found[f"Route{number}{key}"] = {"Type": "AWS::EC2::Route", "Properties": {"RouteTableId": table, **to}}
    return found


def _dns_option(connection: str) -> Json:
    """Give a function that sets the accepter's half of the option, which no CloudFormation type has."""
    arn = {"Fn::Sub": _arn("ec2", f"vpc-peering-connection/{connection}", "${AWS::AccountId}", "${AWS::Region}")}
    modify = {"Effect": "Allow", "Action": "ec2:ModifyVpcPeeringConnectionOptions", "Resource": arn}
    # without the right to make a group, nothing makes one again when the stack has gone
    lines = {"Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": {"Fn::GetAtt": [_LOGS, "Arn"]}}
    by_lambda = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}}
    role = {
        "AssumeRolePolicyDocument": _policy(by_lambda),
        "Policies": [
            {"PolicyName": "modify", "PolicyDocument": _policy(modify)},
            {"PolicyName": "log", "PolicyDocument": _policy({"Effect": "Allow", **lines})},
        ],
    }
    function = {
        "Runtime": "python3.13",
        "Handler": "index.handler",
        "Role": {"Fn::GetAtt": ["DnsOptionRole", "Arn"]},
        "Timeout": 180,
        "LoggingConfig": {"LogGroup": {"Ref": _LOGS}},
        "Code": {"ZipFile": _OPTION.read_text(encoding="utf-8")},
    }
    option = {"ServiceToken": {"Fn::GetAtt": ["DnsOptionFunction", "Arn"]}, "Connection": connection}
    return {
        _LOGS: {"Type": "AWS::Logs::LogGroup", "Properties": {"RetentionInDays": 30}},
        "DnsOptionRole": {"Type": "AWS::IAM::Role", "Properties": role},
        "DnsOptionFunction": {"Type": "AWS::Lambda::Function", "Properties": function},
        "DnsOption": {"Type": "Custom::PeeringDnsOption", "Properties": option},
    }


def _policy(*statements: Json) -> Json:
    return {"Version": "2012-10-17", "Statement": [*statements]}


def _arn(service: str, resource: str, account: str, region: str) -> str:
    return f"arn:${{AWS::Partition}}:{service}:{region}:{account}:{resource}"
