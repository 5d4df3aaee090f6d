"""Whether there is a node cache that a change could reach."""

from __future__ import annotations

from typing import TYPE_CHECKING

from review.changes.effect import Effect

if TYPE_CHECKING:
    from review.changes.difference import Difference

NO_CACHE = Effect("nothing", "there is no cache that runs before and after", "docs/node-local-dns.md")


def runs_on(found: Difference) -> bool:
    """Say whether a cache runs before and after."""
    return all(side["pod_networking"]["dns_cache"]["enabled"] for side in found.whole)
