"""A rule at a group stays where `peer_side` and `reaches` name the group in turn: it is one resource."""

import pytest

from review.changes import compare
from review.content import content

GROUP, OTHER = "sg-0d1a2b3c4d5e6f703", "sg-0d1a2b3c4d5e6f704"
BY_PEER, BY_ID = ({"peer": "data", "port": 5432}, {"security_group_id": GROUP, "port": 5432})
TABLES = ["rtb-0d1a2b3c4d5e6f702"]


def _of_dev(content, reach):
    for workload in content["workloads"][:2]:
        workload["reaches"] = [reach]


def _of_existing(content, reach):
    content["peers"] = [{"name": "data", "vpc_id": "vpc-0d1a2b3c4d5e6f701", "cidr": "10.99.0.0/16"}]
    content["workloads"][0]["reaches"] = [reach]


KINDS = {"dev": _of_dev, "existing": _of_existing}


def _told(changed, name, one, other):
    """Return the effects on the peer's side, of two pairs of what is reached and the side."""
    sides = []
    for reach, side in (one, other):

        def change(text, reach=reach, side=side):
            KINDS[name](text, reach)
            text["peers"][0]["peer_side"] = side

        sides.append(content(changed(name, change), []))
    found = compare(*sides, "saved")["changes"]
    (told,) = [change["effects"] for change in found if change["path"].startswith("peers[data].peer_side")]
    return [(effect["kind"], effect["sentence"]) for effect in told]


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize(
    ("one", "other"),
    [
        ((BY_PEER, {"security_group_id": GROUP}), (BY_ID, {"route_table_ids": []})),
        ((BY_ID, {"route_table_ids": []}), (BY_PEER, {"security_group_id": GROUP})),
        ((BY_ID, {"security_group_id": GROUP}), (BY_ID, {"route_table_ids": []})),
        ((BY_PEER, {"security_group_id": GROUP}), (BY_ID, None)),
        ((BY_ID, None), (BY_PEER, {"security_group_id": GROUP})),
    ],
)
def test_a_rule_that_both_name_stays(changed, name, one, other):
    """It was told that it moves, that its owner must admit the pods, and that a rule by hand stands in its way."""
    ((kind, told),) = _told(changed, name, one, other)
    assert kind == "nothing"
    assert "stay" in told


@pytest.mark.parametrize("name", KINDS)
def test_a_rule_at_another_group_moves(changed, name):
    """The one that is reached by its id stays, that of the peer is another one."""
    sides = ((BY_ID, {"security_group_id": GROUP}), (BY_PEER, {"security_group_id": OTHER}))
    moves, by_hand = _told(changed, name, *sides)
    assert "move to" in moves[1]
    assert "made there by hand" in by_hand[1]


@pytest.mark.parametrize("name", KINDS)
def test_only_rules_that_no_id_keeps_are_left_to_the_owner(changed, name):
    """Who goes on by the peer's name is admitted by nobody any more."""
    moves, left = _told(changed, name, (BY_PEER, {"security_group_id": GROUP}), (BY_PEER, {"route_table_ids": []}))
    assert [moves[0], left[0]] == ["connections", "connections"]
    assert "its owner must admit" in left[1]


def test_tables_are_told_where_rules_stay(changed):
    """A side that comes with a table has a route that may be there."""
    told = _told(changed, "dev", (BY_ID, None), (BY_PEER, {"security_group_id": GROUP, "route_table_ids": TABLES}))
    assert [kind for kind, _ in told] == ["connections", "connections"]
    assert "made there by hand" in told[1][1]
