"""A difference and how sure it is."""

from __future__ import annotations

import statistics
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class Interval:
    """Two settings measured in pairs, in nanoseconds.

    Attributes:
        on: Median of the blocks with early demux.
        off: Median of those without.
        difference: Median of off minus on within a pair; what disturbs the machine disturbs both of a pair.
        low: Lower end of the difference's 95 % interval.
        high: Upper end.
    """

    on: float
    off: float
    difference: float
    low: float
    high: float

    @classmethod
    def of(cls, on: Sequence[float], off: Sequence[float]) -> Interval:
        """Compare pairs; the interval is that of the sign test, which assumes nothing about how times are spread.

        Raises:
            ValueError: There are fewer than six pairs, for which no such interval exists, or they are no pairs.
        """
        least = 6
        if len(on) != len(off) or len(on) < least:
            raise ValueError(f"on and off must be {least} pairs or more, got {len(on)} and {len(off)}")
        differences = sorted(b - a for a, b in zip(on, off, strict=True))
        count = len(differences)
        rank = max(0, int(count / 2 - 0.98 * count**0.5))
        return cls(
            on=statistics.median(on),
            off=statistics.median(off),
            difference=statistics.median(differences),
            low=differences[rank],
            high=differences[count - 1 - rank],
        )

    @property
    def percent(self) -> float:
        """The difference in per cent of `on`."""
        return 100 * self.difference / self.on

    def text(self) -> str:
        """Say it on one line."""
        change = f"off - on {self.difference:+.0f} ns [{self.low:+.0f}, {self.high:+.0f}], {self.percent:+.1f} %"
        return f"on {self.on:6.0f} ns, off {self.off:6.0f} ns, {change}"

    def figures(self) -> dict[str, Any]:
        """Return it for JSON, in ns and per cent."""
        return {**asdict(self), "percent": self.percent}
