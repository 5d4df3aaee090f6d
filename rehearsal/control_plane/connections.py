"""Connections to an API server that are used again: a TLS handshake costs both sides more than most calls."""

import http.client
import ssl
import threading
from typing import Any
from urllib.parse import SplitResult


class Connections:
    """One connection for each thread.

    Args:
        where: The server's URL.
        tls: What the server's certificate is checked with.
    """

    def __init__(self, where: SplitResult, tls: ssl.SSLContext) -> None:
        self._where, self._tls = where, tls
        self._own = threading.local()

    def ask(self, *request: Any) -> tuple[http.client.HTTPResponse, bytes]:  # noqa: ANN401  (as HTTPConnection.request)
        """Give the response to a request, and its body.

        A server may close a connection while nobody asks: where an old one is found closed, a new one is made.

        Raises:
            OSError: If the server cannot be reached.
        """
        if old := getattr(self._own, "connection", None):
            try:
                return self._ask(old, *request)
            except (ConnectionError, ssl.SSLEOFError):
                pass
        where = self._where
        new = http.client.HTTPSConnection(where.hostname or "", where.port, context=self._tls, timeout=60)
        return self._ask(new, *request)

    def _ask(self, connection: http.client.HTTPSConnection, *request: Any) -> tuple[http.client.HTTPResponse, bytes]:  # noqa: ANN401
        self._own.connection = None
        try:
            connection.request(*request)
            reply = connection.getresponse()
            text = reply.read()
        except BaseException:
            connection.close()
            raise
        self._own.connection = connection
        return reply, text
