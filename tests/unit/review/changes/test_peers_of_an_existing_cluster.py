"""podnet makes rules for the peers of an existing cluster, and neither connections nor routes."""

import pytest

from review.changes import compare
from review.content import content

PEER = {
    "name": "data",
    "vpc_id": "vpc-0d1a2b3c4d5e6f701",
    "cidr": "10.99.0.0/16",
    "peer_side": {"security_group_id": "sg-0d1a2b3c4d5e6f703"},
}
REACHES = [{"peer": "data", "port": 5432}]
GATEWAY = {"vpc_id": None, "transit_gateway_id": "tgw-0d1a2b3c4d5e6f701"}
TABLES = {"peer_side": {**PEER["peer_side"], "route_table_ids": ["rtb-0d1a2b3c4d5e6f702"]}}


def _of_vpc(**values):
    return lambda c: c["existing_network"].update(values)


def _peer(**values):
    return lambda c: c["peers"][0].update(values)


@pytest.fixture
def kinds(changed):
    """Return a function: the kinds of what a change of an existing cluster with a peer does, by the setting."""

    def compared(change):
        one, other = (
            content(changed("existing", lambda c, then=then: (c.update(peers=[{**PEER}]), then(c))), [])
            for then in (lambda _: None, change)
        )
        found = compare(one, other, "saved")["changes"]
        return {change["path"]: {effect["kind"] for effect in change["effects"]} for change in found}

    return compared


@pytest.mark.parametrize(
    "change",
    [
        _peer(name="other"),
        _peer(vpc_id="vpc-0d1a2b3c4d5e6f702"),
        _peer(**GATEWAY),
        _peer(account="333333333333", region="eu-west-2"),
        _peer(dns_resolution=False),
        _peer(**TABLES),
        lambda c: c.pop("peers"),
        lambda c: c["peers"].append({"name": "more", "vpc_id": "vpc-0d1a2b3c4d5e6f799", "cidr": "10.97.0.0/16"}),
        _of_vpc(cidr="10.61.0.0/16"),
        _of_vpc(further_cidrs=["100.64.0.0/16"]),
        _of_vpc(private_route_table_ids=["rtb-0e1a2b3c4d5e6f721", "rtb-0e1a2b3c4d5e6f722"]),
    ],
)
def test_what_is_the_vpc_owners_is_no_change_of_podnets(kinds, change):
    """A second connection or route would be refused; here nothing asks for one."""
    found = kinds(change)
    assert found
    assert {kind for those in found.values() for kind in those} == {"nothing"}


@pytest.mark.parametrize(
    ("more", "ranges", "group"),
    [
        ({}, "nothing", "nothing"),
        ({"reaches": REACHES}, "nothing", "connections"),
        ({"egress": [], "reaches": REACHES}, "connections", "connections"),
    ],
)
def test_rules_are_podnets_there_too(kinds, more, ranges, group):
    """They have the peer's ranges where a workload is kept in, and its group where one reaches it."""

    def change(content):
        _peer(cidr="10.98.0.0/16", peer_side={"security_group_id": "sg-0d1a2b3c4d5e6f704"})(content)
        content["workloads"][0].update(more)

    found = kinds(change)
    assert found["peers[data].cidr"] == {ranges}
    assert found["peers[data].peer_side.security_group_id"] == {group}


@pytest.mark.parametrize(("ports", "kind"), [((5432, 5433), "connections"), ((5432, 5432), "nothing")])
def test_a_table_that_was_another_peers_is_the_vpc_owners_too(changed, ports, kind):
    """podnet routes in none of them; the peer's group is named by rules, of which one for both peers stays."""

    def peers(*tables):
        sides = [{"peer_side": {**PEER["peer_side"], "route_table_ids": [some]}} if some else {} for some in tables]
        more = {"name": "more", "vpc_id": "vpc-0d1a2b3c4d5e6f799", "cidr": "10.97.0.0/16"}
        one, other = ({**peer, "peer_side": None, **side} for peer, side in zip((PEER, more), sides, strict=True))
        reaches = [{"peer": peer["name"], "port": port} for peer, port in zip((one, other), ports, strict=True)]
        return content(
            changed("existing", lambda c: (c.update(peers=[one, other]), c["workloads"][0].update(reaches=reaches))), []
        )

    table = "rtb-0d1a2b3c4d5e6f702"
    found = compare(peers(table, None), peers(None, table), "saved")["changes"]
    assert {effect["kind"] for change in found for effect in change["effects"]} == {kind}


