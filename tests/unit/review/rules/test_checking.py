"""How findings are told, sorted and acknowledged."""

import time

import pytest

from review import check, stops, told
from review.rules import RULES
from review.rules.reference import FILE, text
from settings import SettingsError, load


def _strict(content):
    content["pod_networking"].update(enforcing_mode="strict", disable_tcp_early_demux=False)


def test_all_errors_come_at_once_and_before_warnings(changed):
    """Three errors and two warnings: one run tells them, errors first, though the last one's rule comes after it."""
    found = check(changed("dev", lambda content: (_strict(content), content["network"].update(cidr="10.20.0.0/23"))))
    assert [finding.rule.id for finding in found] == [
        "node-cache-needs-standard",
        "strict-needs-early-demux-off",
        "vpc-range-holds-its-subnets",
        "strict-loses-node-services",
        "strict-admits-plain-pods",
    ]
    assert stops(found)


def test_an_acknowledged_error_does_not_stop_and_keeps_its_reason(changed):
    """The rule is still told, with the reason of the file."""

    def accept(content):
        content["workloads"][0]["security_group_ids"] = [f"sg-{i:017x}" for i in range(5)]
        content["acknowledge"] = {"groups-fit-the-quota": "the quota of this account is 10"}

    found = check(changed("dev", accept))
    assert ("groups-fit-the-quota", "the quota of this account is 10") in [(f.rule.id, f.acknowledged) for f in found]
    assert not stops(found)
    assert "acknowledged: the quota of this account is 10" in told("dev", found)
    head, first, *_ = told("dev", found).splitlines()
    assert head == "dev: 0 errors, 1 warning, 1 acknowledged"
    assert first.startswith("  acknowledged: workloads[0].security_group_ids of shop/orders-api must ")


def test_a_mistyped_acknowledgement_stops_and_names_the_rule_that_was_meant(changed):
    """A reason for nothing is an error with the nearest id."""

    def accept(content):
        content["acknowledge"] = {"drift-is-watchd": "somebody looks every morning"}

    found = check(changed("dev", accept))
    assert stops(found)
    assert found[0].fix == "write drift-is-watched"


@pytest.mark.parametrize(
    "given", [{"drift-is-watched": "short"}, {"Drift": "a long enough reason"}, ["drift-is-watched"]]
)
def test_an_acknowledgement_needs_an_id_and_a_reason(changed, given):
    """The settings refuse a reason of a word, and anything that is no id."""
    with pytest.raises(SettingsError, match="acknowledge"):
        changed("dev", lambda content: content.update(acknowledge=given))


def test_a_finding_says_path_rule_value_why_and_fix(changed):
    """Four lines: where and what, why with its source, what to do, and the id to acknowledge."""
    lines = str(check(changed("dev", _strict))[0]).splitlines()
    assert lines[0] == "pod_networking.enforcing_mode must be standard where the node cache is enabled, got strict"
    assert [line.split(":")[0].strip() for line in lines[1:]] == ["why", "fix", "rule"]


def test_what_is_told_begins_with_the_count_and_says_that_nothing_was_done(changed):
    """The terminal shows how many errors there are before the errors."""
    assert told("dev", check(changed("dev", _strict))).startswith("dev: 2 errors, 2 warnings, 0 acknowledged; nothing")
    assert told("dev", check(load("dev"))) == ""


def test_a_rule_that_is_removed_is_not_found_any_more(changed):
    """Only the rules that are given are checked."""
    settings = changed("dev", _strict)
    rest = [rule for rule in RULES if rule.id != "node-cache-needs-standard"]
    assert "node-cache-needs-standard" not in [finding.rule.id for finding in check(settings, rest)]


def test_the_reference_is_written_from_these_rules():
    """docs/rules.md is what `python -m review.rules` writes."""
    assert FILE.read_text() == text()
    assert all(f"### {rule.id}\n" in text() for rule in RULES)


def test_many_workloads_are_checked_in_a_second(changed):
    """300 workloads whose policies could all match one pod: found, once, and quickly."""

    def many(content):
        content["workloads"] = [
            {"name": f"w{i}", "namespace": "shop", "pod_labels": {f"label{i}": "x"}, "ingress": [_rule(i)]}
            for i in range(300)
        ]

    found = [finding for finding in check(changed("dev", many)) if finding.rule.id.startswith("policies")]
    assert len(found) == 1
    assert found[0].got.startswith("301 groups by ")
    assert len(found[0].got) < 250


