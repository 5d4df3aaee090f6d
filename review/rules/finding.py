"""A rule that does not hold, at one place of an environment file."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from settings.alike import place

if TYPE_CHECKING:
    from review.rules.rule import Rule, Severity


@dataclasses.dataclass(frozen=True)
class Finding:
    """What is wrong or doubtful, where, and what to do."""

    rule: Rule
    path: str
    got: str
    fix: str
    acknowledged: str = ""
    """Reason for which the environment file accepts it; empty: it does not."""
    owner: str = ""
    """Whose setting it is, such as `shop/api`; empty: nobody's."""

    @property
    def severity(self) -> Severity:
        """The rule's severity."""
        return self.rule.severity

    @property
    def stops(self) -> bool:
        """Whether nothing may be synthesized."""
        return self.severity == "error" and not self.acknowledged

    def __str__(self) -> str:
        """Say it in three lines, or four."""
        lines = [
            f"{place(self.path, self.owner)} must {self.rule.must}, got {self.got}",
            f"    why: {self.rule.why} ({self.rule.source})",
            f"    fix: {self.fix}",
            f"    rule: {self.rule.id}" + (f", acknowledged: {self.acknowledged}" if self.acknowledged else ""),
        ]
        return "\n".join(lines)
