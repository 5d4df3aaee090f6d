"""Managed node groups as kwok nodes: one Node for each instance."""

import ipaddress
from collections.abc import Callable
from typing import Any

from ministack.core.responses import get_region
from ministack.services import ec2, eks

from rehearsal.control_plane import Api
from rehearsal.emulator import rights
from rehearsal.emulator.cluster.joining import REFUSED, Reply, around
from rehearsal.emulator.cluster.planes import PLANES
from rehearsal.emulator.recorded import RECORDED

_FIRST_HOST = 10
_hosts: dict[str, range] = {}  # ARN of a group -> its hosts in each subnet; none is given twice
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
    for group in groups:
        wanted |= {node["metadata"]["name"]: node for node in _nodes(group)}
        what = f"node group {group['nodegroupName']}"
        RECORDED.note(what, "its instances are kwok nodes: no EC2 instance, no kubelet, no ENI")
    _reconcile(plane.api, wanted)


def _reconcile(api: Api, wanted: dict[str, dict[str, Any]]) -> None:
    have = {node["metadata"]["name"] for node in api("GET", "/api/v1/nodes")["items"]}
    for name in sorted(set(wanted) - have):
        api("POST", "/api/v1/nodes", wanted[name])
    for name in sorted(have - set(wanted)):
        api("DELETE", f"/api/v1/nodes/{name}")
        _end_pods(api, name)


def _end_pods(api: Api, node: str) -> None:
    """Delete what ran on a node that is gone, as the garbage collector does a minute later; EKS takes several."""
    for pod in api("GET", f"/api/v1/pods?fieldSelector=spec.nodeName={node}")["items"]:
        path = f"/api/v1/namespaces/{pod['metadata']['namespace']}/pods/{pod['metadata']['name']}"
        api.raw("DELETE", f"{path}?gracePeriodSeconds=0")  # another may have been quicker


def _nodes(group: dict[str, Any]) -> list[dict[str, Any]]:
    """Give the nodes of a group, spread over its subnets and named after an address of each, as EC2 does.

    A group that is made again gets other addresses: the pods of a node that went outlive it by a minute, and would
    otherwise be found on the new one.
    """
    size, subnets = int(group["scalingConfig"]["desiredSize"]), group["subnets"]
    nodes = []
    for index in range(size):
        subnet = ec2._subnets[subnets[index % len(subnets)]]
        network = ipaddress.ip_network(subnet["CidrBlock"])
        address = network[_FIRST_HOST + (_first_host(group) + index // len(subnets)) % (network.num_addresses - 20)]
        name = f"ip-{str(address).replace('.', '-')}.{get_region()}.compute.internal"
        nodes.append(_node(name, group, subnet["AvailabilityZone"]))
    return nodes


def _initialized(cluster: str) -> bool:
    """Say whether the cloud controller of the control plane can look at instances, with the cluster's role.

    A kubelet joins with a taint, which that controller takes off (kubernetes.io, "Cloud Controller Manager
    Administration"); here it does so before the node is seen.
    """
    return rights.allows(eks._clusters[cluster]["roleArn"], "ec2:DescribeInstances")


def _first_host(group: dict[str, Any]) -> int:
    if group["nodegroupArn"] not in _hosts:
        first = max((hosts.stop for hosts in _hosts.values()), default=0)
        each = int(group["scalingConfig"]["maxSize"]) // len(group["subnets"]) + 1
        _hosts[group["nodegroupArn"]] = range(first, first + each)
    return _hosts[group["nodegroupArn"]].start


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
    if not _initialized(group["clusterName"]):
        taints.append(
            {"key": "node.cloudprovider.kubernetes.io/uninitialized", "value": "true", "effect": "NoSchedule"}
        )
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name, "labels": labels},
        "spec": {"taints": taints} if taints else {},
        "status": {"capacity": size, "allocatable": size},
    }
