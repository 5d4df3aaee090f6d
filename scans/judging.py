"""Findings against acknowledgements."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scans import lint, nag, rules

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scans.acknowledgement import Acknowledgement
    from scans.estate import Estate
    from scans.finding import Finding


def found(estate: Estate) -> list[Finding]:
    """Return what all scans found in one environment."""
    return sorted({*nag.scan(estate), *lint.scan(estate), *rules.scan(estate)})


def open_findings(findings: Iterable[Finding], known: Iterable[Acknowledgement]) -> list[Finding]:
    """Return the findings that nobody acknowledged."""
    entries = list(known)
    return [finding for finding in findings if not any(entry.covers(finding) for entry in entries)]


def idle(findings: Iterable[Finding], known: Iterable[Acknowledgement]) -> list[Acknowledgement]:
    """Return the acknowledgements of nothing: what they accepted is mended, so they must go."""
    seen = list(findings)
    return [entry for entry in known if not any(entry.covers(finding) for finding in seen)]
