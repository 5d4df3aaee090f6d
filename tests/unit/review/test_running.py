"""What the review says of nodes and pods that were there before."""

import pytest

from review import check
from review.content import content
from review.content.running import node_pool, running
from review.data import limits
from review.page import render
from review.text import text
from settings import load


def test_an_existing_cluster_is_told_what_to_recycle_and_restart_with_the_command_for_it():
    """Nodes without room, types without trunk, the pods of every workload; on the page and in the text."""
    settings = load("existing")
    found = content(settings, check(settings))
    rows = found["running"]
    assert all(row["what"] and row["then"] and row["command"] for row in rows)
    commands = [row["command"] for row in rows]
    assert "kubectl -n payments get pods -l app=ledger" in commands
    assert any("pod-eni" in command and "get nodes" in command for command in commands)
    page, told = render(found, {}), text(found)
    for row in rows:
        assert row["command"] in told
    assert "What runs already" in page
    assert "kubectl -n payments get pods -l app=ledger" in page


def test_where_the_cache_comes_the_corefile_of_coredns_is_to_be_looked_at(changed):
    """Of names outside the cluster the cache asks the node's resolver, past CoreDNS."""
    told = {}
    for on in (True, False):
        rows = running(changed("existing", lambda c, on=on: c["pod_networking"]["dns_cache"].update(enabled=on)))
        told[on] = [row["then"] for row in rows if "configmap coredns" in row["command"]]
    assert len(told[True]) == 1
    assert "stub_domains" in told[True][0]
    assert not told[False]


def test_where_the_cache_comes_network_policies_are_to_be_looked_at(changed):
    """Calico judges the address that a query has, which is the ClusterIP and no pod of CoreDNS."""
    told = {}
    for on in (True, False):
        rows = running(changed("existing", lambda c, on=on: c["pod_networking"]["dns_cache"].update(enabled=on)))
        told[on] = [row["then"] for row in rows if "networkpolicies" in row["command"]]
    assert "172.20.0.10/32" in "".join(told[True])
    assert not told[False]


@pytest.mark.parametrize(
    ("cache", "workloads", "wanted"),
    [
        (True, True, ["a policy or a node-local-dns of the same name"]),
        (False, True, ["a policy of the same name"]),
        (True, False, ["a node-local-dns of the same name"]),
        (False, False, []),
    ],
)
def test_what_may_be_there_already_is_what_the_file_brings(changed, cache, workloads, wanted):
    """Neither a cache that is off nor a policy of no workload."""

    def change(content):
        content["pod_networking"]["dns_cache"]["enabled"] = cache
        content["workloads"] = content["workloads"] if workloads else []

    told = [row["what"] for row in running(changed("existing", change)) if "AlreadyExists" in row["what"]]
    assert [one.partition(" ends")[0] for one in told] == wanted


def test_whom_external_snat_shows_other_addresses_is_told(changed):
    """Plain pods too: who admits the nodes alone refuses them from then on, and the reverse."""
    told = {}
    for on in (True, False):
        rows = running(changed("existing", lambda c, on=on: c["pod_networking"].update(external_snat=on)))
        told[on] = [row["then"] for row in rows if "EXTERNALSNAT" in row["command"]]
    assert told[True] == [
        "before the deploy, see that peers and networks behind gateways route and admit the pods' ranges"
    ]
    assert told[False] == [
        "before the deploy, see that peers and networks behind gateways admit the nodes, and their group"
    ]


@pytest.mark.parametrize(
    ("pods", "words"),
    [
        ({}, ("connections of pods leave",)),
        ({"exclude_snat_cidrs": ["10.99.0.0/16"]}, ("connections of pods leave", "to excluded ranges apart")),
        ({"enforcing_mode": "strict", "dns_cache": {"enabled": False}}, ("connections of plain pods leave",)),
    ],
)
def test_translation_is_told_of_those_pods_that_it_is_done_for(changed, pods, words):
    """In strict mode pods with groups of their own keep their address, and to excluded ranges all do."""
    rows = running(changed("existing", lambda c: c["pod_networking"].update(external_snat=False, **pods)))
    (told,) = [row["what"] for row in rows if "EXTERNALSNAT" in row["command"]]
    assert all(word in told for word in words)


def test_a_new_cluster_has_nothing_before():
    """Everything comes in order there."""
    settings = load("dev")
    assert running(settings) == []
    found = content(settings, check(settings))
    assert "What runs already" not in render(found, {})
    assert "What runs in the cluster" not in text(found)


def test_the_requirement_for_karpenter_leaves_out_types_without_a_trunk_and_no_other():
    """By family; a family with both kinds by type."""
    families, types = (
        part.partition("values: [")[2].partition("]")[0].split(", ") for part in node_pool().split("}, ")
    )
    assert {"t3", "t3a", "t4g", "t2"} <= set(families)
    assert "m5" not in families
    assert "i3.large" in types
    for name in types:
        assert limits(name)[2] == 0


@pytest.mark.parametrize("name", ["dev", "existing"])
def test_the_page_has_the_requirement_for_nodes_of_others(name):
    """Of a new cluster as well: Karpenter comes later."""
    settings = load(name)
    page = render(content(settings, check(settings)), {})
    assert "Nodes that podnet does not make" in page
    assert node_pool()[:60].replace("'", "&#39;") in page
