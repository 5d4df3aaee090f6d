"""What must hold after operations."""

from rehearsal.checks import gone
from rehearsal.checks.expect import equal
from rehearsal.checks.scene import Scene
from settings import Settings


def peers_are_left(scene: Scene, before: Settings) -> str:
    """Prove that no connection of the VPC is alive, nothing is routed to the peers, and they are as they were.

    Args:
        scene: Without peers.
        before: With them.
    """
    connections = scene.aws.ec2.describe_vpc_peering_connections()["VpcPeeringConnections"]
    alive = [c["VpcPeeringConnectionId"] for c in connections if c["Status"]["Code"] != "deleted"]
    equal("connections", alive, [])
    tables = scene.aws.ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [scene.vpc_id]}])["RouteTables"]
    routed = {route.get("DestinationCidrBlock") for table in tables for route in table["Routes"]}
    equal("routes to peers", sorted(routed & {peer.cidr for peer in before.peers}), [])
    return ", ".join(gone.clean_peer(scene.aws, before, number) for number in range(len(before.peers)))


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


def kubernetes_is(scene: Scene) -> str:
    """Prove that EKS has the versions of the file, as far as it tells; the control plane here stays what it is."""
    wanted = scene.settings.any_cluster.kubernetes_version
    equal("version of the cluster", scene.cluster_record()["version"], wanted)
    addon = scene.aws.eks.describe_addon(clusterName=scene.cluster, addonName="kube-proxy")["addon"]
    cluster = scene.settings.cluster
    equal("version of kube-proxy", addon["addonVersion"], cluster.kube_proxy_version if cluster else "")
    return wanted
