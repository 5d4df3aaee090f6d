"""What a scan found."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True, order=True)
class Finding:
    """One rule that one resource of one environment does not keep."""

    environment: str
    rule: str
    where: str  # construct path, or <stack>/<logical id>, without the environment's name
    message: str

    def __str__(self) -> str:
        """Say it in two lines."""
        return f"{self.environment}: {self.rule} at {self.where}\n    {self.message}"
