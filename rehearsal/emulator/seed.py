"""What others made: peers' VPCs, groups and roles that the environment file names, under their very ids."""

import json
from typing import Any

from ministack.core.responses import request_scope
from ministack.services import ec2, iam

from rehearsal.emulator import transit_gateways
from rehearsal.emulator.cluster.joining import REFUSED
from rehearsal.emulator.operations import call_ec2, text_of
from rehearsal.emulator.refused import RefusedError
from rehearsal.emulator.resources import lookup


def make_peer(peer: dict[str, Any]) -> None:
    """Make a peer's VPC by the emulator's own operations, then give everything the ids that the file names.

    Args:
        peer: vpc_id, transit_gateway_id, cidrs, account, region, route_table_ids and security_group_ids. Behind a
            transit gateway the file names no VPC, and the emulator's id stays.
    """
    with request_scope(peer["account"], peer["region"]):
        made = text_of(call_ec2("CreateVpc", CidrBlock=peer["cidrs"][0]), "vpcId")
        vpc = _rename(ec2._vpcs, made, peer["vpc_id"] or made, "VpcId")
        for store in (ec2._route_tables, ec2._security_groups, ec2._network_acls):
            for record in store.values():
                if record["VpcId"] == made:
                    record["VpcId"] = vpc["VpcId"]
        for table in peer["route_table_ids"]:
            made = text_of(call_ec2("CreateRouteTable", VpcId=vpc["VpcId"]), "routeTableId")
            _rename(ec2._route_tables, made, table, "RouteTableId")
        for group in peer["security_group_ids"]:
            _make_group(vpc["VpcId"], group, "servers of the peer")
        for cidr in peer["cidrs"][1:]:
            call_ec2("AssociateVpcCidrBlock", VpcId=vpc["VpcId"], CidrBlock=cidr)
        if peer["transit_gateway_id"]:
            transit_gateways.make(peer["transit_gateway_id"])
            transit_gateways.attach(peer["transit_gateway_id"], vpc["VpcId"], [])


def make_group(account: str, region: str, vpc_id: str, group: str) -> None:
    """Make a security group in the environment's VPC; a refusal is only printed, whoever asked for it looks itself."""
    try:
        with request_scope(account, region):
            _make_group(lookup.vpc(vpc_id)["VpcId"], group, "made by another team")
    except RefusedError as error:
        print(f"group {group} in {vpc_id}: {error}", flush=True)


def _make_group(vpc_id: str, group: str, about: str) -> None:
    words = {"GroupName": f"given-{group}", "GroupDescription": about}
    made = text_of(call_ec2("CreateSecurityGroup", VpcId=vpc_id, **words), "groupId")
    _rename(ec2._security_groups, made, group, "GroupId")


def _rename(store: Any, made: str, name: str, key: str) -> dict[str, Any]:  # noqa: ANN401  (the emulator's own store)
    record: dict[str, Any] = store.pop(made)
    record[key] = name
    store[name] = record
    return record


def make_role(arn: str) -> None:
    """Make an IAM role that its account may assume.

    Raises:
        SystemExit: If the emulator refuses it.
    """
    account, path = arn.split(":")[4], arn.partition(":role")[2]
    folder, _, name = path.rpartition("/")
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": f"arn:aws:iam::{account}:root"}}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    with request_scope(account, ""):
        words = {"RoleName": name, "Path": f"{folder}/", "AssumeRolePolicyDocument": policy}
        status, _, body = iam._create_role({key: [value] for key, value in words.items()})
    if status >= REFUSED:
        raise SystemExit(f"the emulator must make role {arn}, got {body!r}")
