"""Managed node groups as kwok nodes: one Node for each instance."""

import itertools
import math
from collections.abc import Callable
from typing import Any

from ministack.services import ec2, eks

from rehearsal.control_plane import Api
from rehearsal.emulator.cluster.joining import REFUSED, Reply, around
from rehearsal.emulator.cluster.nodes import nodes_of
from rehearsal.emulator.cluster.planes import PLANES
from rehearsal.emulator.cluster.replacement import Replacement
from rehearsal.emulator.recorded import RECORDED
from rehearsal.emulator.refused import RefusedError

_numbers = itertools.count(1)
_generations: dict[str, int] = {}  # ARN of a group -> number of its nodes' generation, of which none comes twice


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


def replace(group: dict[str, Any], before: dict[str, Any]) -> None:
    """Replace the nodes of a group in turn; without a control plane there is nothing to do.

    Args:
        group: Its record, with what its nodes shall be.
        before: What the record was.

    Raises:
        RefusedError: As `Replacement.run`; the group then is what it was before, with its nodes.
    """
    plane = PLANES.get(group["clusterName"])
    if plane is None:
        return
    zones = {ec2._subnets[subnet]["AvailabilityZone"] for subnet in group["subnets"]}
    old = [node["metadata"]["name"] for node in _nodes(before)]
    was, _generations[group["nodegroupArn"]] = _generation(group), next(_numbers)
    replacement = Replacement(
        plane.api,
        group["nodegroupName"],
        zones=len(zones),
        at_once=_at_once(group),
        end=lambda name: _end(plane.api, name),
    )
    group["status"] = "UPDATING"
    try:
        replacement.run(old, _nodes(group))
    except RefusedError:
        _generations[group["nodegroupArn"]] = was
        group |= before
        raise
    finally:
        group["status"] = "ACTIVE"
        follow(group["clusterName"])


def _at_once(group: dict[str, Any]) -> int:
    """Give how many nodes may be away (EKS API reference, NodegroupUpdateConfig)."""
    config = group.get("updateConfig") or {}
    share = int(config.get("maxUnavailablePercentage", 0)) * int(group["scalingConfig"]["desiredSize"]) / 100
    return int(config.get("maxUnavailable", 0)) or math.ceil(share) or 1


def _reconcile(api: Api, wanted: dict[str, dict[str, Any]]) -> None:
    have = {node["metadata"]["name"] for node in api("GET", "/api/v1/nodes")["items"]}
    for name in sorted(set(wanted) - have):
        api("POST", "/api/v1/nodes", wanted[name])
    for name in sorted(have - set(wanted)):
        _end(api, name)


def _end(api: Api, node: str) -> None:
    """Delete a node and what ran there, as the garbage collector does a minute later; EKS takes several."""
    api("DELETE", f"/api/v1/nodes/{node}")
    for pod in api("GET", f"/api/v1/pods?fieldSelector=spec.nodeName={node}")["items"]:
        path = f"/api/v1/namespaces/{pod['metadata']['namespace']}/pods/{pod['metadata']['name']}"
        api.raw("DELETE", f"{path}?gracePeriodSeconds=0")  # another may have been quicker


def _nodes(group: dict[str, Any]) -> list[dict[str, Any]]:
    return nodes_of(group, _generation(group))


def _generation(group: dict[str, Any]) -> int:
    return _generations.get(group["nodegroupArn"], 0)
