"""Whatever loads: the review names causes, or needed flows work and the charts take it; never a traceback."""

import cdk8s
from hypothesis import HealthCheck, event, given, settings

from charts.node_local_dns import NodeLocalDns, Options
from charts.security_group_policy import SecurityGroupPolicy
from review import check, stops
from review.changes import compare
from review.content import content
from review.flows import flows_of
from review.flows.prediction import TABLE
from review.needs import needs, unmet
from review.page import render
from review.rules import RULES
from review.text import text
from settings import SettingsError, load
from tests.any_environment import EXAMPLES, environments

DEV = content(load("dev"), [])
NAMED_BY = {
    "sgp-to-cluster-dns": {"node-cache-needs-standard"},
    "kubelet-to-sgp": {"strict-needs-early-demux-off"},
    "sgp-to-peer": {"peer-sees-pod-address", "no-vpc-range-among-external-services"},
    "peer-to-sgp": {"no-vpc-range-among-external-services"},
    "sgp-to-internet": {"nodes-stand-behind-nat", "no-vpc-range-among-external-services"},
    "plain-to-internet": {"nodes-stand-behind-nat"},
}


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(file=environments())
def test_what_passes_works_and_what_does_not_is_named(environment_file, file):
    """No rule stops it: needed flows work and the charts take it. Otherwise each finding tells path, value and fix.

    What changes from another file can be told of any two.
    """
    try:
        loaded = load(environment_file(file))
    except SettingsError:
        event("refused by the settings")
        return
    findings = check(loaded)
    told = content(loaded, findings)
    told["changes"] = compare(DEV, told, "dev")
    assert all(change["effects"] for change in told["changes"]["changes"])
    assert len(render(told, {})) < 400_000
    assert text(told).startswith("trial")
    assert all(finding.path and finding.got and finding.fix for finding in findings)
    errors = {finding.rule.id for finding in findings if finding.severity == "error"}
    accepted = {finding.rule.id for finding in findings if finding.acknowledged}
    for flow in unmet(loaded):
        assert errors & NAMED_BY[flow.id], f"{flow.key} is needed, fails, and no rule names the cause"
        assert stops(findings) or accepted & NAMED_BY[flow.id]
    event("stopped by a rule" if stops(findings) else "passes")
    if not stops(findings):
        _make_charts(loaded)


def test_every_needed_flow_that_can_be_lost_has_rules_that_name_the_cause():
    """Random files found none for the internet as long as no file was drawn whose nodes stand in a public subnet."""
    prod = load("prod")
    needed = {flow.id for flow in flows_of(prod) if flow.key in needs(prod)} | {"peer-to-sgp"}  # of an ingress rule
    # without a way out nobody needs the internet
    lost = {row.id for row in TABLE for cell in row.cells if cell.end == "lost" and "isolated" not in cell.when.split()}
    assert set(NAMED_BY) == needed & lost
    assert {rule.id for rule in RULES} >= set().union(*NAMED_BY.values())


def _make_charts(loaded):
    cache = loaded.pod_networking.dns_cache
    for standby in (False, True)[: 1 + cache.standby]:
        NodeLocalDns(
            cdk8s.App(),
            "cache",
            cluster_dns_ip=loaded.cluster_dns_ip,
            image=cache.image,
            local_ip=cache.local_ip,
            cluster_domain=cache.cluster_domain,
            options=Options(**cache.options()),
            standby=standby,
        )
    for workload in loaded.workloads:
        own = ["sg-0123456789abcdef1"] * workload.has_own_group
        SecurityGroupPolicy(
            cdk8s.App(),
            "policy",
            name=workload.name,
            namespace=workload.namespace,
            pod_labels=workload.pod_labels,
            service_account_labels=workload.service_account_labels,
            security_group_ids=["sg-0123456789abcdef0", *own, *workload.security_group_ids],
        )
