"""What a workload may send is the sum of `egress` and `reaches`."""

import copy

import pytest

from review.changes import compare
from review.content import content

ALL = {"protocol": "all", "to": {"cidr": "0.0.0.0/0"}}
OTHER = {"port": 8443, "to": {"cidr": "10.0.0.0/8"}}
NODES = {"port": 80, "to": {"cluster": True}}
PARTNER = {"port": 443, "to": {"peer": "partner"}}
REACH = {"peer": "partner", "port": 443}
ANEW = "for a moment nothing new"


def _told(changed, *sides):
    def workload(side):
        def change(content):
            content["workloads"][0].update(copy.deepcopy({"reaches": [], "egress": [], **side}))

        return content(changed("prod", change), [])

    return {
        change["path"].split(".")[-1]: change["effects"] for change in compare(*map(workload, sides), "s")["changes"]
    }


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"egress": None}, {"egress": [ALL]}),
        ({"egress": [ALL]}, {"egress": [ALL, OTHER]}),
        ({"egress": [ALL]}, {"egress": [{**ALL, "description": "all"}]}),
        ({"egress": [PARTNER]}, {"egress": [{"port": 443, "to": {"cidr": "10.97.0.0/16"}}]}),
    ],
)
def test_what_is_let_out_already_makes_no_rule(changed, one, other):
    """The templates are the same."""
    (effect,) = _told(changed, one, other)["egress"]
    assert effect["kind"] == "nothing"
    assert "is written" in effect["sentence"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"egress": [ALL]}, {"egress": []}),
        ({"egress": None}, {"egress": []}),
        ({"egress": [OTHER]}, {"egress": None}),
        ({"egress": [ALL]}, {"egress": [ALL, NODES]}),
        ({"egress": [PARTNER]}, {"egress": [PARTNER, OTHER]}),
        ({"egress": [PARTNER]}, {"egress": [{**PARTNER, "to_port": 444}]}),
        ({"egress": [NODES, PARTNER]}, {"egress": [PARTNER]}),
    ],
)
def test_what_was_not_let_out_before_is_in_force_at_once(changed, one, other):
    """A rule comes or goes."""
    (effect,) = _told(changed, one, other)["egress"]
    assert effect["kind"] == "connections"
    assert "in force at once" in effect["sentence"]


def test_a_reach_beside_a_rule_that_lets_it_out_makes_no_rule(changed):
    """Of two rules for one range the first one is made, which is that of `egress`."""
    told = _told(changed, {"egress": [PARTNER]}, {"egress": [PARTNER], "reaches": [REACH]})["reaches"]
    assert [effect["kind"] for effect in told] == ["connections", "nothing"]
    assert "no rule there" in told[0]["sentence"]


@pytest.mark.parametrize("before", [[], [REACH]])
def test_a_rule_that_gives_way_to_a_reach_is_made_anew(changed, before):
    """Its description becomes the reach's, and an inline rule has it."""
    told = _told(changed, {"egress": [PARTNER], "reaches": before}, {"egress": [], "reaches": [REACH]})
    assert all(ANEW in effects[-1]["sentence"] for effects in told.values())
    assert not any("no rule there" in effect["sentence"] for effect in told["egress"])
