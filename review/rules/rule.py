"""A rule: what must hold, why, and what to do where it does not."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Literal

from review.rules.at import At

if TYPE_CHECKING:
    from settings import Settings

Severity = Literal["error", "warning"]


Check = Callable[["Settings"], Iterator[At]]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Rule:
    """Something that must hold in an environment file."""

    id: str
    """Stable kebab-case name; an acknowledgement names it."""
    severity: Severity
    """`error` stops the synthesis, `warning` is told."""
    must: str
    """What must hold, so that `<path> must …` is a sentence."""
    why: str
    """What happens otherwise, in one sentence."""
    source: str
    """Where that can be read."""
    fix: str
    """What to do."""
    paths: tuple[str, ...]
    """Settings that it looks at."""
    check: Check
    """Yields every place where it does not hold."""


def rule(
    rule_id: str, severity: Severity, *, must: str, why: str, source: str, fix: str, paths: tuple[str, ...]
) -> Callable[[Check], Rule]:
    """Make a Rule of the decorated function."""

    def make(check: Check) -> Rule:
        return Rule(id=rule_id, severity=severity, must=must, why=why, source=source, fix=fix, paths=paths, check=check)

    return make
