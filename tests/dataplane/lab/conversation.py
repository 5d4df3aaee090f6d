"""Clients and servers of some requests, and their talk."""

from __future__ import annotations

import itertools
import selectors
import time
from typing import TYPE_CHECKING

from tests.dataplane.lab.answerers import Answerers
from tests.dataplane.lab.asker import Asker

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.dataplane.lab.namespaces import Namespaces
    from tests.dataplane.lab.request import Request

_NUMBERS = itertools.count(1)


class Conversation:
    """Ask all requests side by side; connections stay open until `close`.

    Attributes:
        requests: What is asked.
        askers: The client of each request.
    """

    def __init__(self, namespaces: Namespaces, requests: Sequence[Request], patience: float) -> None:
        self.requests, self._patience = requests, patience
        self._selector = selectors.DefaultSelector()
        self._answerers = Answerers(namespaces, requests, self._selector)
        self.askers = [Asker(namespaces, request, next(_NUMBERS), self._selector) for request in requests]

    def begin(self) -> None:
        """Send every request and wait for answers, `patience` seconds at most."""
        for asker in self.askers:
            asker.start()
        self._talk()

    def again(self) -> None:
        """Ask once more on the connections that are open."""
        for asker in self.askers:
            asker.again()
        self._talk()

    def seen(self, asker: Asker) -> str:
        """Return the address that the server saw, also where its answer was lost."""
        return asker.seen or self._answerers.seen.get(asker.message, "")

    def close(self) -> None:
        """End all connections and servers."""
        for asker in self.askers:
            asker.close()
        self._answerers.close()
        self._selector.close()

    def _talk(self) -> None:
        end = time.monotonic() + self._patience
        while not all(asker.done for asker in self.askers) and (left := end - time.monotonic()) > 0:
            for key, _ in self._selector.select(left):
                key.data.serve(key.fileobj)
        time.sleep(0.002)  # acknowledgements on their way
