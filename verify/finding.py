"""One thing that was looked at."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Finding:
    """What was looked at, and what is not as it must be.

    Attributes:
        what: The promise, as a sentence.
        seen: What was found where it holds.
        problems: What is wrong, each with its place; none where the promise holds.
        fix: What to do about them.
    """

    what: str
    seen: str
    problems: list[str] = field(default_factory=list)
    fix: str = ""

    @property
    def holds(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems
