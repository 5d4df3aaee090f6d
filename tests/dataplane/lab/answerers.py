"""Servers that answer each request with the address it came from."""

from __future__ import annotations

import selectors
import socket
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.dataplane.lab.namespaces import Namespaces
    from tests.dataplane.lab.request import Request

_SIZE = 512


class Answerers:
    """Listen for some requests, in one selector with whoever else uses it.

    Attributes:
        seen: {what was asked: address that it came from}, also where the answer is lost.
    """

    def __init__(self, namespaces: Namespaces, requests: Sequence[Request], selector: selectors.BaseSelector) -> None:
        self.seen: dict[bytes, str] = {}
        self._selector = selector
        self._open: set[socket.socket] = set()
        for request in requests:
            if request.server:
                self._listen(namespaces, *request.server, tcp=request.protocol == "tcp")

    def serve(self, ready: socket.socket) -> None:
        """Go on with a socket of ours that is ready."""
        if ready.type == socket.SOCK_DGRAM:
            data, client = ready.recvfrom(_SIZE)
            ready.sendto(self._answer(data, client[0]), client)
        elif ready.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
            self._add(ready.accept()[0])
        else:
            self._connection(ready)

    def close(self) -> None:
        """Close all sockets."""
        for opened in list(self._open):
            self._drop(opened)

    def _listen(self, namespaces: Namespaces, name: str, address: str, port: int, *, tcp: bool) -> None:
        opened = namespaces.socket(name, socket.SOCK_STREAM if tcp else socket.SOCK_DGRAM)
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.bind((address, port))
        if tcp:
            opened.listen()
        self._add(opened)

    def _connection(self, ready: socket.socket) -> None:
        try:
            data = ready.recv(_SIZE)
            if data:
                ready.send(self._answer(data, ready.getpeername()[0]))
                return
        except OSError:  # the client is gone, or out of reach
            pass
        self._drop(ready)

    def _answer(self, data: bytes, address: str) -> bytes:
        self.seen[data] = address
        return address.encode()

    def _add(self, opened: socket.socket) -> None:
        opened.setblocking(False)
        self._open.add(opened)
        self._selector.register(opened, selectors.EVENT_READ, self)

    def _drop(self, opened: socket.socket) -> None:
        self._selector.unregister(opened)
        self._open.discard(opened)
        opened.close()
