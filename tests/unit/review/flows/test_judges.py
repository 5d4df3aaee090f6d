"""Which security groups decide about a flow, and what an environment's flows are."""

import pytest

from review.flows import Conditions, flows_of, predict
from review.needs import needs, unmet
from settings import load


def _judges(flow_id, **conditions):
    flow = {flow.id: flow for flow in predict(Conditions(peer_cidr="10.99.0.0/16", **conditions))}[flow_id]
    return [str(judge) for judge in flow.judges]


@pytest.mark.parametrize(
    ("flow", "conditions", "judges"),
    [
        ("sgp-to-peer", {}, ["pod egress", "peer ingress"]),
        ("sgp-to-peer", {"external_snat": False}, ["node egress", "peer ingress"]),
        ("peer-to-sgp", {"external_snat": False}, ["peer egress", "pod ingress"]),
        ("sgp-to-vpc", {}, ["pod egress", "target ingress"]),
        ("plain-to-vpc", {}, ["node egress", "target ingress"]),
        ("plain-to-peer", {}, ["node egress", "peer ingress"]),
        ("vpc-to-sgp", {}, ["client egress", "pod ingress"]),
        ("vpc-to-plain", {}, ["client egress", "node ingress"]),
        ("peer-to-plain", {}, ["peer egress", "node ingress"]),
        ("plain-to-cluster-dns", {"cache": "away"}, ["node egress", "node ingress"]),
        ("nodeport-cluster-to-plain", {}, ["client egress", "node ingress"]),
        ("nodeport-local-to-plain", {}, ["client egress", "node ingress"]),
        ("nodeport-local-to-sgp", {}, ["client egress", "node ingress"]),
        ("sgp-to-cluster-dns", {}, []),
        ("sgp-to-cluster-dns", {"cache": "away"}, ["pod egress", "node ingress"]),
        ("cache-to-coredns", {}, ["node egress", "node ingress"]),
        ("kubelet-to-sgp", {}, []),
        ("kubelet-to-sgp", {"enforcing_mode": "strict"}, ["node egress", "pod ingress"]),
        ("sgp-to-plain", {"enforcing_mode": "strict"}, ["pod egress", "node ingress"]),
        ("sgp-to-sgp", {}, []),
        ("sgp-to-sgp", {"enforcing_mode": "strict"}, ["pod egress", "pod ingress"]),
        ("plain-to-plain", {"enforcing_mode": "strict"}, []),
        ("cache-to-peer-resolver", {}, ["node egress", "peer ingress"]),
        ("nodeport-cluster-to-sgp", {"enforcing_mode": "strict"},
         ["client egress", "node ingress", "node egress", "pod ingress"]),
        ("sgp-to-local-dns", {"enforcing_mode": "strict"}, ["pod egress"]),
        ("sgp-to-cluster-dns", {"enforcing_mode": "strict"}, ["pod egress"]),
        ("nodeport-local-to-sgp", {"enforcing_mode": "strict"}, ["client egress", "node ingress"]),
        ("peer-to-sgp", {"external_service_cidrs": ("10.99.0.0/16",)}, ["peer egress", "pod ingress"]),
        ("sgp-to-imds", {}, []),
        ("cache-to-vpc-resolver", {}, []),
    ],
)  # fmt: skip
def test_the_way_of_the_request_decides_which_groups_judge(flow, conditions, judges):
    """The two directions of a peer are judged by different groups; what stays on the node by none."""
    assert _judges(flow, **conditions) == judges


def test_what_arrives_unjudged_is_called_unfiltered():
    """A verdict of `works` always names who judges, and `unfiltered` never does."""
    for mode in ("standard", "strict"):
        for flow in predict(Conditions(enforcing_mode=mode, peer_cidr="10.99.0.0/16")):
            assert flow.verdict == "fails" or (flow.verdict == "works") == bool(flow.judges)


def test_every_flow_says_a_fact_and_its_source():
    """No verdict without a reason that can be checked."""
    assert all(flow.fact.sentence and flow.fact.source for flow in flows_of(load("prod")))


def test_an_environment_has_the_flows_of_each_peer_and_the_dns_fallback():
    """Flows are told apart by peer and moment, and the keys are unique."""
    flows = {flow.key: flow for flow in flows_of(load("prod"))}
    assert len(flows) == len(flows_of(load("prod")))
    assert flows["sgp-to-peer-data"].peer == "data"
    assert "partner" in flows["peer-to-plain-partner"].title
    assert flows["sgp-to-cluster-dns-cache-away"].forward == ">branch"
    assert flows["sgp-to-cluster-dns"].forward == "local"


def test_each_range_of_external_services_is_a_flow_that_tells_it():
    """aws-node takes the range of an address with a prefix, and passes over what is none."""
    settings = load("dev")
    env = {"AWS_EXTERNAL_SERVICE_CIDRS": "198.51.100.7/24, 203.0.113.0/24,other"}
    pods = settings.pod_networking.model_copy(update={"env": env})
    flows = [flow for flow in flows_of(settings.model_copy(update={"pod_networking": pods})) if flow.range]
    assert [(flow.key, flow.title) for flow in flows] == [
        (f"sgp-to-external-service-{cidr}", f"SGP pod -> external service in {cidr}")
        for cidr in ("198.51.100.0/24", "203.0.113.0/24")
    ]


@pytest.mark.parametrize(("name", "verdict"), [("dev", "fails"), ("existing", "unfiltered")])
def test_pods_reach_instance_metadata_on_nodes_that_podnet_does_not_make(name, verdict):
    """podnet's own nodes let the answer make one hop; others are EKS's, whose default is two."""
    flows = {flow.key: flow.verdict for flow in flows_of(load(name))}
    assert {flows["sgp-to-imds"], flows["plain-to-imds"]} == {verdict}


