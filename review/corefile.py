"""Read CoreDNS's own configuration as far as podnet must know it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

REVERSE = ("in-addr.arpa", "ip6.arpa")
"""The zones of addresses, which the cache asks CoreDNS for beside the cluster's."""
Blocks = dict[str, list[list[str]]]
"""{zone: its plugins, each a list of words}."""


def blocks(text: str) -> Blocks:
    """Give the plugins of each zone, with their arguments on the same line (coredns.io/manual/configuration)."""
    found: Blocks = {}
    keys, depth = list[str](), 0
    for line in text.splitlines():
        words = line.partition("#")[0].split()
        if depth == 0 and words[:1] != ["import"]:
            keys += [zone(word) for word in words if word != "{"]
        elif depth == 1 and words and words != ["}"]:
            for key in keys:
                found.setdefault(key, []).append(words)
        depth += words.count("{") - words.count("}")
        if depth == 0 and "}" in words:
            keys = []
    return {zone: plugins for zone, plugins in found.items() if not zone.startswith("(")}


def zone(key: str) -> str:
    """Give the zone of a block's key such as `dns://corp.example.:53`, in small letters and without the last dot.

    A range such as 10.0.0.0/8 stands for its reverse zones.
    """
    if "/" in key.rpartition("://")[2]:
        return REVERSE[0]
    return re.sub(r"^[a-z]+://|:\d+$", "", key.rstrip(",").lower()).rstrip(".") or "."


def answered(found: Blocks) -> set[str]:
    """Return the zones of the plugin kubernetes: those that it names, else those of its block."""
    told = [(key, to) for key, block in found.items() for name, *to in block if name == "kubernetes"]
    return {zone(one) for key, to in told for one in [word for word in to if word != "{"] or [key]}


def within(name: str, zones: Iterable[str]) -> bool:
    """Return whether a zone is one of `zones`, or lies below one; that of everything does not count."""
    return any(f".{name}".endswith(f".{one}") for one in zones if one != ".")
