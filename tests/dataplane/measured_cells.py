"""Cells, measured."""

from __future__ import annotations

import dataclasses
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, get_args

from review.flows import predict
from review.flows.conditions import Nodes
from tests.dataplane.comparison import Comparison, compare
from tests.dataplane.jobs import PATIENT, job
from tests.dataplane.lab.addresses import INTERNET_RANGE
from tests.dataplane.lab.outside import measure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from settings import Settings
    from tests.dataplane.cell import Cell
    from tests.dataplane.lab.outcome import Outcome


@dataclass(frozen=True)
class MeasuredCells:
    """What the kernel did in some cells.

    Attributes:
        base: The environment that the cells vary.
        outcomes: {cell: its outcomes}.
        notes: What stood for something else.
        seconds: How long it took.
        twice: Cells that were measured a second time.
    """

    base: Settings
    outcomes: dict[Cell, tuple[Outcome, ...]]
    notes: tuple[str, ...]
    seconds: float
    twice: tuple[Cell, ...] = ()

    def comparisons(self, cell: Cell) -> list[Comparison]:
        """Compare a cell with the model as it is now, for each place where nodes may stand."""
        found: list[Comparison] = []
        for nodes in get_args(Nodes):
            flows = predict(cell.conditions(self.base, nodes), INTERNET_RANGE)
            named = [
                dataclasses.replace(flow, peer=self._peer) if "peer" in flow.id.split("-") else flow for flow in flows
            ]
            here = [outcome for outcome in self.outcomes[cell] if outcome.nodes in {"", nodes}]
            found += compare(named, here)
        return found

    def differing(self, cell: Cell) -> list[Comparison]:
        """Return what kernel and model do not agree about."""
        return [found for found in self.comparisons(cell) if found.differences]

    def untold(self, cell: Cell) -> list[Outcome]:
        """Return what the kernel did and the model does not know."""
        told = {found.outcome for found in self.comparisons(cell)}
        return [outcome for outcome in self.outcomes[cell] if outcome not in told]

    @property
    def _peer(self) -> str:
        return self.base.peers[0].name


def measure_cells(base: Settings, cells: Sequence[Cell], patience: float = 0.6) -> MeasuredCells:
    """Measure cells; those that differ from the model once more, with patience: only lasting differences count."""
    begin = time.monotonic()
    first = _measure(base, cells, patience)
    doubtful = tuple(cell for cell in cells if first.differing(cell))
    again = _measure(base, doubtful, PATIENT) if doubtful else None
    outcomes = {**first.outcomes, **(again.outcomes if again else {})}
    return MeasuredCells(base, outcomes, first.notes, time.monotonic() - begin, doubtful)


def _measure(base: Settings, cells: Sequence[Cell], patience: float) -> MeasuredCells:
    nodes: dict[str, list[Cell]] = {}
    for cell in cells:
        nodes.setdefault(cell.node, []).append(cell)
    jobs = [
        dataclasses.replace(
            job(here[0].settings(base), node, [cell.moment_of(base) for cell in here]),
            patience=patience,
            metadata_hops=here[0].metadata_hops,
        )
        for node, here in nodes.items()
    ]
    found = measure(jobs)
    outcomes = {
        cell: tuple(one for one in found.outcomes if (one.job, one.moment) == (cell.node, cell.moment))
        for cell in cells
    }
    return MeasuredCells(base, outcomes, found.notes, 0.0)
