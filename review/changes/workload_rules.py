"""Workloads' rules as plain values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from review.changes.of_peers import ranges

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping


def rules_of(workloads: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Yield each rule of `ingress` and `egress`."""
    for one in workloads:
        yield from (*one["ingress"], *(one["egress"] or ()))


def end_of(rule: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return whom a rule names; nothing for a reach."""
    return rule.get("from") or rule.get("to") or {}


def ports(rule: Mapping[str, Any]) -> tuple[str | int | None, ...]:
    """Return protocol, first and last port of a rule, or of a reach, which has one port."""
    return rule["protocol"], rule["port"], rule.get("to_port") or rule["port"]


def by_range(whole: Mapping[str, Any], rules: Iterable[Mapping[str, Any]]) -> dict[tuple[str | int | None, ...], str]:
    """Return the description of each rule that is made for a range, a peer's too; of two, the first one's."""
    peers, found = {peer["name"]: ranges(peer) for peer in whole["peers"]}, dict[tuple[str | int | None, ...], str]()
    for rule in rules:
        end = end_of(rule)
        for cidr in peers.get(end["peer"], [end["cidr"]] if end["cidr"] else []):
            found.setdefault((*ports(rule), cidr), rule["description"])
    return found


def described_anew(one: Mapping[Any, str], other: Mapping[Any, str]) -> bool:
    """Say whether a rule that stays has another description, of {rule: description}."""
    return any(other.get(rule, text) != text for rule, text in one.items())
