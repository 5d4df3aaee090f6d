"""Rules about how long a change takes to reach every node."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from review.rules.at import At
from review.rules.rule import rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from settings import Settings

_BATCH = "pod_networking.dns_cache.max_unavailable"
_READY = "pod_networking.dns_cache.min_ready_seconds"
_LIMIT = "pod_networking.rollout_limit_minutes"
_RESTART_S = 10  # the old pod ends and the new one starts, before min_ready_seconds begins


@rule(
    "cache-rollout-fits-its-limit",
    "warning",
    must="let a change reach every node within the limit of a rollout",
    why="a batch takes about 10 s and min_ready_seconds; past the limit the deployment fails half-way, and rolls back",
    source="docs/decisions/0011-configuration-by-rollout.md",
    fix='raise rollout_limit_minutes (45 at most), or let more nodes go at once, such as max_unavailable: "10%"',
    paths=(_BATCH, _READY, _LIMIT, "node_groups[].max_size"),
)
def cache_rollout_fits_its_limit(settings: Settings) -> Iterator[At]:
    """Find fleets that are too large for the batches; an existing cluster's size is not in the file."""
    pods = settings.pod_networking
    cache, limit = pods.dns_cache, pods.rollout_limit_minutes
    nodes, text = sum(group.max_size for group in settings.node_groups), cache.max_unavailable
    batch = math.ceil(nodes * int(text[:-1]) / 100) if text.endswith("%") else int(text)
    minutes = math.ceil(math.ceil(nodes / max(batch, 1)) * (cache.min_ready_seconds + _RESTART_S) / 60)
    if cache.enabled and minutes > limit:
        yield At(_BATCH, f"{text!r}: {minutes} minutes for {nodes} nodes, limit {limit}")


RULES = (cache_rollout_fits_its_limit,)
