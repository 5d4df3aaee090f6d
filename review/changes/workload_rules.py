"""Workloads' rules as plain values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping


def rules_of(workloads: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Yield each rule of `ingress` and `egress`."""
    for one in workloads:
        yield from (*one["ingress"], *(one["egress"] or ()))


def end_of(rule: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return whom a rule names; nothing for a reach."""
    return rule.get("from") or rule.get("to") or {}


def described_anew(one: Mapping[Any, str], other: Mapping[Any, str]) -> bool:
    """Say whether a rule that stays has another description, of {rule: description}."""
    return any(other.get(rule, text) != text for rule, text in one.items())
