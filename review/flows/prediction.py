"""From conditions to flows: the table, read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from review.flows import from_node, from_outside, from_plain, from_sgp
from review.flows.flow import Flow, Verdict

if TYPE_CHECKING:
    from review.flows.cell import Cell
    from review.flows.conditions import Conditions
    from review.flows.judge import Judge
    from review.flows.row import Row

TABLE: tuple[Row, ...] = (*from_sgp.ROWS, *from_plain.ROWS, *from_outside.ROWS, *from_node.ROWS)


def predict(conditions: Conditions, internet: str = from_sgp.INTERNET) -> tuple[Flow, ...]:
    """Return what becomes of each kind of connection, in the order of the table.

    Flows that do not exist under the conditions are left out: those of a peer where there is none, and the cache's own
    where it is away. `internet` is the range that flows to the internet are told for, where not all of it is treated
    alike.
    """
    ranges = {from_sgp.PEER: conditions.peer_cidr, from_sgp.INTERNET: internet}
    found = []
    for row in TABLE:
        destination = ranges.get(row.destination, row.destination)
        if destination or row.destination != from_sgp.PEER:
            words = conditions.words(destination)
            found += [_flow(row, cell) for cell in row.cells if cell.holds(words)][:1]
    return tuple(found)


def _flow(row: Row, cell: Cell) -> Flow:
    judges = row.judges(cell)
    return Flow(
        id=row.id,
        title=row.title,
        protocols=row.protocols,
        verdict=_verdict(cell, judges),
        forward=cell.forward,
        back=cell.back,
        source=cell.source,
        judges=judges,
        fact=cell.fact,
    )


def _verdict(cell: Cell, judges: tuple[Judge, ...]) -> Verdict:
    if cell.end == "lost":
        return "fails"
    return "works" if judges else "unfiltered"
