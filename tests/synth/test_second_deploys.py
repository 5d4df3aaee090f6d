"""A second deploy: CloudFormation makes the new before it deletes the old, and AWS takes some things once."""

import pytest
from networks import NETWORK
from taken_once import made_twice

from settings import load
from settings.network import Peer, PeerSide

ADMIN = "arn:aws:iam::111111111111:role/{}"
TABLES = tuple(f"rtb-0aaaaaaaaaaaaaaa{number}" for number in (1, 2, 3))


def _with(part, **changes):
    def change(settings):
        return settings.model_copy(update={part: getattr(settings, part).model_copy(update=changes)})

    return change


def _administrators(*names):
    return _with("cluster", admin_role_arns=tuple(map(ADMIN.format, names)))


def _returns(*tables):
    def change(settings):
        (peer,) = settings.peers
        side = peer.peer_side.model_copy(update={"route_table_ids": tables})
        return settings.model_copy(update={"peers": (peer.model_copy(update={"peer_side": side}),)})

    return change


def _private_tables(*tables):
    def change(settings):
        network = NETWORK.model_copy(update={"private_route_table_ids": tables})
        return settings.model_copy(update={"network": None, "existing_network": network})

    return change


def _behind_a_gateway(*names):
    """Peers whose ranges lie in one VPC, so that they share the table of the way back."""

    def change(settings):
        ranges = {"low": "10.94.0.0/17", "high": "10.94.128.0/17"}
        side, gateway = PeerSide(route_table_ids=TABLES[:1]), "tgw-0aaaaaaaaaaaaaaa1"
        more = (Peer(name=name, transit_gateway_id=gateway, cidr=ranges[name], peer_side=side) for name in names)
        return settings.model_copy(update={"peers": (*settings.peers, *more)})

    return change


CHANGES = {
    "the first administrator leaves": (_administrators("a", "b"), _administrators("b")),
    "administrators change places": (_administrators("a", "b"), _administrators("b", "a")),
    "a table of the peer comes first": (_returns(*TABLES[1:]), _returns(*TABLES)),
    "the first table of the peer leaves": (_returns(*TABLES), _returns(*TABLES[1:])),
    "private tables change places": (_private_tables(*TABLES[:2]), _private_tables(*TABLES[1::-1])),
    "peers behind a gateway change places": (_behind_a_gateway("low", "high"), _behind_a_gateway("high", "low")),
    "a peer behind a gateway leaves": (_behind_a_gateway("low", "high"), _behind_a_gateway("high")),
}


@pytest.mark.parametrize(("before", "after"), CHANGES.values(), ids=CHANGES)
def test_nothing_is_made_that_stands_already_under_another_name(synthesized, before, after):
    """EC2 and EKS refuse the second one, and the deploy is rolled back."""
    old, new = (synthesized(change(load("dev"))) for change in (before, after))
    assert made_twice(old.templates, new.templates) == []


def test_each_administrator_has_an_entry_of_their_own(synthesized):
    """Whoever is left out gets in no more."""
    found = synthesized(_administrators("a", "b")(load("dev"))).resources("Cluster", "AWS::EKS::AccessEntry").values()
    named = [one["Properties"]["PrincipalArn"] for one in found if isinstance(one["Properties"]["PrincipalArn"], str)]
    assert sorted(named) == [ADMIN.format("a"), ADMIN.format("b")]


@pytest.mark.parametrize(
    ("endpoint", "given", "wanted"),
    [
        ("public", (), ["0.0.0.0/0"]),
        ("public", ("192.175.48.0/24",), ["192.175.48.0/24"]),
        ("private", (), ["0.0.0.0/0"]),
    ],
)
def test_the_ranges_of_the_endpoint_are_always_named(synthesized, endpoint, given, wanted):
    """A template that leaves them out after one that had them is refused; they count for a public endpoint alone."""
    found = synthesized(_with("cluster", endpoint=endpoint, endpoint_cidrs=given)(load("dev")))
    _, cluster = found.only("Cluster", "AWS::EKS::Cluster")
    access = cluster["Properties"]["ResourcesVpcConfig"]
    assert (access["EndpointPublicAccess"], access["PublicAccessCidrs"]) == (endpoint == "public", wanted)


def test_another_way_to_the_api_server_calls_the_custom_resource_again(synthesized):
    """CloudFormation calls it when a property changes, and functions that move are none."""
    seen = [
        synthesized(_with("cluster", endpoint=endpoint)(load("dev"))).only("PodNetworking", "Custom::AwsNodeEnv")[1]
        for endpoint in ("public", "private")
    ]
    assert seen[0]["Properties"] != seen[1]["Properties"]


def test_another_order_of_ranges_or_log_types_is_no_change(synthesized):
    """EKS answers a request for what it has already with an error."""
    ranges, types = ("192.175.48.0/24", "192.88.99.0/24"), ("api", "audit", "scheduler")
    given = [{"endpoint_cidrs": ranges[::step], "log_types": types[::step]} for step in (1, -1)]
    one, other = (synthesized(_with("cluster", **changes)(load("dev"))).templates["Cluster"] for changes in given)
    assert one == other