@pytest.mark.parametrize(
    "case",
    [
        ({}, {"cidr": "10.98.0.0/16"}, "connections", "routes are the VPC owner's"),
        ({}, {"further_cidrs": ["100.64.0.0/16"]}, "connections", "routes are the VPC owner's"),
        ({"further_cidrs": ["100.64.0.0/16"]}, {}, "connections", "routes are the VPC owner's"),
        ({"further_cidrs": ["100.64.0.0/16", "100.65.0.0/16"]}, {"further_cidrs": ["100.65.0.0/16", "100.64.0.0/16"]},
         "nothing", "the order"),
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    "rules",
    [{"ingress": [{"port": 443, "from": {"peer": "data"}}]}, {"egress": [{"port": 443, "to": {"peer": "data"}}]}],
)
def test_no_route_is_told_of_where_podnet_makes_none(changed, rules, case):
    """Rules that name the peer follow its ranges, in whatever order these stand."""
    before, after, kind, words = case
    one, other = (
        content(
            changed("existing", lambda c, some=some: (
                c.update(peers=[{**PEER, **some}]), c["workloads"][0].update(rules)
            )), []
        )
        for some in (before, after)
    )  # fmt: skip
    (change,) = compare(one, other, "saved")["changes"]
    assert [effect["kind"] for effect in change["effects"]] == [kind]
    assert words in change["effects"][0]["sentence"]


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        (None, {"route_table_ids": ["rtb-0d1a2b3c4d5e6f702"]}, "nothing"),
        ({"route_table_ids": ["rtb-0d1a2b3c4d5e6f702"]}, None, "nothing"),
        (None, PEER["peer_side"], "connections"),
        (None, TABLES["peer_side"], "connections"),
        (TABLES["peer_side"], None, "connections"),
        (TABLES["peer_side"], {**TABLES["peer_side"], "route_table_ids": ["rtb-0d1a2b3c4d5e6f704"]}, "nothing"),
    ],
)
def test_nobody_is_asked_to_remove_a_route_back_that_podnet_does_not_make(changed, before, after, kind):
    """Without it the peer's answers have no way."""
    one, other = (
        content(
            changed("existing", lambda c, side=side: (
                c.update(peers=[{**PEER, "peer_side": side}]), c["workloads"][0].update(reaches=REACHES)
            )), []
        )
        for side in (before, after)
    )  # fmt: skip
    (change,) = compare(one, other, "saved")["changes"]
    assert {effect["kind"] for effect in change["effects"]} == {kind}
    told = " ".join(effect["sentence"] for effect in change["effects"])
    assert "return route" not in told
    old, new = ((side or {}).get("security_group_id") for side in (before, after))
    assert ("a rule that somebody has made there by hand" in told) == (new not in (None, old))


def test_no_rule_moves_with_the_group_of_a_peer_that_no_workload_reaches(changed):
    """There is none, whichever group is named."""
    groups = ({"peer_side": {"security_group_id": f"sg-0d1a2b3c4d5e6f70{last}"}} for last in "34")
    one, other = (
        content(changed("existing", lambda c, group=group: c.update(peers=[{**PEER, **group}])), []) for group in groups
    )
    (change,) = compare(one, other, "saved")["changes"]
    (effect,) = change["effects"]
    assert effect["kind"] == "nothing"
    assert "there is no rule at its group" in effect["sentence"]


def test_a_rule_is_the_same_where_its_peer_is_named_and_ordered_in_another_way(changed):
    """It is made for the ranges."""
    named = (("data", ["10.99.0.0/16", "100.64.0.0/16"]), ("store", ["100.64.0.0/16", "10.99.0.0/16"]))

    def side(name, first, *further):
        def change(content):
            content["peers"] = [{**PEER, "name": name, "cidr": first, "further_cidrs": [*further]}]
            content["workloads"][0]["ingress"] = [{"port": 443, "from": {"peer": name}}]

        return content(changed("existing", change), [])

    found = compare(*(side(name, *ranges) for name, ranges in named), "saved")["changes"]
    (told,) = (change["effects"] for change in found if change["path"].startswith("workloads"))
    assert [effect["kind"] for effect in told] == ["nothing"]
    assert "under another name of the peer" in told[0]["sentence"]


@pytest.mark.parametrize(
    ("after", "kind"),
    [
        ({"cidr": "100.64.0.0/16", "further_cidrs": ["10.99.0.0/16"]}, "nothing"),
        ({"cidr": "100.64.0.0/16", "further_cidrs": ["10.98.0.0/16"]}, "connections"),
        ({"cidr": "100.64.0.0/16"}, "connections"),
    ],
)
def test_ranges_of_a_peer_that_change_places_change_no_rule(changed, after, kind):
    """A rule has them all."""
    rule = [{"port": 443, "from": {"peer": "data"}}]
    sides = ({**PEER, "further_cidrs": ["100.64.0.0/16"]}, {**PEER, **after})
    one, other = (
        content(changed("existing", lambda c, side=side: (
            c.update(peers=[side]), c["workloads"][0].update(ingress=rule)
        )), [])
        for side in sides
    )  # fmt: skip
    found = compare(one, other, "saved")["changes"]
    assert [[effect["kind"] for effect in change["effects"]] for change in found] == [[kind], [kind]]
