"""Peers and routes."""

import itertools
from typing import Any

from rehearsal.checks.expect import NotAskedFor, equal, expect
from rehearsal.checks.scene import Scene
from settings.network import Peer


def nodes_are_private(scene: Scene) -> str:
    """Prove that every subnet with nodes leaves the VPC by a NAT gateway: with external SNAT nobody else translates."""
    groups = [
        scene.aws.eks.describe_nodegroup(clusterName=scene.cluster, nodegroupName=name)["nodegroup"]
        for name in scene.aws.eks.list_nodegroups(clusterName=scene.cluster)["nodegroups"]
    ]
    subnets = sorted({subnet for group in groups for subnet in group["subnets"]})
    expect(subnets, "node groups must have subnets, got none")
    tables = _tables(scene)
    for subnet in subnets:
        gateway = _leads(tables[subnet], "0.0.0.0/0", "NatGatewayId")
        expect(gateway, f"the default route of {subnet} must lead to a NAT gateway, got {tables[subnet]['Routes']}")
    return f"{len(subnets)} subnets"


def peers_are_reachable(scene: Scene) -> str:
    """Prove for every peer that the connection is active and routed, both ways where podnet manages the other side."""
    told = [_peer(scene, peer) for peer in scene.settings.peers]
    return ", ".join(told) or NotAskedFor("no peers in the file")


def _peer(scene: Scene, peer: Peer) -> str:
    connection = _connection(scene, peer)
    name = connection["VpcPeeringConnectionId"]
    equal(f"state of {name}", connection["Status"]["Code"], "active")
    private = {t["RouteTableId"]: t for t in _tables(scene).values() if _leads(t, "0.0.0.0/0", "NatGatewayId")}
    expect(private, "the VPC must have private route tables, got none")
    for table, cidr in itertools.product(private.values(), peer.cidrs):
        wanted = _leads(table, cidr, "VpcPeeringConnectionId")
        equal(f"route to {cidr} in {table['RouteTableId']}", wanted, name)
    back = peer.peer_side.route_table_ids if peer.peer_side else ()
    ours = scene.aws.ec2.describe_vpcs(VpcIds=[scene.vpc_id])["Vpcs"][0]["CidrBlock"]
    if back:
        for table in scene.aws.ec2.describe_route_tables(RouteTableIds=list(back))["RouteTables"]:
            equal(f"return route in {table['RouteTableId']}", _leads(table, ours, "VpcPeeringConnectionId"), name)
    _dns(peer, connection)
    admitted = _admitted(scene, peer)
    return f"{peer.name}: {name}, {len(private) * len(peer.cidrs)} routes there, {len(back)} back, {admitted} admitted"


def _connection(scene: Scene, peer: Peer) -> dict[str, Any]:
    found = [
        connection
        for connection in scene.aws.ec2.describe_vpc_peering_connections()["VpcPeeringConnections"]
        if connection["AccepterVpcInfo"]["VpcId"] == peer.vpc_id and connection["Status"]["Code"] != "deleted"
    ]
    equal(f"number of connections to {peer.vpc_id}", len(found), 1)
    result: dict[str, Any] = found[0]
    equal(f"requester of {result['VpcPeeringConnectionId']}", result["RequesterVpcInfo"]["VpcId"], scene.vpc_id)
    return result


def _dns(peer: Peer, connection: dict[str, Any]) -> None:
    sides = ["RequesterVpcInfo"] if peer.account or peer.region else ["RequesterVpcInfo", "AccepterVpcInfo"]
    for side in sides:
        option = connection[side].get("PeeringOptions", {}).get("AllowDnsResolutionFromRemoteVpc", False)
        equal(f"DNS resolution of {connection['VpcPeeringConnectionId']} {side}", option, peer.dns_resolution)


def _admitted(scene: Scene, peer: Peer) -> int:
    """Prove that the peer's group lets in exactly the workloads that the file says reach it; give how many."""
    group_id = peer.peer_side.security_group_id if peer.peer_side else None
    if group_id is None:
        return 0
    group = scene.aws.ec2.describe_security_groups(GroupIds=[group_id])["SecurityGroups"][0]
    found = {
        (permission["FromPort"], pair["GroupId"])
        for permission in group["IpPermissions"]
        for pair in permission["UserIdGroupPairs"]
    }
    groups = {
        (policy["metadata"]["namespace"], policy["metadata"]["name"]): policy["spec"]["securityGroups"]["groupIds"]
        for policy in scene.policies()
    }
    wanted = {
        (reach.port, groups[workload.namespace, workload.name][1])
        for workload in scene.settings.workloads
        for reach in workload.reaches
        if reach.peer == peer.name
    }
    equal(f"(port, group) pairs that {group_id} of {peer.name} admits", found, wanted)
    return len(found)


def _tables(scene: Scene) -> dict[str, dict[str, Any]]:
    """Give the route table of each subnet of the cluster's VPC."""
    filters = [{"Name": "vpc-id", "Values": [scene.vpc_id]}]
    tables = scene.aws.ec2.describe_route_tables(Filters=filters)["RouteTables"]
    return {a["SubnetId"]: table for table in tables for a in table["Associations"] if a.get("SubnetId")}


def _leads(table: dict[str, Any], cidr: str, target: str) -> str | None:
    for route in table["Routes"]:
        if route.get("DestinationCidrBlock") == cidr and route.get(target):
            return str(route[target])
    return None
