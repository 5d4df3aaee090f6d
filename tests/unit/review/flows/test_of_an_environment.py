"""What flows an environment's own ranges, addresses and protocols make."""

from review.flows import flows_of, resolvers_in
from review.needs import needs

GATEWAY = {"name": "world", "transit_gateway_id": "tgw-0d1a2b3c4d5e6f701", "cidr": "10.0.0.0/8"}


def _around(**cache):
    def change(content):
        content["peers"].append(GATEWAY)
        content["pod_networking"]["dns_cache"].update(cache)

    return change


def test_a_resolver_lies_in_the_narrowest_range_that_holds_it(changed):
    """Of the VPC's and the connected peer's resolvers none is the gateway's."""
    zones = {"a.example": ["10.20.4.4"], "b.example": ["10.99.1.53"]}
    settings = changed("dev", _around(stub_domains=zones))
    data, world = settings.peers
    assert resolvers_in(settings, data) == {"b.example": ("10.99.1.53",)}
    assert resolvers_in(settings, world) == {}
    keys = {flow.key for flow in flows_of(settings)}
    assert "cache-to-peer-resolver-data" in keys
    assert "cache-to-peer-resolver-world" not in keys
    settings = changed("dev", _around(stub_domains={**zones, "c.example": ["10.5.5.5"]}))
    assert resolvers_in(settings, settings.peers[1]) == {"c.example": ("10.5.5.5",)}


def test_a_range_of_the_vpc_is_no_use_of_the_gateway_around_it(changed):
    """Nor is one of another peer; what lies beside them is."""

    def sends(cidr):
        def change(content):
            _around()(content)
            content["workloads"][0]["egress"] = [{"port": 443, "to": {"cidr": cidr}}]

        told = needs(changed("dev", change)).get("sgp-to-peer-world", ())
        return "shop/orders-api" in told

    assert not sends("10.20.7.0/24")
    assert not sends("10.99.7.0/24")
    assert sends("10.5.0.0/16")


def test_private_external_services_do_not_lie_in_the_internet(changed):
    """Without a way to the internet a range on premises is reached by other ways, a public one is not."""

    def change(content):
        content["existing_network"]["behind_nat"] = "isolated"
        content["pod_networking"].update(external_snat=False)
        content["pod_networking"]["env"] = {"AWS_EXTERNAL_SERVICE_CIDRS": "192.168.0.0/16,9.9.9.0/24"}

    found = {flow.range: flow for flow in flows_of(changed("existing", change)) if flow.range}
    assert (found["192.168.0.0/16"].verdict, found["192.168.0.0/16"].source) == ("works", "node")
    assert found["9.9.9.0/24"].verdict == "fails"


def test_flows_to_the_cache_name_its_own_local_address(changed):
    """Not the usual one, where the file has another."""
    settings = changed("dev", lambda c: c["pod_networking"]["dns_cache"].update(local_ip="169.254.25.10"))
    titles = [flow.title for flow in flows_of(settings)]
    assert "plain pod -> node cache, 169.254.25.10" in titles
    assert not any("169.254.20.10" in title for title in titles)


def test_the_cache_asks_coredns_by_the_protocols_of_the_file(changed):
    """By TCP alone where it is forced to; otherwise by UDP too."""
    for chosen, wanted in (("force_tcp", ("tcp",)), ("prefer_udp", ("udp", "tcp")), ("same", ("udp", "tcp"))):
        settings = changed("dev", lambda c, by=chosen: c["pod_networking"]["dns_cache"].update(cluster_protocol=by))
        (found,) = [flow.protocols for flow in flows_of(settings) if flow.id == "cache-to-coredns"]
        assert found == wanted
