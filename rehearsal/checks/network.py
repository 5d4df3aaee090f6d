"""Peers and routes."""

import itertools
from typing import Any

from rehearsal.checks.expect import NotAskedFor, equal, expect
from rehearsal.checks.scene import Scene
from settings.network import Peer


def nodes_are_private(scene: Scene) -> str:
    """Prove that every subnet with nodes leaves the VPC by a NAT gateway: with external SNAT nobody else translates."""
    subnets = sorted({subnet for group in scene.node_groups() for subnet in group["subnets"]})
    expect(subnets, "node groups must have subnets, got none")
    tables = _tables(scene)
    for subnet in subnets:
        gateway = _leads(tables[subnet], "0.0.0.0/0", "NatGatewayId")
        expect(gateway, f"the default route of {subnet} must lead to a NAT gateway, got {tables[subnet]['Routes']}")
    return f"{len(subnets)} subnets"


def peers_are_reachable(scene: Scene) -> str:
    """Prove for every peer that connection or attachment is there and that every range is routed.

    Both ways where podnet manages the other side; an existing cluster's ways are its owner's, and must be there too.
    """
    told = [_peer(scene, peer) for peer in scene.settings.peers]
    return ", ".join(told) or NotAskedFor("no peers in the file")


def _peer(scene: Scene, peer: Peer) -> str:
    kind, name = ("TransitGatewayId", _attached(scene, peer)) if peer.transit_gateway_id else _connected(scene, peer)
    private = {t["RouteTableId"]: t for t in _tables(scene).values() if _leads(t, "0.0.0.0/0", "NatGatewayId")}
    expect(private, "the VPC must have private route tables, got none")
    for table, cidr in itertools.product(private.values(), peer.cidrs):
        equal(f"route to {cidr} in {table['RouteTableId']}", _leads(table, cidr, kind), name)
    back = peer.peer_side.route_table_ids if peer.peer_side else ()
    vpc = scene.aws.ec2.describe_vpcs(VpcIds=[scene.vpc_id])["Vpcs"][0]
    ours = [block["CidrBlock"] for block in vpc["CidrBlockAssociationSet"]]
    equal(f"ranges of {scene.vpc_id}", ours, list(scene.settings.any_network.cidrs))
    tables = scene.aws.ec2.describe_route_tables(RouteTableIds=list(back))["RouteTables"] if back else []
    for table, cidr in itertools.product(tables, ours):
        equal(f"return route to {cidr} in {table['RouteTableId']}", _leads(table, cidr, kind), name)
    there, here = len(private) * len(peer.cidrs), len(tables) * len(ours)
    return f"{peer.name}: {name}, {there} routes there, {here} back, {_admitted(scene, peer)} admitted"


def attachments(scene: Scene) -> list[dict[str, Any]]:
    """Give the attachments of the VPC to transit gateways, without those that were deleted."""
    found = scene.aws.ec2.describe_transit_gateway_vpc_attachments()["TransitGatewayVpcAttachments"]
    vpc_id = scene.vpc_id
    return [one for one in found if one["VpcId"] == vpc_id and one["State"] != "deleted"]


def _attached(scene: Scene, peer: Peer) -> str:
    """Prove that the VPC is attached to the peer's transit gateway once; give the gateway."""
    gateway = peer.transit_gateway_id
    states = [one["State"] for one in attachments(scene) if one["TransitGatewayId"] == gateway]
    equal(f"attachments of {scene.vpc_id} to {gateway}", states, ["available"])
    return str(gateway)


def _connected(scene: Scene, peer: Peer) -> tuple[str, str]:
    """Prove that the connection is active, knows all ranges of the peer, and has its DNS option; give kind and id."""
    connection = _connection(scene, peer)
    name = str(connection["VpcPeeringConnectionId"])
    equal(f"state of {name}", connection["Status"]["Code"], "active")
    theirs = [block["CidrBlock"] for block in connection["AccepterVpcInfo"]["CidrBlockSet"]]
    equal(f"ranges of {peer.vpc_id}", theirs, list(peer.cidrs))
    _dns(peer, connection)
    return "VpcPeeringConnectionId", name


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
