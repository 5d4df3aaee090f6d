"""The client's side of one request."""

from __future__ import annotations

import selectors
import socket
import struct
from typing import TYPE_CHECKING

from tests.dataplane.lab import dns

if TYPE_CHECKING:
    from tests.dataplane.lab.namespaces import Namespaces
    from tests.dataplane.lab.request import Request

_RESET = struct.pack("ii", 1, 0)  # SO_LINGER: close with RST, so that nothing of it is sent later
_SIZE = 2048


class Asker:
    """Ask once and hear the answer, without ever blocking.

    Attributes:
        done: Whether an answer came, or none can come any more.
        seen: Address that the server saw, as the answer tells; empty without an answer.
        why: What went wrong.
    """

    def __init__(self, namespaces: Namespaces, request: Request, number: int, selector: selectors.BaseSelector) -> None:
        self.request, self.seen, self.why, self.done = request, "", "no answer", False
        self.message = dns.query(number, f"q{number}.{request.name}") if request.name else b"q%d" % number
        self._selector, self._tcp = selector, request.spoken == "tcp"
        self._socket = namespaces.socket(request.client, socket.SOCK_STREAM if self._tcp else socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        if request.client not in {"sgp", "plain", "node"}:  # hosts have several addresses
            self._socket.bind((request.client_address, 0))

    def start(self) -> None:
        """Send it, or begin to connect."""
        to = (self.request.to, self.request.port)
        try:
            if self._tcp:
                self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
                self._socket.connect_ex(to)
                self.why = "no connection"
            elif self.request.connected:
                self._socket.connect(to)
                self._socket.send(self.message)
            else:
                self._socket.sendto(self.message, to)
        except OSError as error:
            self._end(error)
            return
        self._selector.register(self._socket, selectors.EVENT_WRITE if self._tcp else selectors.EVENT_READ, self)

    def again(self) -> None:
        """Ask once more on a TCP connection that was answered."""
        self.seen, self.why, self.done = "", "no answer", False
        try:
            self._socket.send(dns.framed(self.message) if self.request.name else self.message)
        except OSError as error:
            self._end(error)

    def serve(self, ready: socket.socket) -> None:
        """Go on: send when the connection stands, read what comes."""
        try:
            if self._tcp and self.why == "no connection":
                self._connected(ready)
            else:
                self._answered(ready.recv(_SIZE))
        except OSError as error:
            self._end(error)

    def close(self) -> None:
        """Give it up."""
        if self._socket in self._selector.get_map():
            self._selector.unregister(self._socket)
        self._socket.close()

    def _connected(self, ready: socket.socket) -> None:
        number = ready.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if number:
            raise OSError(number, "connect")
        self.why = "connected, then no answer"
        self._selector.modify(ready, selectors.EVENT_READ, self)
        ready.send(dns.framed(self.message) if self.request.name else self.message)

    def _answered(self, data: bytes) -> None:
        if self.request.name:
            self.seen = dns.first_address(data[2:] if self._tcp else data) if data else ""
            self.why = "" if self.seen else "an answer without an address"
        else:
            self.seen = data.decode()
            self.why = "" if data else "closed"
        self.done = True

    def _end(self, error: OSError) -> None:
        self.why, self.done = (error.strerror or str(error)).lower(), True
