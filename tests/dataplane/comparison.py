"""The model's flows beside the kernel's outcomes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from review.flows import Flow
    from tests.dataplane.lab.outcome import Outcome

_EXEMPT = {"sgp-to-imds", "plain-to-imds", "cache-to-vpc-resolver"}  # no security group judges them: VPC user guide


@dataclass(frozen=True)
class Comparison:
    """One flow by one protocol; `outcome` is None where the laboratory never tried it."""

    flow: Flow
    protocol: str
    outcome: Outcome | None

    @property
    def predicted(self) -> str:
        """Say what the model says, as Outcome.text does."""
        flow = self.flow
        return f"{'ok' if flow.arrives else 'LOST'}, from {flow.source}, {flow.forward} / {flow.back}"

    @property
    def differences(self) -> tuple[str, ...]:
        """Say each difference; nothing where kernel and model agree."""
        if self.outcome is None:
            return ("never tried",)
        seen, flow = self.outcome, self.flow
        pairs = {
            "arrives": (seen.arrived, flow.arrives),
            "source": (seen.source, flow.source),
            "request": (seen.forward, flow.forward),
            "answer": (seen.back, flow.back),
            "unfiltered": (self._unjudged(seen), flow.verdict == "unfiltered"),
        }
        return tuple(
            f"{what}: kernel {kernel}, model {model}" for what, (kernel, model) in pairs.items() if kernel != model
        )

    def _unjudged(self, seen: Outcome) -> bool:
        """Return whether no security group can have judged it: they sit on ENIs."""
        return seen.arrived and (seen.forward == "local" or seen.flow in _EXEMPT)

    def __str__(self) -> str:
        return f"{self.flow.key} {self.protocol}: {'; '.join(self.differences) or 'agrees'}"


def peer_of(flow: Flow) -> str:
    """Return what the laboratory calls the other end: a peer's name, its range apart from the first, or a service's."""
    return " ".join(filter(None, (flow.peer, flow.range)))


def compare(flows: Iterable[Flow], outcomes: Sequence[Outcome]) -> list[Comparison]:
    """Put each flow, by each of its protocols, beside its outcome, of those of one moment and one kind of nodes."""
    by_key = {(outcome.flow, outcome.protocol, outcome.peer): outcome for outcome in outcomes}
    return [
        Comparison(flow, protocol, by_key.get((flow.id, protocol, peer_of(flow))))
        for flow in flows
        for protocol in flow.protocols
    ]
