"""What a change does to what is running."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Literal, get_args

if TYPE_CHECKING:
    from review.changes.difference import Difference

Kind = Literal["refused", "replacement", "DNS gap", "nodes", "pods", "DNS", "connections", "rollout", "nothing"]
KINDS: tuple[Kind, ...] = get_args(Kind)
TOLD: dict[Kind, str] = {
    "refused": "AWS refuses it",
    "replacement": "resources are replaced",
    "DNS gap": "pods lose DNS",
    "nodes": "nodes are replaced, or have to be",
    "pods": "pods have to be restarted",
    "DNS": "DNS answers come another way, without a gap",
    "connections": "connections take another way, or end",
    "rollout": "a DaemonSet is replaced node by node",
    "nothing": "running pods notice nothing",
}


@dataclasses.dataclass(frozen=True)
class Effect:
    """One consequence, in a sentence, and where that can be read."""

    kind: Kind
    sentence: str
    source: str


Table = Mapping[str, Effect | tuple[Effect, ...] | Callable[["Difference"], Iterable[Effect]]]
"""{pattern of a setting's path: what its change does}."""
