"""A packet at the node's edge."""

from __future__ import annotations

import socket
import struct
from typing import NamedTuple

_PROTOCOLS = {6: "tcp", 17: "udp"}


class Packet(NamedTuple):
    """Headers of one packet; `step` is `>primary`, `<branch` … as review.flows writes it."""

    step: str
    protocol: str
    source: str
    destination: str
    source_port: int
    destination_port: int


def parse(data: bytes, step: str) -> Packet | None:
    """Read an IPv4 packet; None if it is neither TCP nor UDP, or a later fragment."""
    length = (data[0] & 15) * 4
    fragment = struct.unpack_from(">H", data, 6)[0] & 0x1FFF
    if data[9] not in _PROTOCOLS or fragment or len(data) < length + 4:
        return None
    ports = struct.unpack_from(">HH", data, length)
    ends = socket.inet_ntoa(data[12:16]), socket.inet_ntoa(data[16:20])
    return Packet(step, _PROTOCOLS[data[9]], *ends, *ports)
