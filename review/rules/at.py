"""Where a rule does not hold."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True)
class At:
    """A place where a rule does not hold: settings path, what stands there, and a closer fix where there is one."""

    path: str
    got: str
    fix: str = ""
    final: bool = False
    """Whether no reason helps: the stacks refuse it as well, or what they make could not work."""
