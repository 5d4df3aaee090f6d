"""Many requests at once, and what became of each."""

from __future__ import annotations

import itertools
import selectors
import time
from typing import TYPE_CHECKING

from tests.dataplane.lab.answerers import Answerers
from tests.dataplane.lab.asker import Asker
from tests.dataplane.lab.outcome import Outcome
from tests.dataplane.lab.reading import source, wire

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.dataplane.lab.addresses import Addresses
    from tests.dataplane.lab.namespaces import Namespaces
    from tests.dataplane.lab.request import Request
    from tests.dataplane.lab.tap import Tap

_NUMBERS = itertools.count(1)


class Exchange:
    """Try requests side by side: a lost one costs its patience once, not once each.

    Args:
        namespaces: Where clients and servers live.
        addresses: Of this laboratory.
        tap: What sees the node's edge.
        patience: Seconds until a request counts as lost.
    """

    def __init__(self, namespaces: Namespaces, addresses: Addresses, tap: Tap, patience: float) -> None:
        self._namespaces, self._addresses, self._tap, self._patience = namespaces, addresses, tap, patience

    def outcomes(self, requests: Sequence[Request], job: str, moment: str, *, cache: bool) -> Iterator[Outcome]:
        """Return an outcome for each request; those whose packets look the same go one after the other."""
        for together in _rounds(requests):
            self._tap.quiet()
            with selectors.DefaultSelector() as selector:
                answerers = Answerers(self._namespaces, together, selector)
                askers = [Asker(self._namespaces, request, next(_NUMBERS), selector) for request in together]
                self._talk(askers, selector)
                packets = self._tap.packets()
                for asker in askers:
                    asker.close()
                answerers.close()
            for asker in askers:
                request, seen = asker.request, asker.seen or answerers.seen.get(asker.message, "")
                way = wire(request, packets, self._addresses, cache=cache)
                arrived, crossed = bool(asker.seen), way.forward or way.back
                yield Outcome(
                    job=job,
                    moment=moment,
                    flow=request.flow,
                    protocol=request.protocol,
                    peer=request.peer,
                    nodes=request.nodes,
                    arrived=arrived,
                    source=source(request, seen, way, self._addresses),
                    forward=way.forward or "local",
                    back=way.back or ("local" if arrived and not crossed else "-"),
                    why=asker.why,
                )

    def _talk(self, askers: list[Asker], selector: selectors.BaseSelector) -> None:
        for asker in askers:
            asker.start()
        end = time.monotonic() + self._patience
        while not all(asker.done for asker in askers) and (left := end - time.monotonic()) > 0:
            for key, _ in selector.select(left):
                key.data.serve(key.fileobj)
        time.sleep(0.002)  # acknowledgements on their way


def _rounds(requests: Sequence[Request]) -> list[list[Request]]:
    """Part the requests so that the packets of each can be told apart from those beside it."""
    rounds: list[list[Request]] = []
    for request in requests:
        fitting = (beside for beside in rounds if not any(request.clashes(other) for other in beside))
        beside = next(fitting, None)
        if beside is None:
            rounds.append([request])
        else:
            beside.append(request)
    return rounds
