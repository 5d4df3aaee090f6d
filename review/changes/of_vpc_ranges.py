"""What changes of an existing VPC's ranges do: peers route them back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from review.changes.effect import Effect, Table
from review.changes.of_peer_sides import AT_PEER
from review.changes.of_peers import back, connects, ranges
from review.changes.of_ranges import MOVED, ORDER, in_other_places, listed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from review.changes.difference import Difference

_BY_OWNERS = Effect(
    "connections",
    "peers' owners must route back and admit the range that is named now: no table of theirs is podnet's",
    "docs/peers.md",
)
_TOLD = Effect(
    "nothing", "it only says which ranges the VPC has: no peer's table is podnet's", "environments/schema.json"
)


def _first(found: Difference) -> tuple[Effect, ...]:
    """Tell of another first range of an existing VPC."""
    if not _has_peers(found):
        return (_TOLD,)
    before, after = map(_tables, found.whole)
    if not after:
        return (ORDER if in_other_places(found) else _BY_OWNERS,)
    return (MOVED,) if found.after in ranges(found.around[0]) and before & after else (AT_PEER,)


def _further(found: Difference) -> Iterator[Effect]:
    """Tell of further ranges of an existing VPC: peers route them back, each by a route of its own."""
    if not _has_peers(found):
        yield _TOLD
        return
    before, after = map(_tables, found.whole)
    if found.around[0]["cidr"] in found.after and before & after:
        yield MOVED
        return
    yield from listed(
        found,
        "{} are routed back where podnet may change a peer's tables, and other peers' owners must do so; connections "
        "of other ranges go on",
        "connections of {} with peers end, for the routes back are deleted; those of others go on",
    )


def _has_peers(found: Difference) -> bool:
    return connects(found) and bool(found.whole[1]["peers"])


def _tables(whole: Mapping[str, Any]) -> set[str]:
    """Return the tables of all peers; a range has one route in each at a time."""
    return set[str]().union(*(back(peer)[1] for peer in whole["peers"]))


TABLE: Table = {"existing_network.cidr": _first, "existing_network.further_cidrs": _further}
