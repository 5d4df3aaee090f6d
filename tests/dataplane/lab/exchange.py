"""Many requests at once, and what became of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.dataplane.lab.conversation import Conversation
from tests.dataplane.lab.outcome import Outcome
from tests.dataplane.lab.reading import source, wire

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.dataplane.lab.addresses import Addresses
    from tests.dataplane.lab.namespaces import Namespaces
    from tests.dataplane.lab.request import Request
    from tests.dataplane.lab.tap import Tap


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
            conversation = Conversation(self._namespaces, together, self._patience)
            conversation.begin()
            yield from self._heard(conversation, job, moment, cache=cache)
            conversation.close()

    def hold(self, requests: Sequence[Request]) -> Conversation:
        """Open a TCP connection for each request that can have one, and leave it open."""
        held = [request for request in requests if request.server and request.spoken == "tcp"]
        conversation = Conversation(self._namespaces, held, self._patience)
        conversation.begin()
        return conversation

    def held(self, conversation: Conversation, job: str, moment: str, *, cache: bool) -> Iterator[Outcome]:
        """Ask once more on connections that were held; their flows end in `-held`."""
        self._tap.quiet()
        conversation.again()
        yield from self._heard(conversation, job, moment, cache=cache, suffix="-held")

    def _heard(
        self, conversation: Conversation, job: str, moment: str, *, cache: bool, suffix: str = ""
    ) -> Iterator[Outcome]:
        packets = self._tap.packets()
        for asker in conversation.askers:
            request, seen = asker.request, conversation.seen(asker)
            way = wire(request, packets, self._addresses, cache=cache)
            arrived, crossed = bool(asker.seen), way.forward or way.back
            yield Outcome(
                job=job,
                moment=moment,
                flow=request.flow + suffix,
                protocol=request.protocol,
                peer=request.peer,
                nodes=request.nodes,
                arrived=arrived,
                source=source(request, seen, way, self._addresses),
                forward=way.forward or "local",
                back=way.back or ("local" if arrived and not crossed else "-"),
                why=asker.why,
            )


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
