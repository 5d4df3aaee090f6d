"""How one run ended."""

from dataclasses import dataclass

WENT_THROUGH = "went through"


@dataclass(frozen=True)
class Result:
    """What became of one command during which something failed.

    Attributes:
        command: What was asked for.
        fault: What failed.
        after: Seconds after which it failed.
        first: How the command ended: "went through", or why not.
        again: How often the same command was given again.
        lost: What was wrong in the end; empty where the end state was the one without a fault.
    """

    command: str
    fault: str
    after: float
    first: str
    again: int
    lost: str = ""

    def __str__(self) -> str:
        """Say it on one line."""
        end = f"LOST: {self.lost[-300:]}" if self.lost else "as without"
        first = self.first if self.first == WENT_THROUGH else "failed"
        when = f"{self.fault} after {self.after:.1f} s"
        return f"{self.command}: {when}; {first}, given again {self.again} times: {end}"
