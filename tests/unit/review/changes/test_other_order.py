"""Where the order of a list, or of keys, is another one and nothing else."""

import pytest

from review.changes import compare
from review.content import content


def _told(changed, *sides):
    """Return {path: effects} of what leads from one content to the other."""
    one, other = (content(changed("prod", change), []) for change in sides)
    return {change["path"]: change["effects"] for change in compare(one, other, "saved")["changes"]}


def _turned(change, *keys):
    def both(content):
        change(content)
        for key in keys:
            content = content[key]
        content.reverse()

    return both


def _groups(content):
    content["workloads"][0]["security_group_ids"] = ["sg-0d1a2b3c4d5e6f703", "sg-0d1a2b3c4d5e6f704"]


@pytest.mark.parametrize(
    ("keys", "path", "change"),
    [
        (["cluster", "log_types"], "cluster.log_types", lambda _: None),
        (
            ["cluster", "endpoint_cidrs"],
            "cluster.endpoint_cidrs",
            lambda c: c["cluster"].update(endpoint_cidrs=["192.175.48.0/24", "9.9.9.0/24"]),
        ),
        (
            ["cluster", "admin_role_arns"],
            "cluster.admin_role_arns",
            lambda c: c["cluster"]["admin_role_arns"].append("arn:aws:iam::222222222222:role/Other"),
        ),
        (["network", "interface_endpoints"], "network.interface_endpoints", lambda _: None),
        (["peers", 0, "peer_side", "route_table_ids"], "peers[data].peer_side.route_table_ids", lambda _: None),
        (["workloads", 0, "security_group_ids"], "workloads[shop/payments].security_group_ids", _groups),
    ],
)
def test_the_order_of_what_is_a_set_to_aws_means_nothing(changed, keys, path, change):
    """No template says another thing: names would resolve otherwise, or routes move, where nothing is touched."""
    (effect,) = _told(changed, change, _turned(change, *keys))[path]
    assert effect["kind"] == "nothing"
    assert "only their order" in effect["sentence"]


def test_one_more_is_more_than_an_order(changed):
    """What is taken away or added is told."""
    more = _told(changed, lambda _: None, lambda c: c["network"]["interface_endpoints"].reverse())
    less = _told(changed, lambda _: None, lambda c: c["network"]["interface_endpoints"].pop())
    assert [more["network.interface_endpoints"][0]["kind"], less["network.interface_endpoints"][0]["kind"]] == [
        "nothing",
        "DNS",
    ]


@pytest.mark.parametrize(
    ("path", "values"),
    [
        ("stub_domains", {"a.example": ["10.98.1.53"], "b.example": ["10.98.2.53"]}),
        ("node_labels", {"tier": "a", "zone": "b"}),
    ],
)
def test_keys_in_another_order_restart_the_cache(changed, path, values):
    """Its manifests have them as the file does, and other manifests are another rollout."""
    turned = dict(reversed(values.items()))
    sides = [lambda c, some=some: c["pod_networking"]["dns_cache"].update({path: some}) for some in (values, turned)]
    assert not _told(changed, sides[0], sides[0])
    first, _ = values
    less = _told(changed, sides[1], lambda c: c["pod_networking"]["dns_cache"].update({path: {first: values[first]}}))
    assert len(less) == 1  # the key that goes
    effect, *_ = _told(changed, *sides)[f"pod_networking.dns_cache.{path}"]
    assert effect["kind"] == "DNS"
    assert "restarts node by node" in effect["sentence"]


def test_variables_in_another_order_are_the_same(changed):
    """The custom resource has them in one order."""
    values = {"WARM_IP_TARGET": "4", "WARM_ENI_TARGET": "1"}
    sides = [
        lambda c, some=some: c["pod_networking"].update(env=dict(some))
        for some in (values.items(), reversed(values.items()))
    ]
    assert not _told(changed, *sides)


def test_a_port_written_as_a_range_of_one_is_the_same_rule(changed):
    """It becomes the same rule in the template."""
    told = _told(changed, lambda _: None, lambda c: c["workloads"][0]["ingress"][0].update(to_port=8443))
    (effect,) = told["workloads[shop/payments].ingress"]
    assert effect["kind"] == "nothing"


def test_a_range_of_ports_is_another_rule(changed):
    """One port more is let through."""
    told = _told(changed, lambda _: None, lambda c: c["workloads"][0]["ingress"][0].update(to_port=8444))
    assert [effect["kind"] for effect in told["workloads[shop/payments].ingress"]] == ["connections"]


def test_a_peers_range_written_out_is_the_same_rule(changed):
    """Of rules that let in, too; another range is another rule."""

    def rule(**end):
        return lambda c: c["workloads"][0]["ingress"].append({"port": 9000, "from": end})

    (same,) = _told(changed, rule(peer="partner"), rule(cidr="10.97.0.0/16"))["workloads[shop/payments].ingress"]
    (other,) = _told(changed, rule(peer="partner"), rule(cidr="10.96.0.0/16"))["workloads[shop/payments].ingress"]
    assert [same["kind"], other["kind"]] == ["nothing", "connections"]
