"""What must hold after operations."""

import json
import re
from typing import Any

from rehearsal.aws import Aws
from rehearsal.checks import aws_node, network
from rehearsal.checks.expect import NotAskedFor, equal, expect
from rehearsal.checks.scene import Scene
from settings import Settings
from settings.network import Peer

_SPEAKING = re.compile(r"Kubectl(Provider)?Handler|AwsNodeEnvHandler(OnEvent|IsComplete|Watch)")  # with the API server
_LEAST = 3  # on_event, is_complete and the watch; and kubectl's


def peers_are_left(scene: Scene, before: Settings) -> str:
    """Prove that no connection of the VPC is alive, nothing is routed to the peers, and they are as they were.

    Args:
        scene: Without peers.
        before: With them.
    """
    connections = scene.aws.ec2.describe_vpc_peering_connections()["VpcPeeringConnections"]
    alive = [c["VpcPeeringConnectionId"] for c in connections if c["Status"]["Code"] != "deleted"]
    equal("connections", alive, [])
    equal("attachments to transit gateways", [one["TransitGatewayId"] for one in network.attachments(scene)], [])
    tables = scene.aws.ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [scene.vpc_id]}])["RouteTables"]
    routed = {route.get("DestinationCidrBlock") for table in tables for route in table["Routes"]}
    equal("routes to peers", sorted(routed & {cidr for peer in before.peers for cidr in peer.cidrs}), [])
    told = ", ".join(_peer_is_as_it_was(scene.aws, peer) for peer in before.peers)
    return told or NotAskedFor("no peers in the file")


def _peer_is_as_it_was(aws: Aws, peer: Peer) -> str:
    """Prove that the peer's tables and group are as they were: podnet is a guest there."""
    side = peer.peer_side
    if side is None:
        return f"nothing of peer {peer.name} was podnet's"
    if side.route_table_ids:
        for table in aws.ec2.describe_route_tables(RouteTableIds=list(side.route_table_ids))["RouteTables"]:
            extra = [route for route in table["Routes"] if route.get("GatewayId") != "local"]
            equal(f"routes left in {table['RouteTableId']} of {peer.name}", extra, [])
    if side.security_group_id:
        group = aws.ec2.describe_security_groups(GroupIds=[side.security_group_id])["SecurityGroups"][0]
        expect(not group["IpPermissions"], f"{side.security_group_id} must admit nobody, got {group['IpPermissions']}")
    return f"peer {peer.name} as it was"


def mode_is(scene: Scene, mode: str) -> str:
    """Prove what the CNI reads as its enforcing mode."""
    found = scene.pod_env()["aws-node"]["POD_SECURITY_GROUP_ENFORCING_MODE"]
    equal("POD_SECURITY_GROUP_ENFORCING_MODE", found, mode)
    return mode


def groups_hold(scene: Scene, group: str) -> str:
    """Prove that exactly one policy lists this group, behind the shared one."""
    listed = [
        policy["metadata"]["name"]
        for policy in scene.policies()
        if group in policy["spec"]["securityGroups"]["groupIds"][1:]
    ]
    equal(f"policies that list {group}", len(listed), 1)
    return f"{listed[0]} has {group}"


def only_podnet_owns_env(scene: Scene) -> str:
    """Prove that the values are in effect, podnet's, and no longer the add-on's."""
    told = aws_node.env_is_in_effect(scene)
    aws_node.podnet_owns_env(scene)
    owners = aws_node.owners(scene.daemon_set("aws-node"))
    names = [(container, name) for container, env in aws_node.wanted_env(scene).items() for name in env]
    equal("variables that eks owns too", [name for name in names if "eks" in owners.get(name, set())], [])
    return told


def endpoint_is_private(scene: Scene) -> str:
    """Prove that EKS was told so, and that all functions that speak with the API server have a way from the VPC."""
    access = scene.cluster_record()["resourcesVpcConfig"]
    equal("public and private access", (access["endpointPublicAccess"], access["endpointPrivateAccess"]), (False, True))
    speaking = {name: made for name, made in _functions(scene).items() if _SPEAKING.search(name)}
    outside = [name for name, made in speaking.items() if not made.get("VpcConfig", {}).get("SubnetIds")]
    equal("functions outside the VPC", outside, [])
    expect(len(speaking) > _LEAST, f"more than {_LEAST} functions must speak with the API server, got {[*speaking]}")
    return f"{len(speaking)} functions in the VPC, as the templates declare them"


def _functions(scene: Scene) -> dict[str, dict[str, Any]]:
    """Give {logical id: properties} of every function, as the deployed templates have them."""
    client = scene.aws.cloudformation
    found: dict[str, dict[str, Any]] = {}
    for stack in scene.stacks():
        template = client.get_template(StackName=stack["StackName"])["TemplateBody"]
        resources = (json.loads(template) if isinstance(template, str) else template)["Resources"]
        found |= {key: r["Properties"] for key, r in resources.items() if r["Type"] == "AWS::Lambda::Function"}
    return found


def generation(scene: Scene) -> int:
    """Give the generation of aws-node: another one is a rollout."""
    found: int = scene.daemon_set("aws-node")["metadata"]["generation"]
    return found


def generation_is(scene: Scene, wanted: int) -> str:
    """Prove that it is the same."""
    equal("generation of aws-node", generation(scene), wanted)
    return f"generation {wanted}"


def kubernetes_is(scene: Scene) -> str:
    """Prove that EKS has the version of the file, as far as it tells; the control plane here stays what it is."""
    wanted = scene.settings.any_cluster.kubernetes_version
    equal("version of the cluster", scene.cluster_record()["version"], wanted)
    newer = [group["nodegroupName"] for group in scene.node_groups() if group["version"] == wanted]
    equal("node groups that followed by themselves", newer, [])
    return wanted


def addons_are(scene: Scene) -> str:
    """Prove that EKS has the versions of kube-proxy and CoreDNS of the file."""
    cluster = scene.settings.cluster
    wanted = {"kube-proxy": cluster.kube_proxy_version, "coredns": cluster.coredns_version} if cluster else {}
    for name, version in wanted.items():
        addon = scene.aws.eks.describe_addon(clusterName=scene.cluster, addonName=name)["addon"]
        equal(f"version of {name}", addon["addonVersion"], version)
    return ", ".join(wanted.values())
