"""The nodes of a managed node group: what EC2 and a kubelet would say of each instance."""

import ipaddress
from typing import Any

from ministack.core.responses import get_region
from ministack.services import ec2, eks

from rehearsal.emulator import rights

_FIRST_HOST = 10
_hosts: dict[tuple[str, int], range] = {}  # ARN and generation of a group -> hosts in each subnet; none is given twice
_EFFECTS = {"NO_SCHEDULE": "NoSchedule", "NO_EXECUTE": "NoExecute", "PREFER_NO_SCHEDULE": "PreferNoSchedule"}


def nodes_of(group: dict[str, Any], generation: int) -> list[dict[str, Any]]:
    """Give the nodes of a group, spread over its subnets and named after an address of each, as EC2 does.

    A group that is made again, and its nodes of another generation, get other addresses: the pods of a node that went
    outlive it by a minute, and would otherwise be found on the new one.
    """
    size, subnets = int(group["scalingConfig"]["desiredSize"]), group["subnets"]
    nodes = []
    for index in range(size):
        subnet = ec2._subnets[subnets[index % len(subnets)]]
        network = ipaddress.ip_network(subnet["CidrBlock"])
        address = network[
            _FIRST_HOST + (_first_host(group, generation) + index // len(subnets)) % (network.num_addresses - 20)
        ]
        name = f"ip-{str(address).replace('.', '-')}.{get_region()}.compute.internal"
        nodes.append(_node(name, str(address), group, subnet["AvailabilityZone"]))
    return nodes


def _initialized(cluster: str) -> bool:
    """Say whether the cloud controller of the control plane can look at instances, with the cluster's role.

    A kubelet joins with a taint, which that controller takes off (kubernetes.io, "Cloud Controller Manager
    Administration"); here it does so before the node is seen.
    """
    return rights.allows(eks._clusters[cluster]["roleArn"], "ec2:DescribeInstances")


def _first_host(group: dict[str, Any], generation: int) -> int:
    key = group["nodegroupArn"], generation
    if key not in _hosts:
        first = max((hosts.stop for hosts in _hosts.values()), default=0)
        each = int(group["scalingConfig"]["maxSize"]) // len(group["subnets"]) + 1
        _hosts[key] = range(first, first + each)
    return _hosts[key].start


def _node(name: str, address: str, group: dict[str, Any], zone: str) -> dict[str, Any]:
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
        "status": {
            "capacity": size,
            "allocatable": size,
            "addresses": [{"type": "InternalIP", "address": address}, {"type": "Hostname", "address": name}],
            "nodeInfo": {"kubeletVersion": f"v{group['version']}.0-eks"},
        },
    }
