"""The form of the table that the model is written in."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from review.flows.judge import Judge

if TYPE_CHECKING:
    from review.flows.cell import Cell
    from review.flows.flow import Protocol

_STEPS = {
    ">branch": Judge("pod", "egress"),
    "<branch": Judge("pod", "ingress"),
    ">primary": Judge("node", "egress"),
    "<primary": Judge("node", "ingress"),
}


@dataclasses.dataclass(frozen=True)
class Row:
    """One kind of connection: the first cell that holds tells what happens; where none does, it does not exist."""

    id: str
    title: str
    protocols: tuple[Protocol, ...]
    cells: tuple[Cell, ...]
    destination: str = ""
    """Range of addresses outside the VPC that it goes to; `peer` stands for the peer's."""
    far: tuple[Judge, ...] = ()
    """What judges at the other end, where the packets leave this node."""
    exempt: bool = False
    """True where AWS lets no security group judge it."""

    def judges(self, cell: Cell) -> tuple[Judge, ...]:
        """Return the groups that the request meets, in order; where it is lost, none of the end it does not reach."""
        if self.exempt or cell.forward == "local":
            return ()
        steps = [_STEPS[step] for step in cell.forward.replace(">", " >").replace("<", " <").split()]
        before = [judge for judge in self.far if judge.direction == "egress"]
        after = [judge for judge in self.far if judge.direction == "ingress" and cell.end == "ok"]
        return (*before, *steps, *cell.also, *after)
