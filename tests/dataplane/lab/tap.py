"""What crosses the node's edge."""

from __future__ import annotations

import socket
import time
from typing import TYPE_CHECKING

from tests.dataplane.lab.fabric import BRANCHES, PRIMARY
from tests.dataplane.lab.packet import Packet, parse

if TYPE_CHECKING:
    from tests.dataplane.lab.namespaces import Namespaces

_ALL = 0x0003  # ETH_P_ALL: packets in both directions
_IPV4, _OUTGOING = 0x0800, 4
_NAMES = {PRIMARY: "primary", **dict.fromkeys(BRANCHES.values(), "branch")}  # link: as review.flows writes it
_HEADERS, _BUFFER = 96, 1 << 22  # bytes


class Tap:
    """Listen on the router's ends of the ENIs, where it has not dropped anything yet."""

    def __init__(self, namespaces: Namespaces) -> None:
        with namespaces.inside("router"):
            self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(_ALL))
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
        self._socket.setblocking(False)

    def packets(self) -> list[Packet]:
        """Return what came since the last call, in order."""
        found: list[Packet] = []
        while True:
            try:
                data, (link, protocol, kind, *_) = self._socket.recvfrom(_HEADERS)
            except BlockingIOError:
                return found
            if link in _NAMES and protocol == _IPV4:
                packet = parse(data, ("<" if kind == _OUTGOING else ">") + _NAMES[link])
                found += [packet] if packet else []

    def quiet(self, seconds: float = 0.005) -> None:
        """Forget what came, until nothing comes for so long; at most a second."""
        end = time.monotonic() + 1
        while (self.packets() or time.monotonic() < end - 1 + seconds) and time.monotonic() < end:
            time.sleep(seconds)

    def close(self) -> None:
        """Stop listening."""
        self._socket.close()
