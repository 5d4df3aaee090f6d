"""An export in use cannot go: rules between two namespaces leave in a deploy before the group that they name."""

import pytest

from review.changes import compare
from review.content import content

SCRAPES = {"port": 9464, "from": {"workload": "prometheus", "namespace": "monitoring"}}
SENT = {"port": 9464, "to": {"workload": "orders-api", "namespace": "shop"}}
GIVEN = ["sg-0a1b2c3d4e5f60718"]
API, PROMETHEUS = 0, 2


def _admitted(c):
    c["workloads"][API]["ingress"].append(SCRAPES)


def _let_out(c):
    c["workloads"][PROMETHEUS]["egress"].append(SENT)


def _one_more(namespace):
    more = {"name": "more", "namespace": namespace, "pod_labels": {"app": "more"}, "security_group_ids": GIVEN}
    return lambda c: c["workloads"].append(more)


def _without(*places):
    def change(c):
        c["workloads"] = [workload for i, workload in enumerate(c["workloads"]) if i not in places]

    return change


def _given(place):
    def change(c):
        for key in ("ingress", "egress", "reaches"):
            c["workloads"][place].pop(key, None)
        c["workloads"][place]["security_group_ids"] = GIVEN

    return change


def _told(changed, before, after, path, kind="refused"):
    sides = [content(changed("dev", lambda c, some=some: [one(c) for one in some]), []) for some in (before, after)]
    found = {change["path"]: change["effects"] for change in compare(*sides, "saved")["changes"]}
    return [effect["sentence"] for effect in found[path] if effect["kind"] == kind]


@pytest.mark.parametrize("rule", [_admitted, _let_out])
def test_a_workload_of_the_earlier_namespace_goes_after_the_rules(changed, rule):
    """Whichever side has the rule: the later stack imports the earlier workload's group."""
    more = _one_more("monitoring")
    (told,) = _told(changed, [more, rule], [more, _without(PROMETHEUS)], "workloads[monitoring/prometheus]")
    assert "rules of the stack Workloads-shop use its group's id" in told
    assert "in one deploy" in told


@pytest.mark.parametrize("rule", [_admitted, _let_out])
def test_a_workload_of_the_later_namespace_goes_with_its_rules(changed, rule):
    """They stand in its own stack."""
    gone = [_without(API), lambda c: c["workloads"][0].update(ingress=[])]
    path = "workloads[shop/orders-api]"
    assert _told(changed, [lambda c: c["workloads"][1].update(ingress=[]), rule], gone, path) == []


def test_an_own_group_that_goes_is_the_same(changed):
    """Given groups take its place."""
    path = "workloads[monitoring/prometheus].egress"
    assert len(_told(changed, [_let_out], [_given(PROMETHEUS)], path)) == 1
    assert _told(changed, [], [_given(PROMETHEUS)], path) == []


def test_rules_of_others_do_not_count(changed):
    """Another workload of the namespace may go."""
    worker = {"name": "worker", "namespace": "monitoring", "pod_labels": {"app": "w"}, "egress": []}
    before = [lambda c: c["workloads"].append(worker), _admitted]
    assert _told(changed, before, [_admitted], "workloads[monitoring/worker]") == []


def test_the_only_namespace_left_exports_no_more(changed):
    """The other one's stack leaves the app, stays where it is, and imports what is to go."""
    gone = _told(changed, [_admitted], [_without(0, 1)], "workloads[shop/orders-api]")
    assert ["Workloads-shop, which stays, use ids of groups that monitoring exports" in told for told in gone] == [True]
    assert _told(changed, [], [_without(0, 1)], "workloads[shop/orders-api]") == []
    assert _told(changed, [_admitted], [_without(PROMETHEUS)], "workloads[monitoring/prometheus]") == []
    third = _one_more("tools")
    assert _told(changed, [_admitted, third], [third, _without(0, 1)], "workloads[shop/orders-api]") == []


@pytest.mark.parametrize("rule", [_admitted, _let_out])
def test_a_rule_alone_comes_and_goes(changed, rule):
    """Groups are exported whether a rule names them or not."""
    path = f"workloads[{'shop/orders-api].ingress' if rule is _admitted else 'monitoring/prometheus].egress'}"
    assert _told(changed, [rule], [], path) == _told(changed, [], [rule], path) == []


def test_the_stack_of_an_earlier_namespace_takes_others_along(changed):
    """`cdk destroy` destroys what depends on it too, and what depends on that."""

    def third(c):
        sent = {"port": 1, "to": {"workload": "orders-worker", "namespace": "shop"}}
        one = {"name": "more", "namespace": "tools", "pod_labels": {"app": "more"}, "egress": [sent]}
        c["workloads"].append(one)

    path, gone = "workloads[monitoring/prometheus]", [_without(PROMETHEUS)]
    (told,) = _told(changed, [_admitted, third], [*gone, third], path, "pods")
    assert "cdk destroy of Workloads-monitoring destroys Workloads-shop, Workloads-tools too" in told
    assert _told(changed, [third], [*gone, third], path, "pods") == []
    of_shop = _told(changed, [_admitted], [_without(0, 1)], "workloads[shop/orders-api]", "pods")
    assert [sentence for sentence in of_shop if "cdk destroy" in sentence] == []
