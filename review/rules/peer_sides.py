"""Rules about the group of a peer's servers, where podnet lets workloads in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from review.ranges import OF_PEERS
from review.rules.at import At
from review.rules.rule import rule
from review.uses import groups_at_peers, peer_uses, ports

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
    paths=("workloads[].egress", "workloads[].reaches", "peers[].peer_side.security_group_id", *OF_PEERS),
)
def peer_side_admits_what_is_sent(settings: Settings) -> Iterator[At]:
    """Find egress rules that name a peer, its group or a part of its ranges, of which `reaches` has nothing."""
    groups = groups_at_peers(settings)
    meant = {use.path: use.peer.name for use in peer_uses(settings) if groups.get(use.peer.name)}
    for i, workload in enumerate(settings.workloads):
        for j, sent in enumerate(workload.egress or ()):
            path = f"workloads[{i}].egress[{j}]"
            name = meant.get(f"{path}.to")
            reached = (r for r in workload.reaches if (r.security_group_id or groups.get(r.peer)) == groups.get(name))
            if name and not any(_covers(sent, one) for one in reached):
                yield At(path, f"none of {name} for {ports(sent)}")


def _covers(sent: EgressRule, reach: Reach) -> bool:
    if sent.protocol == "all":
        return True
    return sent.protocol == reach.protocol and (sent.port or 0) <= reach.port <= (sent.to_port or sent.port or 0)


RULES = (peer_side_admits_what_is_sent,)
