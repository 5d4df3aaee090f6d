"""From packets and answers to outcomes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.dataplane.lab.addresses import Addresses
    from tests.dataplane.lab.packet import Packet
    from tests.dataplane.lab.request import Request


@dataclass(frozen=True)
class Wire:
    """What one request's packets did at the node's edge."""

    forward: str
    back: str
    left: str
    """Source address with which the first packet of the request left the node; empty: none did."""
    entered: str
    """The same for the first that came in."""


def wire(request: Request, packets: Sequence[Packet], addresses: Addresses, *, cache: bool) -> Wire:
    """Pick the request's packets and tell their way. While there is a cache, its own queries belong to nobody else."""
    own = (addresses.node, addresses.coredns, 53) if cache and not request.near else None
    forward: list[str] = []
    back: list[str] = []
    left = entered = ""
    for packet in packets:
        if packet.protocol != request.protocol:
            continue
        near, far, port = _ends(request, packet)
        if request.near not in {"", near} or own == (near, far, port):
            continue
        if (packet.destination, packet.destination_port) == (far, port):
            forward += [packet.step] if packet.step not in forward else []
            if packet.step.startswith(">"):
                left = left or near
            else:
                entered = entered or near
        elif (packet.source, packet.source_port) == (far, port):
            back += [packet.step] if packet.step not in back else []
        elif request.server and packet.step.startswith(">"):  # sent on to a pod, as NodePorts are
            behind = (packet.destination, packet.destination_port) == request.server[1:]
            left = left or (packet.source if behind else "")
    return Wire("".join(forward), "".join(back), left, entered)


def _ends(request: Request, packet: Packet) -> tuple[str, str, int]:
    """Return the client's address, the server's, and the server's port; empty ones for somebody else's packet."""
    if packet.destination in request.ends and packet.destination_port == request.port:
        return packet.source, packet.destination, request.port
    if packet.source in request.ends and packet.source_port == request.port:
        return packet.destination, packet.source, request.port
    return "", "", 0


def source(request: Request, seen: str, way: Wire, addresses: Addresses) -> str:
    """Say in the model's words from which address it came: what the other side saw, or a lost packet left with.

    Behind a NAT gateway what left the node counts. Two different addresses are told as such: no model says that.
    """
    address = way.left or seen or way.entered
    if seen and way.left and seen != way.left and not request.nodes:
        return f"{way.left} then {seen}"
    if address == request.client_address:
        return {"sgp": "pod", "plain": "pod", "node": "node"}.get(request.client, "-")
    return "node" if address == addresses.node else address
