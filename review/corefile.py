"""Read CoreDNS's own configuration as far as podnet must know it."""

from __future__ import annotations

import re

REVERSE = ("in-addr.arpa", "ip6.arpa")
"""The zones of addresses, which the cache asks CoreDNS for beside the cluster's."""


def blocks(text: str) -> dict[str, list[list[str]]]:
    """Give the plugins of each zone, with their arguments on the same line (coredns.io/manual/configuration)."""
    found: dict[str, list[list[str]]] = {}
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