def test_an_environment_without_a_cache_has_no_flows_of_the_cache():
    """Pods then ask CoreDNS directly, at all times."""
    settings = load("dev")
    cache = settings.pod_networking.dns_cache.model_copy(update={"enabled": False})
    pods = settings.pod_networking.model_copy(update={"dns_cache": cache})
    flows = {flow.key: flow for flow in flows_of(settings.model_copy(update={"pod_networking": pods}))}
    assert "cache-to-coredns" not in flows
    assert flows["sgp-to-cluster-dns"].judges
    assert not any(flow.moment for flow in flows.values())


def _flows(stub_domains, upstreams=()):
    settings = load("dev")
    values = {"stub_domains": stub_domains, "upstreams": upstreams}
    cache = settings.pod_networking.dns_cache.model_copy(update=values)
    pods = settings.pod_networking.model_copy(update={"dns_cache": cache})
    return {flow.key: flow for flow in flows_of(settings.model_copy(update={"pod_networking": pods}))}


@pytest.mark.parametrize("resolver", ["10.99.1.53", "10.20.200.53"])
def test_a_peers_resolver_is_a_flow_where_the_cache_asks_one_there(resolver):
    """By a stub domain, or as the upstream of everything; then nobody asks the VPC's own."""
    there = resolver.startswith("10.99.")
    zone, all_else = _flows({"corp.example": (resolver,)}), _flows({}, (resolver,))
    assert ("cache-to-peer-resolver-data" in zone) == ("cache-to-peer-resolver-data" in all_else) == there
    assert zone.keys() - all_else.keys() == {"cache-to-vpc-resolver"}
    assert "cache-to-peer-resolver-data" not in _flows({})


@pytest.mark.parametrize(
    ("stub_domains", "upstreams", "asked"),
    [
        ({}, ("10.99.1.53", "169.254.169.253"), True),
        ({}, ("10.20.0.2",), True),
        ({"corp.example": ("169.254.169.253",)}, ("10.99.1.53",), True),
        ({"corp.example": ("10.20.0.3",)}, ("10.20.1.2",), False),
    ],
)
def test_the_vpcs_resolver_is_a_flow_also_where_the_file_names_it(stub_domains, upstreams, asked):
    """By its link-local address, or the second of the VPC's range; other hosts of the VPC are none."""
    assert ("cache-to-vpc-resolver" in _flows(stub_domains, upstreams)) == asked


def _with_further_ranges(excluded, resolver="10.99.1.53"):
    """dev with a peer of three ranges, of which some are excluded from translation."""
    settings = load("dev")
    further = ("100.64.0.0/16", "100.65.0.0/16")
    peers = (settings.peers[0].model_copy(update={"further_cidrs": further}),)
    cache = settings.pod_networking.dns_cache.model_copy(update={"stub_domains": {"corp.example": (resolver,)}})
    values = {"external_snat": False, "exclude_snat_cidrs": excluded, "dns_cache": cache}
    pods = settings.pod_networking.model_copy(update=values)
    return settings.model_copy(update={"peers": peers, "pod_networking": pods})


def test_ranges_of_a_peer_that_are_treated_alike_are_one_flow():
    """Whether all of them are translated or none."""
    for excluded in ((), ("10.99.0.0/16", "100.64.0.0/15")):
        flows = [flow for flow in flows_of(_with_further_ranges(excluded)) if flow.id == "sgp-to-peer"]
        assert [(flow.key, flow.title, flow.range) for flow in flows] == [
            ("sgp-to-peer-data", "SGP pod -> peer data", "")
        ]


def test_a_further_range_that_goes_another_way_is_a_flow_of_its_own():
    """It is needed by whoever reaches the peer, and told as unmet where the node's address is seen there."""
    settings = _with_further_ranges(("10.99.0.0/16", "100.64.0.0/16"))
    flows = {flow.key: flow for flow in flows_of(settings) if flow.id == "sgp-to-peer"}
    assert {key: flow.source for key, flow in flows.items()} == {
        "sgp-to-peer-data": "pod",
        "sgp-to-peer-data-100.65.0.0/16": "node",
    }
    assert flows["sgp-to-peer-data-100.65.0.0/16"].title == "SGP pod -> peer data, in 100.65.0.0/16"
    users = ("shop/orders-api", "shop/orders-worker")
    assert [needs(settings)[key] for key in flows] == [users, users]
    assert [flow.key for flow in unmet(settings)] == ["sgp-to-peer-data-100.65.0.0/16"]


def test_a_resolver_in_a_further_range_is_the_peers():
    """The cache asks it there, by one flow."""
    keys = [flow.key for flow in flows_of(_with_further_ranges((), "100.65.1.53"))]
    assert keys.count("cache-to-peer-resolver-data") == 1
    assert not any(
        key.startswith("cache-to-peer") for key in (f.key for f in flows_of(_with_further_ranges((), "9.9.9.9")))
    )


@pytest.mark.parametrize(
    ("behind_nat", "missed"), [("isolated", []), (False, ["sgp-to-internet", "plain-to-internet"])]
)
def test_nobody_needs_an_internet_that_the_file_says_is_not_there(changed, behind_nat, missed):
    """In a VPC without a way out its flows end, and that is what the file asks for."""
    settings = changed("existing", lambda c: c["existing_network"].update(behind_nat=behind_nat))
    assert [flow.key for flow in unmet(settings)] == missed
    outside = {flow.key: flow.arrives for flow in flows_of(settings) if flow.key.endswith("-to-internet")}
    assert len(outside) == 3
    assert outside["node-to-internet"] == (behind_nat is False)
    assert not outside["sgp-to-internet"]