def test_a_rule_that_does_not_hold_in_300_places_is_said_once(changed):
    """With its first places by the workloads' names, and the number of the others; all of them are found."""

    def many(content):
        one = {**content["workloads"][0], "security_group_ids": [f"sg-{i:017x}" for i in range(5)]}
        content["workloads"] = [{**one, "name": f"w{i}"} for i in range(100)]

    settings = changed("dev", many)
    found = check(settings)
    lines = told("dev", found).splitlines()
    assert len([finding for finding in found if finding.rule.id == "groups-fit-the-quota"]) == 100
    (first,) = [i for i, line in enumerate(lines) if "must make at most 5 groups" in line]
    assert lines[first].startswith("  error: workloads[0].security_group_ids of shop/w0 must make")
    assert lines[first + 4] == "    also: workloads[1].security_group_ids of shop/w1"
    assert lines[first + 13] == "          and 90 more"
    assert len(lines) < 60


def test_places_with_other_fixes_stay_apart(changed):
    """Each unknown type has the types that are meant."""
    types = ["m55.large", "c55.large"]
    found = check(changed("dev", lambda content: content["node_groups"][0].update(instance_types=types)))
    assert told("dev", found).count("    fix: take ") == len(types)


def test_places_with_other_values_tell_them(changed):
    """And a list of names says how many more there are, in place of a cut one."""

    def change(content):
        content["workloads"][0]["security_group_ids"] = [f"sg-{i:017x}" for i in range(5)]
        content["workloads"][1]["security_group_ids"] = [f"sg-{i:017x}" for i in range(6)]

    lines = told("dev", check(changed("dev", change))).splitlines()
    assert "    also: workloads[1].security_group_ids of shop/orders-worker, got 8" in lines
    assert any(line.endswith("sg-00000000000000002 and 2 more") for line in lines)


def test_many_ranges_and_peers_are_compared_in_seconds(changed):
    """300 workloads with ten ranges each, no two alike, and 30 peers with three: each range is read once."""

    def many(content):
        content["peers"] = [
            {"name": f"p{i}", "vpc_id": f"vpc-{i:017x}", "cidr": f"10.{100 + i}.0.0/20",
             "further_cidrs": [f"10.{100 + i}.16.0/20", f"10.{100 + i}.32.0/20"]}
            for i in range(30)
        ]  # fmt: skip
        content["workloads"] = [
            {"name": f"w{i}", "namespace": f"n{i // 50}", "pod_labels": {"app": f"w{i}"},
             "egress": [{"port": 443, "to": {"cidr": f"10.{100 + i % 40}.{10 * (i // 40) + j}.0/24"}}
                        for j in range(10)]}
            for i in range(300)
        ]  # fmt: skip

    settings = changed("dev", many)
    began = time.process_time()
    found = check(settings)
    assert time.process_time() - began < 4
    admits = [finding for finding in found if finding.rule.id == "peer-owner-does-the-rest"]
    assert len(admits) == 30
    assert admits[3].got == "none: it must route 10.20.0.0/16 back and admit n0/w3, n0/w43, n1/w83 and 2 more"


def _rule(number):
    return {"port": 1000 + number, "from": {"cluster": True}}


@pytest.mark.parametrize(
    ("rule", "change", "final"),
    [
        ("cache-ports-differ", {"health_port": 9253}, True),
        ("cache-ports-differ", {"health_port": 10_248}, False),
        ("cache-ports-differ", {"health_port": 9252, "standby": True}, True),
        ("cache-ports-differ", {"health_port": 65_535, "standby": True}, True),
        ("cache-ports-differ", {"health_port": 10_247, "standby": True}, False),
        ("cache-ports-differ", {"health_port": 9253, "enabled": False}, False),
        ("stub-domains-leave-the-cluster-its-names", {"stub_domains": {"cluster.local": ["10.99.1.53"]}}, True),
        ("stub-domains-leave-the-cluster-its-names", {"stub_domains": {"svc.cluster.local": ["10.99.1.53"]}}, False),
        ("stub-domains-leave-the-cluster-its-names", {"cluster_domain": "in-addr.arpa"}, False),
        ("stub-domains-leave-the-cluster-its-names", {"cluster_domain": ".".join(["a" * 63] * 4)}, True),
        ("local-address-is-free", {"local_ip": "169.254.169.253"}, True),
        ("local-address-is-free", {"local_ip": "169.254.169.253", "enabled": False}, False),
    ],
)
def test_a_reason_does_not_help_where_the_chart_refuses_it_as_well(changed, rule, change, final):
    """It is told as an error still, with words about the reason; tests/synth makes the stacks of the others."""

    def acknowledged(content):
        content["pod_networking"]["dns_cache"].update(change)
        content["acknowledge"] = {rule: "tried in a test"}

    (found,) = [finding for finding in check(changed("dev", acknowledged)) if finding.rule.id == rule]
    assert (found.stops, not found.acknowledged, "no acknowledgement helps" in found.fix) == (final,) * 3
