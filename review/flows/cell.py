"""One entry of the table that the model is written in."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from review.flows.facts import Fact
    from review.flows.flow import Path, Source
    from review.flows.judge import Judge


@dataclasses.dataclass(frozen=True)
class Cell:
    """What happens in the cells that have all the words of `when` (see Conditions.words); no words: in every other."""

    when: str
    end: Literal["ok", "lost"]
    source: Source
    forward: Path
    back: Path
    fact: Fact
    also: tuple[Judge, ...] = ()
    """What judges after the steps of `forward`."""

    def holds(self, words: frozenset[str]) -> bool:
        """Return whether this is the cell for these words."""
        return words.issuperset(self.when.split())
