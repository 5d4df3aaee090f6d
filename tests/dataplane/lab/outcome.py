"""What became of one request."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """In the words of review.flows."""

    job: str
    moment: str
    flow: str
    protocol: str
    peer: str
    nodes: str
    arrived: bool
    """Request and answer."""
    source: str
    """`pod`, `node`, `-` (the client's own), or an address that is none of them; empty: nothing was seen."""
    forward: str
    back: str
    why: str
    """What the client's system call said, where it did not arrive."""

    def to_json(self) -> str:
        """Write it as one line."""
        return json.dumps(dataclasses.asdict(self))

    @property
    def text(self) -> str:
        """Say it on one line."""
        end = "ok" if self.arrived else f"LOST ({self.why})"
        return f"{end}, from {self.source or 'nobody'}, {self.forward} / {self.back}"
