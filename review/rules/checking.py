"""All rules over one environment: every finding at once."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from review.rules import (
    accepters,
    access,
    addon,
    addon_version,
    addresses,
    blocks,
    cache_nodes,
    capacity,
    coredns,
    dns,
    eni_tags,
    groups,
    instances,
    kube_proxy,
    modes,
    nat,
    neighbours,
    partitions,
    peer_sides,
    peers,
    quotas,
    ranges,
    resolvers,
    rollouts,
    selectors,
    siblings,
    snat,
    stacks,
    transit_gateways,
    values,
    versions,
    watch,
)
from review.rules.finding import Finding
from review.rules.nearest import nearest
from settings.alike import owner
from settings.problems import show

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from review.rules.at import At
    from review.rules.rule import Rule
    from settings import Settings

_MODULES = (
    access,
    modes,
    snat,
    nat,
    dns,
    coredns,
    resolvers,
    kube_proxy,
    rollouts,
    cache_nodes,
    ranges,
    blocks,
    addresses,
    partitions,
    peers,
    peer_sides,
    accepters,
    transit_gateways,
    neighbours,
    quotas,
    groups,
    selectors,
    siblings,
    stacks,
    instances,
    capacity,
    versions,
    addon,
    addon_version,
    values,
    eni_tags,
    watch,
)
RULES: tuple[Rule, ...] = tuple(rule for module in _MODULES for rule in module.RULES)


def check(settings: Settings, rules: Iterable[Rule] = RULES) -> list[Finding]:
    """Return every place where a rule does not hold, errors first; acknowledged ones carry their reason."""
    found = [_finding(rule, at, settings.acknowledge.get(rule.id, "")) for rule in rules for at in rule.check(settings)]
    found += _acknowledgements(settings, {finding.rule.id for finding in found})
    whole = dict(settings)
    found = [dataclasses.replace(finding, owner=owner(finding.path, whole)) for finding in found]
    return sorted(found, key=lambda finding: (finding.severity, bool(finding.acknowledged)))


def _finding(rule: Rule, at: At, reason: str) -> Finding:
    fix = at.fix or rule.fix
    if at.final and reason:
        reason, fix = "", f"{fix}; no acknowledgement helps: the stacks cannot be made with it"
    return Finding(rule, at.path, at.got, fix, reason)


def stops(findings: Iterable[Finding]) -> bool:
    """Return whether nothing may be synthesized."""
    return any(finding.stops for finding in findings)


def _acknowledgements(settings: Settings, broken: set[str]) -> Iterator[Finding]:
    known = [rule.id for rule in RULES]
    for rule_id in settings.acknowledge:
        path = f"acknowledge.{rule_id[:80]}"
        if rule_id not in known:
            near = nearest(rule_id, known)
            fix = f"write {near}" if near else watch.ACKNOWLEDGE_KNOWN.fix
            yield Finding(watch.ACKNOWLEDGE_KNOWN, path, show(rule_id), fix)
        elif rule_id not in broken:
            yield Finding(watch.ACKNOWLEDGE_USED, path, show(rule_id), watch.ACKNOWLEDGE_USED.fix)
