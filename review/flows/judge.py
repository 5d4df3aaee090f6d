"""Who decides about a connection."""

from __future__ import annotations

import dataclasses
from typing import Literal


@dataclasses.dataclass(frozen=True, order=True)
class Judge:
    """A security group that decides about the first packet of a connection, and in which direction."""

    group: Literal["pod", "node", "target", "peer", "client"]
    direction: Literal["egress", "ingress"]

    def __str__(self) -> str:
        return f"{self.group} {self.direction}"
