"""Findings as the terminal shows them: a rule that does not hold in many places is said once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from settings.alike import alike, also, place

if TYPE_CHECKING:
    from collections.abc import Sequence

    from review.rules.finding import Finding


def told(environment: str, findings: Sequence[Finding]) -> str:
    """Return what the terminal shows of the findings, "" for none."""
    if not findings:
        return ""
    errors = sum(finding.stops for finding in findings)
    accepted = sum(bool(finding.acknowledged) for finding in findings)
    warnings = len(findings) - errors - accepted
    counts = [f"{errors} error{'s' * (errors != 1)}", f"{warnings} warning{'s' * (warnings != 1)}"]
    head = f"{environment}: {', '.join(counts)}, {accepted} acknowledged" + ("; nothing was done" if errors else "")
    lines = [head]
    for first, *others in alike(findings, lambda finding: (finding.rule.id, finding.fix, finding.acknowledged)):
        lines += [
            f"  {_mark(first)} {first}",
            *also(first.got, [(place(one.path, one.owner), one.got) for one in others]),
        ]
    return "\n".join(lines)


def _mark(finding: Finding) -> str:
    return "acknowledged:" if finding.acknowledged else f"{finding.severity}:"
