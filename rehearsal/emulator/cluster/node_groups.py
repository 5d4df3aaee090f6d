"""Managed node groups as kwok nodes: one Node for each instance."""

import ipaddress
from collections.abc import Callable
from typing import Any

from ministack.core.responses import get_region
from ministack.services import ec2, eks

from rehearsal.control_plane import Api
from rehearsal.emulator.cluster.joining import REFUSED, Reply, around
from rehearsal.emulator.cluster.planes import PLANES
from rehearsal.emulator.recorded import RECORDED

_FIRST_HOST = 10
_EFFECTS = {"NO_SCHEDULE": "NoSchedule", "NO_EXECUTE": "NoExecute", "PREFER_NO_SCHEDULE": "PreferNoSchedule"}


def install() -> None:
    """Join the two operations; updates of CloudFormation call `follow` themselves."""
    around("_create_nodegroup")(_changed)
    around("_delete_nodegroup")(_changed)


def _changed(original: Callable[..., Reply], cluster: str, *rest: object) -> Reply:
    reply = original(cluster, *rest)
    if reply[0] < REFUSED:
        follow(cluster)
    return reply


def follow(cluster: str) -> None:
    """Make the cluster's nodes what its node groups are now; without a control plane there is nothing to do."""
    plane = PLANES.get(cluster)
    if plane is None:
        return
    groups = [group for key, group in eks._nodegroups.items() if key.startswith(f"{cluster}/")]
    wanted: dict[str, dict[str, Any]] = {}
    for number, group in enumerate(groups):
        wanted |= {node["metadata"]["name"]: node for node in _nodes(group, number)}
        what = f"node group {group['nodegroupName']}"
        RECORDED.note(what, "its instances are kwok nodes: no EC2 instance, no kubelet, no ENI")
    _reconcile(plane.api, wanted)


def _reconcile(api: Api, wanted: dict[str, dict[str, Any]]) -> None:
    have = {node["metadata"]["name"] for node in api("GET", "/api/v1/nodes")["items"]}
    for name in sorted(set(wanted) - have):
        api("POST", "/api/v1/nodes", wanted[name])
    for name in sorted(have - set(wanted)):
        api("DELETE", f"/api/v1/nodes/{name}")


def _nodes(group: dict[str, Any], number: int) -> list[dict[str, Any]]:
    """Give the nodes of a group, spread over its subnets and named after an address of each, as EC2 does."""
    size, subnets = int(group["scalingConfig"]["desiredSize"]), group["subnets"]
    nodes = []
    for index in range(size):
        subnet = ec2._subnets[subnets[index % len(subnets)]]
        host = _FIRST_HOST + number * 50 + index // len(subnets)
        address = ipaddress.ip_network(subnet["CidrBlock"])[host]
        name = f"ip-{str(address).replace('.', '-')}.{get_region()}.compute.internal"
        nodes.append(_node(name, group, subnet["AvailabilityZone"]))
    return nodes


def _node(name: str, group: dict[str, Any], zone: str) -> dict[str, Any]:
    size = {"cpu": "2", "memory": "8Gi", "pods": "29"}
    labels = {
        "kubernetes.io/os": "linux",
        "kubernetes.io/arch": "arm64" if "ARM" in group["amiType"] else "amd64",
        "kubernetes.io/hostname": name,
        "eks.amazonaws.com/nodegroup": group["nodegroupName"],
        "node.kubernetes.io/instance-type": group["instanceTypes"][0],
        "topology.kubernetes.io/region": get_region(),
        "topology.kubernetes.io/zone": zone,
        **group["labels"],
    }
    taints = [{**taint, "effect": _EFFECTS[taint["effect"]]} for taint in group.get("taints", [])]
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name, "labels": labels},
        "spec": {"taints": taints} if taints else {},
        "status": {"capacity": size, "allocatable": size},
    }
