"""What `make diff` tells of an existing cluster's range, groups and peers is what becomes of the templates."""

import json

import pytest
import yaml

from review.changes import compare
from review.content import content
from settings import load
from settings.files import FOLDER

CLUSTERS, NODES, OTHER = "sg-0e1a2b3c4d5e6f703", "sg-0a1a2b3c4d5e6f7a9", "sg-0a1a2b3c4d5e6f7a8"


@pytest.fixture
def told(environment_file, synthesized):
    """Return a function: kinds that are told of one content after another, by setting, and if templates are equal."""

    def told(*contents):
        sides = [load(environment_file(json.dumps(content))) for content in contents]
        changes = compare(*(content(side, []) for side in sides), "saved")["changes"]
        one, other = (synthesized(side).templates for side in sides)
        return {change["path"]: {effect["kind"] for effect in change["effects"]} for change in changes}, one == other

    return told


def _clusters(values, change=lambda _: None):
    """The shipped content without its database, with values of existing_cluster, changed."""
    found = yaml.safe_load((FOLDER / "existing.yaml").read_text())
    del found["workloads"][0]["reaches"]
    found["existing_cluster"].update(values)
    change(found)
    return found


def _peers(rules, peer):
    """The shipped content with a peer, and rules of the workload that name it."""
    found = _clusters({})
    found["peers"] = [{"name": "data", "vpc_id": "vpc-0d1a2b3c4d5e6f701", "cidr": "10.99.0.0/16"} | peer]
    found["workloads"][0] |= json.loads(json.dumps(rules).replace("data", found["peers"][0]["name"]))
    return found


def _no_cache(found):
    found["pod_networking"]["dns_cache"]["enabled"] = False


def _no_rules(found):
    found["workloads"][0].update(ingress=[], security_group_ids=[OTHER])


def _strict(found):
    _no_cache(found)
    _no_rules(found)
    found["pod_networking"]["enforcing_mode"] = "strict"


@pytest.mark.parametrize(
    ("after", "change", "kind"),
    [
        ("172.21.0.0/16", lambda _: None, "DNS"),
        ("172.20.0.0/17", lambda _: None, "nothing"),
        ("172.21.0.0/16", _no_cache, "nothing"),
    ],
)
def test_the_cache_restarts_for_another_tenth_address_alone(told, after, change, kind):
    """A range whose tenth address is the same, or one without a cache, changes no template."""
    found, same = told(*(_clusters({"service_cidr": cidr}, change) for cidr in ("172.20.0.0/16", after)))
    assert (found, same) == ({"existing_cluster.service_cidr": {kind}}, kind == "nothing")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({}, {"node_security_group_id": CLUSTERS}),
        ({"node_security_group_id": NODES}, {"security_group_id": NODES}),
        ({"node_security_group_id": NODES}, {"node_security_group_id": NODES, "security_group_id": OTHER}),
    ],
)
def test_rules_stay_where_the_nodes_group_does(told, before, after):
    """Whichever setting names it."""
    found, same = told(_clusters(before), _clusters(after))
    assert same
    assert set.union(*found.values()) == {"nothing"}


@pytest.mark.parametrize(
    ("change", "kinds"),
    [
        (lambda _: None, {"DNS gap", "connections"}),
        (_no_rules, {"DNS gap"}),
        (_no_cache, {"DNS gap", "connections"}),
        (_strict, {"DNS gap", "connections"}),
    ],
)
def test_rules_move_with_the_nodes_group(told, change, kinds):
    """Those of DNS; those that mean the nodes, and probes, where there are any."""
    found, same = told(_clusters({}, change), _clusters({"node_security_group_id": NODES}, change))
    assert (found, same) == ({"existing_cluster.node_security_group_id": kinds}, False)


REACHED = {"reaches": [{"peer": "data", "port": 5432}]}
GROUP = {"peer_side": {"security_group_id": "sg-0d1a2b3c4d5e6f703"}}


@pytest.mark.parametrize(
    ("before", "after", "kinds"),
    [
        (({"egress": [{"port": 443, "to": {"peer": "data"}}]}, {}), {"name": "store"}, {"nothing"}),
        (({"ingress": [{"port": 443, "from": {"peer": "data"}}]}, {}), {"name": "store"}, {"nothing"}),
        ((REACHED, {}), {"name": "store"}, {"nothing"}),
        ((REACHED, GROUP), {"name": "store", **GROUP}, {"nothing"}),
        (({**REACHED, "egress": []}, {}), {"name": "store"}, {"connections"}),
        (({**REACHED, "egress": []}, {}), {"name": "store", "cidr": "10.98.0.0/16"}, {"connections"}),
        (({"ingress": [{"port": 443, "from": {"peer": "data"}}]}, {}),
         {"name": "store", "cidr": "10.98.0.0/16"}, {"connections"}),
    ],
)  # fmt: skip
def test_a_peer_gets_another_name(told, before, after, kinds):
    """It stands in the description of a rule to a peer that is reached, and nowhere else."""
    found, same = told(_peers(*before), _peers(before[0], after))
    (path,) = (path for path in found if path.startswith("workloads"))
    assert (found[path], same) == (kinds, kinds == {"nothing"})


@pytest.mark.parametrize(
    ("rules", "peer", "kinds", "same"),
    [
        ({}, {}, {"connections", "nothing"}, True),
        ({"egress": [{"protocol": "all", "to": {"cidr": "0.0.0.0/0"}}]}, {}, {"connections", "nothing"}, True),
        ({"egress": []}, {}, {"connections"}, False),
        ({}, GROUP, {"connections"}, False),
    ],
)
def test_a_peer_is_reached(told, rules, peer, kinds, same):
    """Connections may need the peer's owner; rules are made where something is kept in, and for a group."""
    found = told(_peers(rules, peer), _peers({**rules, **REACHED}, peer))
    assert found == ({"workloads[payments/ledger].reaches": kinds}, same)


@pytest.mark.parametrize("ranges", [{"cidr": "10.98.0.0/16"}, {"further_cidrs": ["10.98.0.0/16"]}], ids=str)
@pytest.mark.parametrize(
    ("rules", "kind"),
    [
        ({}, "nothing"),
        (REACHED, "nothing"),
        ({**REACHED, "egress": []}, "connections"),
        ({"egress": [{"port": 443, "to": {"peer": "data"}}]}, "connections"),
        ({"ingress": [{"port": 443, "from": {"peer": "data"}}]}, "connections"),
    ],
)
def test_a_peer_gets_other_ranges(told, rules, kind, ranges):
    """Rules follow, where one has them; routes are the VPC owner's."""
    found, same = told(_peers(rules, {}), _peers(rules, ranges))
    assert (set.union(*found.values()), same) == ({kind}, kind == "nothing")
