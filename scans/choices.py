"""Findings that a value of the environment's file explains: its owner's choice, which the review shows too."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from scans.rules import ANYWHERE, LOGS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from scans.finding import Finding
    from settings import Settings


@dataclasses.dataclass(frozen=True)
class Choice:
    """A rule, the setting that decides whether it is kept, and whether a file's value explains its finding."""

    rule: str
    setting: str
    mend: str
    explains: Callable[[Settings], bool]


def _no_flow_logs(settings: Settings) -> bool:
    return settings.network is not None and not settings.network.flow_logs


def _open_endpoint(settings: Settings) -> bool:
    cluster = settings.cluster
    if cluster is None or cluster.endpoint == "private":
        return False
    return bool(ANYWHERE & set(cluster.endpoint_cidrs or ANYWHERE))


def _fewer_logs(settings: Settings) -> bool:
    return settings.cluster is not None and set(settings.cluster.log_types) < LOGS


CHOICES = (
    Choice("AwsSolutions-VPC7", "network.flow_logs", "true keeps them", _no_flow_logs),
    Choice(
        "podnet-eks-endpoint",
        "cluster.endpoint and cluster.endpoint_cidrs",
        "`private`, or ranges of yours, close it",
        _open_endpoint,
    ),
    Choice("podnet-eks-logs", "cluster.log_types", "all five keep every log", _fewer_logs),
)


def chosen(findings: Iterable[Finding], settings: Settings | None) -> dict[Finding, Choice]:
    """Return the findings that values of the environment's file explain; a pipeline, without settings, chooses none."""
    by_rule = {choice.rule: choice for choice in CHOICES if settings and choice.explains(settings)}
    return {finding: by_rule[finding.rule] for finding in findings if finding.rule in by_rule}
