"""What a workload may send is the sum of `egress` and `reaches`."""

import copy

import pytest

from review.changes import compare
from review.content import content

ALL = {"protocol": "all", "to": {"cidr": "0.0.0.0/0"}}
OTHER = {"port": 8443, "to": {"cidr": "10.0.0.0/8"}}
NODES = {"port": 80, "to": {"cluster": True}}
NODES_IN = {"port": 80, "from": {"cluster": True}}
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


RANGE = {"port": 443, "from": {"cidr": "10.97.0.0/16"}}
FROM_PARTNER = {"port": 443, "from": {"peer": "partner"}}


@pytest.mark.parametrize(
    ("one", "other", "kinds"),
    [
        ([RANGE], [RANGE, {**FROM_PARTNER, "description": "again"}], ["nothing"]),
        ([RANGE], [{**FROM_PARTNER, "description": "the partner"}], ["connections", "connections"]),
        ([RANGE, NODES_IN], [RANGE], ["connections"]),
    ],
)
def test_of_two_rules_for_a_range_that_is_let_in_the_first_is_made(changed, one, other, kinds):
    """The other one, and its description, is in no template."""
    told = _told(changed, {"ingress": one}, {"ingress": other})["ingress"]
    assert [effect["kind"] for effect in told] == kinds


def test_a_range_is_described_anew_whatever_else_its_peer_has(changed):
    """Each of its ranges has a rule of its own."""

    def side(further, description):
        def change(content):
            content["peers"][1]["further_cidrs"] = [further]
            content["workloads"][0]["ingress"] = [{**FROM_PARTNER, "description": description}]

        return content(changed("prod", change), [])

    found = compare(side("100.64.0.0/16", "one"), side("100.65.0.0/16", "other"), "s")["changes"]
    (told,) = (change["effects"] for change in found if change["path"].endswith("ingress"))
    assert ANEW in told[-1]["sentence"]


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
