"""Rules about the group of a peer's servers, where podnet lets workloads in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from review.rules.at import At
from review.rules.rule import rule
from review.uses import groups_at_peers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from settings import Settings
    from settings.workloads import EgressRule, Reach


@rule(
    "peer-side-admits-what-is-sent",
    "warning",
    must="be among what the workload `reaches`, where podnet keeps the group of the peer's servers",
    why="of an egress rule podnet opens the pods' side alone; only `reaches` also lets the workload in at the peer, "
    "and without it connections time out",
    source="environments/schema.json, Reach and PeerSide; VPC user guide, Security group rules",
    fix="write it into reaches, which opens both sides; acknowledge it where the peer's group admits the pods already",
    paths=("workloads[].egress", "workloads[].reaches", "peers[].peer_side.security_group_id"),
)
def peer_side_admits_what_is_sent(settings: Settings) -> Iterator[At]:
    """Find egress rules that name a peer or its group, of which `reaches` has nothing."""
    groups = groups_at_peers(settings)
    kept = {group: name for name, group in groups.items() if group}
    for i, workload in enumerate(settings.workloads):
        for j, sent in enumerate(workload.egress or ()):
            group = groups.get(sent.destination.peer) or sent.destination.security_group_id
            reached = (r for r in workload.reaches if (r.security_group_id or groups.get(r.peer)) == group)
            if group in kept and not any(_covers(sent, one) for one in reached):
                port = "" if sent.port is None else f" {sent.port}"
                named = sent.destination.peer or kept[group]
                yield At(f"workloads[{i}].egress[{j}]", f"none of {named} for {sent.protocol}{port}")


def _covers(sent: EgressRule, reach: Reach) -> bool:
    if sent.protocol == "all":
        return True
    return sent.protocol == reach.protocol and (sent.port or 0) <= reach.port <= (sent.to_port or sent.port or 0)


RULES = (peer_side_admits_what_is_sent,)
