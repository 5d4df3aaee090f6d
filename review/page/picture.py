"""The drawn node, what surrounds it, and a line for each flow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from review.page.box import Box

if TYPE_CHECKING:
    from collections.abc import Mapping

Point = tuple[int, int]
SIZE = (1000, 500)
_VPC = 655
LANES = {"branch": (535, 122, "branch ENI", "pod's groups"), "primary": (535, 296, "primary ENI", "node's group")}
BOXES = {
    "sgp": Box(36, 95, 168, "SGP pod", "groups of its own"),
    "plain": Box(36, 269, 168, "plain pod", "node's group"),
    "node": Box(36, 400, 168, "node", "kubelet, own address"),
    "cache": Box(262, 182, 186, "node cache", "address of cluster DNS"),
    "agent": Box(262, 400, 186, "node's services", "link-local addresses"),
    "coredns": Box(770, 40, 210, "CoreDNS", "on another node"),
    "vpc": Box(770, 124, 210, "VPC", "other pods, resources"),
    "peer": Box(770, 208, 210, "peers", "other VPCs"),
    "internet": Box(770, 292, 210, "internet", "way out"),
    "aws": Box(770, 376, 210, "AWS", "metadata, resolver"),
}
_PLACES = {
    "kubelet": "node",
    "node-ip": "node",
    "node-ip-udp": "node",
    "node-ip-tcp": "node",
    "link-local": "agent",
    "local-dns": "cache",
    "imds": "aws",
    "vpc-resolver": "aws",
    "peer-resolver": "peer",
    "nodeport-local": "vpc",
    "nodeport-cluster": "vpc",
    "external-service": "internet",
    "sgp-unconnected": "sgp",
    "sgp-connected": "sgp",
}
# by whether they lie behind a transit gateway
_PEERS = {
    frozenset[bool](): "none in the file",
    frozenset({False}): "VPC peering",
    frozenset({True}): "transit gateway",
    frozenset({False, True}): "peering, transit gateway",
}


def boxes(content: Mapping[str, Any]) -> dict[str, Box]:
    """Return all places, the node's cache and the ways out of the VPC as what they are."""
    facts, kinds = content["facts"], {bool(peer["transit_gateway_id"]) for peer in content["settings"]["peers"]}
    told = {
        "cache": "switched off" if facts["node cache"] == "off" else BOXES["cache"].detail,
        "peer": _PEERS[frozenset(kinds)],
        "internet": f"way out: {facts['way out']}",
    }
    return {**BOXES, **{place: BOXES[place]._replace(detail=detail) for place, detail in told.items()}}


def line(flow: dict[str, Any]) -> dict[str, Any]:
    """Return the drawing of a flow: its key and verdict, the points of its line, and whether it ends in a cross."""
    sender, _, receiver = flow["id"].partition("-to-")
    start, end = _place(sender, flow), _place(receiver, flow)
    points = _points(BOXES[start], BOXES[end], flow["forward"])
    lost = flow["verdict"] == "fails"
    if lost and flow["forward"] in (">branch", ">primary"):
        points = [*points[:-2], (_VPC + 40, points[-3][1])]
    elif lost:
        points[-1] = (points[-1][0] + 16, points[-1][1])
    return {
        "key": flow["key"],
        "verdict": flow["verdict"],
        "title": flow["title"],
        "path": _path(points),
        "end": points[-1],
        "lost": lost,
        "needed": bool(flow["needed_by"]),
    }


def _place(name: str, flow: dict[str, Any]) -> str:
    if name == "cluster-dns":
        return "cache" if flow["forward"] == "local" else "coredns"
    return _PLACES.get(name, name)


def _points(start: Box, end: Box, forward: str) -> list[Point]:
    """Return the corners of a line: straight on the node, through the lanes of the ENIs off it."""
    if forward == "local":
        return _on_node(start, end)
    steps = forward.replace(">", " >").replace("<", " <").split()
    inside = steps[0].startswith(">")
    points = [start.right if inside else start.left]
    for step in steps:
        x, y = LANES[step[1:]][:2]
        corners = [(x - 75, y), (_VPC, y)]
        points += corners if step.startswith(">") else corners[::-1]
    last = end.left if steps[-1].startswith(">") else end.right
    if steps[-1].startswith(">"):
        points.append((_VPC, last[1]))
    elif not inside:
        points.insert(1, (_VPC, points[0][1]))
    return [*points, last]


def _on_node(start: Box, end: Box) -> list[Point]:
    if start is end:
        (x, y), out = start.right, start.right[0] + 26
        return [(x, y - 12), (out, y - 12), (out, y + 12), (x, y + 12)]
    if start.x == end.x:
        out = start.right[0] + 26
        return [start.right, (out, start.right[1]), (out, end.right[1]), end.right]
    return [start.right, end.left]


def _path(points: list[Point]) -> str:
    return "M" + " L".join(f"{x} {y}" for x, y in points)
