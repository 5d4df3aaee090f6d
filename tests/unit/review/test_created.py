"""What is made is told as the stacks make it: gateways, routes back, the shared group, what is waited for."""

import pytest

from review.content import content
from review.page import render
from settings import load

GATEWAY = {"transit_gateway_id": "tgw-0a1b2c3d4e5f60718", "vpc_id": None}
TABLE = "rtb-0d1a2b3c4d5e6f702"


def _made(settings, stack):
    return next(part["makes"] for part in content(settings, [])["created"] if part["stack"].endswith(stack))


def _behind_one_gateway(settings, **network):
    side = settings.peers[0].peer_side.model_copy(update={"route_table_ids": (TABLE, TABLE)})
    one = settings.peers[0].model_copy(update={**GATEWAY, "peer_side": side})
    return settings.model_copy(update={"peers": (one, one.model_copy(update={"name": "hub"})), **network})


def test_a_gateway_is_attached_once_and_peers_behind_it_share_routes():
    """The second peer adds neither an attachment nor a route back to a table that has one."""
    data, hub = _made(_behind_one_gateway(load("dev")), "-Network")[-2:]
    assert data.startswith("attachment of tgw-0a1b2c3d4e5f60718, for data (")
    assert data.endswith(", 1 return route")
    assert hub.startswith("the same attachment, for hub (")
    assert hub.endswith(", 0 return routes")


def test_the_owner_of_an_existing_vpc_attaches_it():
    """podnet routes to a gateway alone; and where it makes routes the stack does not make nothing."""
    there = {"network": None, "existing_network": load("existing").existing_network}
    uses, *ways = _made(_behind_one_gateway(load("dev"), **there), "-Network")
    assert uses == "no VPC: uses VPC 10.60.0.0/16"
    assert [way.partition(" (")[0] for way in ways] == [
        f"tgw-0a1b2c3d4e5f60718, which the VPC's owner attaches, to {name}" for name in ("data", "hub")
    ]
    alone = load("dev").model_copy(update={**there, "peers": (), "workloads": ()})
    assert _made(alone, "-Network") == ["nothing: uses VPC 10.60.0.0/16"]


@pytest.mark.parametrize(
    ("fewest", "told"),
    [
        ((1, 1), "a wait for the trunk ENIs of these nodes"),
        ((0, 2), "a wait for the trunk ENIs of the nodes of second"),
        ((0, 0), "no wait for trunk ENIs: each group may be empty"),
    ],
)
def test_groups_that_may_be_empty_are_not_waited_for(fewest, told):
    """As stacks.compute_stack leaves them out."""
    settings = load("dev")
    (group,) = settings.node_groups
    groups = tuple(
        group.model_copy(update={"name": name, "min_size": least})
        for name, least in zip(("first", "second"), fewest, strict=True)
    )
    assert told in _made(settings.model_copy(update={"node_groups": groups}), "-Compute")


def test_of_another_accounts_names_nothing_is_told(changed):
    """There the option of the other side is its owner's; and a group of one size has one number."""
    *_, data, partner = _made(load("prod"), "-Network")
    assert data.endswith(", DNS resolution")
    assert partner.endswith(", DNS resolution of names of this VPC")
    one = changed("dev", lambda c: c["node_groups"][0].update(min_size=1, desired_size=1, max_size=1))
    assert "node group general: 1 node of m5.large (on-demand)" in _made(one, "-Compute")
    assert "node group general: 2 to 6 nodes of m5.large (on-demand)" in _made(load("dev"), "-Compute")


def test_in_strict_mode_the_shared_group_lets_the_nodes_in(changed):
    """A workload without ingress then receives all TCP of nodes and plain pods; it does not receive nothing."""

    def strict(content):
        content["existing_cluster"]["node_security_group_id"] = "sg-0e1a2b3c4d5e6f799"
        content["pod_networking"].update(enforcing_mode="strict", dns_cache={"enabled": False})

    settings = changed("existing", strict)
    shared = "the shared pod group, with port 53 to sg-0e1a2b3c4d5e6f799"
    assert f"{shared}, and all TCP from it, for probes" in _made(settings, "-PodNetworking")
    found = content(settings, [])
    assert found["workloads"][0]["receives"] == ["tcp 8080: the nodes", "tcp: the nodes, by the shared group"]
    assert "in strict mode all TCP from the nodes" in render(found, {})
    standard = content(load("existing"), [])
    assert standard["workloads"][0]["receives"] == ["tcp 8080: the cluster"]
    assert "in strict mode all TCP" not in render(standard, {})
    assert "the shared pod group, with port 53 to the cluster's group" in _made(load("existing"), "-PodNetworking")


def test_a_rule_in_a_group_that_two_peers_share_is_told_once(changed):
    """As stacks.workloads_stack makes it."""

    def change(content):
        other = {"name": "other", "vpc_id": "vpc-0d1a2b3c4d5e6f709", "cidr": "10.98.0.0/16"}
        content["peers"].append({**other, "peer_side": {**content["peers"][0]["peer_side"], "route_table_ids": []}})
        content["workloads"][0]["reaches"] = [
            {"peer": "data", "port": 5432},
            {"peer": "other", "port": 5432},
            {"peer": "other", "port": 5433},
        ]

    told = [line for line in _made(changed("dev", change), "-Workloads-shop") if "of orders-api at" in line]
    assert told == ["ingress of orders-api at peer data, tcp 5432", "ingress of orders-api at peer other, tcp 5433"]


@pytest.mark.parametrize(
    ("configuration", "told"),
    [(None, ""), ({}, ""), ({"replicaCount": 3, "corefile": ""}, " with replicaCount, corefile of the file")],
)
def test_what_the_file_configures_of_coredns_is_told(configuration, told):
    """By the keys alone: a Corefile is long."""
    settings = load("dev")
    cluster = settings.cluster.model_copy(update={"coredns_configuration": configuration})
    made = _made(settings.model_copy(update={"cluster": cluster}), "-Compute")[-1]
    assert made == f"add-on coredns {cluster.coredns_version}{told}"


def test_what_opens_groups_of_others_is_told_in_the_stack_that_does_it(changed):
    """The cluster's group, and those of another namespace's workloads, which may be another team's."""
    made = _made(changed("dev", lambda c: None), "-Workloads-monitoring")
    assert made[-1] == "ingress of prometheus at the cluster's group, tcp 9100"
    rules = "rules with workloads of reports, in the groups of both"
    assert _made(load("prod"), "-Workloads-shop")[-1] == rules
    assert rules not in _made(load("prod"), "-Workloads-reports")

    def change(content):
        content["existing_cluster"]["node_security_group_id"] = "sg-0e1a2b3c4d5e6f799"
        content["workloads"][0]["egress"] = [{"protocol": "all", "to": {"cluster": True}}]

    assert "ingress of ledger at sg-0e1a2b3c4d5e6f799, all" in _made(changed("existing", change), "-Workloads-payments")
