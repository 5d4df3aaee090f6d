"""Rules about the roles by which peers' owners accept connections."""

from __future__ import annotations

from typing import TYPE_CHECKING

from review.rules.at import At
from review.rules.rule import rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from settings import Settings


@rule(
    "accepter-role-is-one-peers",
    "warning",
    must="be a role of another name for each peer of an account",
    why="the owner's template makes a role that accepts for one VPC alone, and an account has each role name once",
    source="accepter/template.py; IAM user guide, IAM and AWS STS quotas, names are unique whatever their case",
    fix="give each peer a name of its own; acknowledge it where the owner's own role accepts for all of them",
    paths=("peers[].accepter_role_arn",),
)
def accepter_role_is_one_peers(settings: Settings) -> Iterator[At]:
    """Find the second use of a role's name in an account."""
    first: dict[tuple[str, str], str] = {}
    for i, peer in enumerate(settings.peers):
        if peer.accepter_role_arn:
            name = peer.accepter_role_arn.rpartition("/")[2]
            user = first.setdefault((peer.accepter_role_arn.split(":")[4], name.lower()), peer.name)
            if user != peer.name:
                yield At(f"peers[{i}].accepter_role_arn", f"{name} as for {user}")


RULES = (accepter_role_is_one_peers,)
