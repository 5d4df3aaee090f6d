"""One reason to wake somebody."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Alert:
    """A Prometheus alerting rule."""

    name: str
    expression: str
    """PromQL; the alert fires where it has a value."""
    lasting: str
    """How long it must hold, such as "10m"."""
    severity: str
    """critical: pods fail; warning: they soon may; info: the cache is of no use."""
    summary: str
    action: str
    """What to look at, or to do."""
