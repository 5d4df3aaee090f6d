"""Which workloads of an environment file's content the rules of others name."""

from collections.abc import Iterable
from typing import Any

Content = dict[str, Any]


def rules_of(workloads: Iterable[Content]) -> list[Content]:
    """Give the rules of `ingress` and `egress`."""
    return [rule for workload in workloads for key in ("ingress", "egress") for rule in workload.get(key) or ()]


def names(rule: Content, workload: Content) -> bool:
    """Say whether a rule names a workload, or one of the same name in another namespace."""
    return f"'workload': '{workload['name']}'" in str(rule)


def is_named(workload: Content, workloads: Iterable[Content]) -> bool:
    """Say whether a rule of one of the workloads names it."""
    return any(names(rule, workload) for rule in rules_of(workloads))
