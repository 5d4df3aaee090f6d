"""cdk-nag's AwsSolutions rules over a construct tree."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cdk_nag

from scans.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scans.estate import Estate


def scan(estate: Estate) -> Iterator[Finding]:
    """Give the findings; the tree is only read, after the synth, so templates are what they are without it."""
    report = cdk_nag.AwsSolutionsChecks(estate.app).validate_scope(estate.app)
    for violation in report.violations:
        for resource in violation.violating_resources:
            where = str(getattr(resource, "construct_path", "")).removeprefix(f"{estate.name}-")
            if where.startswith(tuple(f"{estate.name}/{stage}/" for stage in estate.stages)):
                continue
            yield Finding(estate.name, violation.rule_name, where.removesuffix("/Resource"), violation.description)
