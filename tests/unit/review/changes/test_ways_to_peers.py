"""A peer's way may change where the new one stands beside the old one for a while."""

import pytest

from review.changes import compare
from review.content import content

HUB = {"name": "hub", "transit_gateway_id": "tgw-0d1a2b3c4d5e6f701", "cidr": "10.94.0.0/16"}
SIDE = {"peer_side": {"route_table_ids": ["rtb-0d1a2b3c4d5e6f705"]}}
CONNECTED = {"name": "hub", "vpc_id": "vpc-0d1a2b3c4d5e6f705", "cidr": "10.95.0.0/16"}
OTHER_GATEWAY = {**HUB, "transit_gateway_id": "tgw-0d1a2b3c4d5e6f702"}


def _told(changed, one, other):
    """Return {key of the peer: effects}, where the peer of the two texts stands third."""
    sides = [content(changed("prod", lambda c, some=some: c["peers"].append(some)), []) for some in (one, other)]
    changes = compare(*sides, "saved")["changes"]
    return {change["path"].removeprefix("peers[hub]."): change["effects"] for change in changes}


def _kinds(effects):
    return [effect["kind"] for effect in effects]


@pytest.mark.parametrize(
    ("one", "other", "kind"),
    [
        (HUB, CONNECTED, "replacement"),
        (CONNECTED, HUB, "replacement"),
        ({**HUB, **SIDE}, CONNECTED, "replacement"),
        (HUB, {**CONNECTED, "cidr": "10.94.0.0/16"}, "refused"),
        (HUB, {**CONNECTED, "further_cidrs": ["10.94.0.0/16"]}, "refused"),
        ({**CONNECTED, "cidr": "10.94.0.0/16"}, HUB, "refused"),
        ({**HUB, **SIDE}, {**CONNECTED, **SIDE}, "refused"),
        (HUB, OTHER_GATEWAY, "refused"),
        (HUB, {**OTHER_GATEWAY, "cidr": "10.95.0.0/16"}, "replacement"),
    ],
)
def test_a_way_with_other_ranges_and_tables_is_made_beside_the_old_one(changed, one, other, kind):
    """The emulator takes it as EC2 does; a range or a table of both has two routes for a moment, which is refused."""
    told = _told(changed, one, other)
    ways = [told[key] for key in ("vpc_id", "transit_gateway_id") if key in told]
    assert ways
    assert all(_kinds(effects) == [kind] for effects in ways)


@pytest.mark.parametrize(
    ("key", "value"), [("account", "333333333333"), ("region", "eu-central-1"), ("dns_resolution", False)]
)
def test_what_a_connection_has_means_nothing_behind_a_gateway(changed, key, value):
    """No template has it."""
    (effect,) = _told(changed, HUB, {**HUB, key: value})[key]
    assert effect["kind"] == "nothing"
    assert "no connection" in effect["sentence"]


def test_it_means_much_where_there_is_a_connection(changed):
    """Its DNS option is set, and the connection made anew."""
    names = _told(changed, CONNECTED, {**CONNECTED, "dns_resolution": False})["dns_resolution"]
    owner = _told(changed, CONNECTED, {**CONNECTED, "account": "333333333333"})["account"]
    assert [_kinds(names), _kinds(owner)] == [["DNS"], ["refused"]]


@pytest.mark.parametrize(
    ("one", "other", "kind"),
    [(HUB, {**CONNECTED, "dns_resolution": False}, "DNS"), ({**CONNECTED, "dns_resolution": False}, HUB, "nothing")],
)
def test_the_way_that_is_taken_then_has_the_option(changed, one, other, kind):
    """Whatever led to the peer before."""
    assert _kinds(_told(changed, one, other)["dns_resolution"]) == [kind]


@pytest.mark.parametrize(("tables", "kind"), [(SIDE, "refused"), ({}, "connections")])
def test_a_table_of_a_peer_that_goes_is_not_free_for_one_that_comes(changed, tables, kind):
    """Its route back is there until the clean-up; behind another name the table is as much the same."""
    came = {**HUB, "name": "core", "cidr": "10.92.0.0/14", **tables}
    one, other = ([{**CONNECTED, **SIDE}], [came])
    sides = [content(changed("prod", lambda c, some=some: c["peers"].extend(some)), []) for some in (one, other)]
    told = {change["path"]: change["effects"] for change in compare(*sides, "saved")["changes"]}
    assert [_kinds(told[f"peers[{name}]"]) for name in ("hub", "core")] == [[kind], [kind]]


GROUP, OTHER_GROUP = ({"security_group_id": f"sg-0d1a2b3c4d5e6f70{last}"} for last in "35")
TABLES = SIDE["peer_side"]


def _with_side(side):
    return {**CONNECTED, **({"peer_side": side} if side else {})}


@pytest.mark.parametrize(
    "case",
    [
        (GROUP, OTHER_GROUP, False, ["nothing"], "no rule at its group"),
        (GROUP, None, False, ["nothing"], "no rule at its group"),
        (None, GROUP, False, ["nothing"], "no rule at its group"),
        (GROUP, OTHER_GROUP, True, ["connections", "connections"], "made there by hand"),
        (GROUP, None, True, ["connections", "connections"], "its owner must admit"),
        (None, {**GROUP, **TABLES}, False, ["connections", "connections"], "made there by hand"),
        ({**GROUP, **TABLES}, None, False, ["connections"], "the old ones carried end"),
    ],
)
def test_a_group_at_the_peer_has_rules_only_where_a_workload_reaches_it(changed, case):
    """One without a rule may be another; a new one may have a rule made by hand, as a table has a route."""
    one, other, reached, kinds, words = case

    def side(given):
        def change(content):
            content["peers"].append(_with_side(given))
            content["workloads"][0]["reaches"].extend([{"peer": "hub", "port": 443}] * reached)

        return content(changed("prod", change), [])

    found = compare(side(one), side(other), "saved")["changes"]
    (told,) = (change["effects"] for change in found if change["path"].startswith("peers[hub].peer_side"))
    assert _kinds(told) == kinds
    assert words in told[-1]["sentence"]


@pytest.mark.parametrize("key", ["cidr", "further_cidrs"])
def test_no_connection_goes_on_where_the_way_is_another_one(changed, key):
    """It was told that those with other ranges go on, beside the VPC that is another one."""
    other = {"cidr": "10.92.0.0/16", "further_cidrs": ["10.92.0.0/16"]}[key]
    kept = _told(changed, CONNECTED, {**CONNECTED, key: other})[key]
    (moved,) = _told(changed, CONNECTED, {**CONNECTED, key: other, "vpc_id": "vpc-0d1a2b3c4d5e6f706"})[key]
    assert "no connection goes on" in moved["sentence"]
    assert all("no connection goes on" not in effect["sentence"] for effect in kept)
