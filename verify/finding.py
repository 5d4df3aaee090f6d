"""One thing that was looked at."""

from dataclasses import dataclass, field
from typing import Any

RUN_AGAIN = "give pod_networking.run_again a new text"
"""What applies everything again where a deploy has no change."""


@dataclass(frozen=True)
class Finding:
    """What was looked at, and what is not as it must be.

    Attributes:
        what: The promise, as a sentence.
        seen: What was found where it holds.
        problems: What is wrong, each with its place; none where the promise holds.
        fix: What to do about them.
        not_tried: Why it could not be looked at; empty where it was. It counts neither as holding nor as wrong.
    """

    what: str
    seen: str = ""
    problems: list[str] = field(default_factory=list)
    fix: str = ""
    not_tried: str = ""

    @property
    def result(self) -> str:
        """`holds`, `fails` or `not tried`."""
        return "fails" if self.problems else "not tried" if self.not_tried else "holds"

    def content(self) -> dict[str, Any]:
        """Give it as plain values, for JSON."""
        return {"result": self.result, **vars(self)}
