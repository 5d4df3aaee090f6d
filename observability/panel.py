"""One picture of the dashboard."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Panel:
    """A time series."""

    title: str
    tells: str
    """What to read from it, and what not."""
    unit: str
    """Grafana's id of the unit: "s", "percentunit", "reqps", "bytes", "short"."""
    queries: dict[str, str]
    """Legend -> PromQL."""
