"""Whatever loads: the review names causes, or needed flows work and the charts take it; never a traceback."""

import copy
import json
import os

import cdk8s
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from charts.node_local_dns import NodeLocalDns, Options
from charts.security_group_policy import SecurityGroupPolicy
from review import check, stops
from review.content import content
from review.needs import unmet
from review.page import render
from review.text import text
from settings import SettingsError, load
from settings.loading import FOLDER

FILES = [yaml.safe_load((FOLDER / f"{name}.yaml").read_text()) for name in ("dev", "prod", "existing")]
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "100"))
CIDRS = st.sampled_from(["10.20.0.0/16", "10.99.0.0/16", "10.98.0.0/17", "0.0.0.0/0", "172.16.0.0/12", "10.99.0.0/28"])
GROUPS = st.lists(st.integers(0, 9).map(lambda i: f"sg-{i:017x}"), max_size=15)
TYPES = st.sampled_from(["m5.large", "t3.large", "m7g.medium", "m7i-flex.large", "i4i.large", "x.y", "c7gn.xlarge"])
VARIABLES = st.sampled_from(
    ["WARM_IP_TARGET", "AWS_EXTERNAL_SERVICE_CIDRS", "ENABLE_IPv6", "MADE_UP", "ENABLE_MULTI_NIC"]
)
VALUES = st.sampled_from(["4", "true", "10.99.0.0/16", "10.99.1.7/16, x", "<b>"])
LABELS = st.dictionaries(st.sampled_from(["app", "tier", "k8s-app"]), st.sampled_from(["a", "kube-dns"]), min_size=1)
ZONES = st.sampled_from(["cluster.local", "a.cluster.local", "in-addr.arpa", "corp.example", "local"])
UNSPECIFIED = "0.0.0.0"  # noqa: S104 (no server: a resolver that a file may name)
ADDRESSES = st.sampled_from(
    ["10.99.0.2", "169.254.20.10", "172.20.0.10", "127.0.0.1", UNSPECIFIED, "224.0.0.1", "9.9.9.9"]
)


def _path(content, *keys):
    for key in keys:
        content = content[key] if isinstance(key, int) else content.setdefault(key, {})
    return content


CHANGES = st.one_of(
    st.tuples(st.just(("pod_networking", "enforcing_mode")), st.sampled_from(["standard", "strict"])),
    st.tuples(st.just(("pod_networking", "external_snat")), st.booleans()),
    st.tuples(st.just(("pod_networking", "disable_tcp_early_demux")), st.booleans()),
    st.tuples(st.just(("pod_networking", "addon_configuration")), st.booleans()),
    st.tuples(st.just(("pod_networking", "exclude_snat_cidrs")), st.lists(CIDRS, max_size=2)),
    st.tuples(st.just(("pod_networking", "env")), st.dictionaries(VARIABLES, VALUES, max_size=3)),
    st.tuples(
        st.just(("pod_networking", "vpc_cni", "version")),
        st.sampled_from([f"v1.{minor}.0-eksbuild.1" for minor in (6, 10, 11, 13, 18, 24)]),
    ),
    st.tuples(st.just(("pod_networking", "dns_cache", "enabled")), st.booleans()),
    st.tuples(st.just(("pod_networking", "dns_cache", "local_ip")), ADDRESSES),
    st.tuples(
        st.just(("pod_networking", "dns_cache", "stub_domains")),
        st.dictionaries(ZONES, st.lists(ADDRESSES, min_size=1, max_size=3), max_size=2),
    ),
    st.tuples(st.just(("pod_networking", "dns_cache", "upstreams")), st.lists(ADDRESSES, max_size=3)),
    st.tuples(st.just(("pod_networking", "dns_cache", "standby")), st.booleans()),
    st.tuples(st.just(("pod_networking", "dns_cache", "health_port")), st.sampled_from([9252, 9253, 9254, 65_535])),
    st.tuples(st.just(("pod_networking", "dns_cache", "kube_proxy_mode")), st.sampled_from(["iptables", "ipvs"])),
    st.tuples(st.just(("pod_networking", "dns_cache", "memory_limit_percent")), st.integers(100, 1000)),
    st.tuples(st.just(("network", "cidr")), CIDRS),
    st.tuples(st.just(("cluster", "service_cidr")), CIDRS),
    st.tuples(st.just(("cluster", "kubernetes_version")), st.sampled_from(["1.10", "1.34", "1.36", "1.99"])),
    st.tuples(st.just(("peers", 0, "cidr")), CIDRS),
    st.tuples(st.just(("peers", 0, "account")), st.sampled_from(["111111111111", "999999999999"])),
    st.tuples(st.just(("peers", 0, "region")), st.sampled_from(["eu-west-1", "us-east-1"])),
    st.tuples(st.just(("peers", 0, "peer_side")), st.sampled_from([None, {}, {"security_group_id": "sg-12345678"}])),
    st.tuples(st.just(("node_groups", 0, "instance_types")), st.lists(TYPES, min_size=1, max_size=3)),
    st.tuples(st.just(("workloads", 0, "security_group_ids")), GROUPS),
    st.tuples(st.just(("workloads", 0, "pod_labels")), LABELS),
    st.tuples(st.just(("workloads", 0, "namespace")), st.sampled_from(["kube-system", "shop"])),
    st.tuples(st.just(("acknowledge",)), st.sampled_from([{"made-up": "a reason that is long"}, {}])),
)


@st.composite
def files(draw):
    """A shipped file with one to five settings changed to something that may load."""
    content = copy.deepcopy(draw(st.sampled_from(FILES)))
    for path, value in draw(st.lists(CHANGES, min_size=1, max_size=5)):
        if path[0] in content or path[0] == "acknowledge":
            _path(content, *path[:-1])[path[-1]] = value
    return json.dumps(content)


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(file=files())
def test_what_passes_works_and_what_does_not_is_named(environment_file, file):
    """No rule stops it: needed flows work and the charts take it. Otherwise each finding tells path, value and fix."""
    try:
        loaded = load(environment_file(file))
    except SettingsError:
        return
    findings = check(loaded)
    told = content(loaded, findings)
    assert len(render(told, {})) < 400_000
    assert text(told).startswith("trial")
    assert all(finding.path and finding.got and finding.fix for finding in findings)
    if not stops(findings):
        assert unmet(loaded) == ()
        _make_charts(loaded)


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
        SecurityGroupPolicy(
            cdk8s.App(),
            "policy",
            name=workload.name,
            namespace=workload.namespace,
            pod_labels=workload.pod_labels,
            service_account_labels=workload.service_account_labels,
            security_group_ids=["sg-0123456789abcdef0", *["sg-0123456789abcdef1"] * workload.has_own_group,
                                *workload.security_group_ids],
        )  # fmt: skip
