"""Environment files by chance: a shipped one with some settings changed to something that may load."""

import copy
import json
import os

import yaml
from hypothesis import strategies as st

from review.rules import RULES
from settings.loading import FOLDER

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "100"))
FILES = [yaml.safe_load((FOLDER / f"{name}.yaml").read_text()) for name in ("dev", "prod", "existing")]
NODES = "sg-0e1a2b3c4d5e6f703"  # what `cluster: true` means in existing.yaml
CIDRS = st.sampled_from(
    [
        "10.20.0.0/16",
        "10.99.0.0/16",
        "10.98.0.0/17",
        "0.0.0.0/0",
        "172.16.0.0/12",
        "10.99.0.0/28",
        "100.64.0.0/10",
        "10.8.1.53/32",
    ]
)
GROUPS = st.lists(st.integers(0, 9).map(lambda i: f"sg-{i:017x}"), max_size=15)
TYPES = st.sampled_from(
    ["m5.large", "t3.large", "m7g.medium", "m7i-flex.large", "i4i.large", "x.y", "c7gn.xlarge", "u7i-12tb.224xlarge",
     "g6.xlarge"]
)  # fmt: skip
VARIABLES = st.sampled_from(
    [
        "WARM_IP_TARGET",
        "AWS_EXTERNAL_SERVICE_CIDRS",
        "ENABLE_IPv6",
        "MADE_UP",
        "ENABLE_MULTI_NIC",
        "ANNOTATE_POD_IP",
        "AWS_VPC_K8S_CNI_VETHPREFIX",
        "AWS_VPC_ENI_MTU",
        "ENABLE_PREFIX_DELEGATION",
        "WARM_PREFIX_TARGET",
    ]
)
VALUES = st.sampled_from(["4", "true", "10.99.0.0/16", "10.99.1.7/16, x", "<b>", "198.51.100.0/24", "0.0.0.0/0"])
LABELS = st.dictionaries(st.sampled_from(["app", "tier", "k8s-app"]), st.sampled_from(["a", "kube-dns"]), min_size=1)
ZONES = st.sampled_from(["cluster.local", "a.cluster.local", "in-addr.arpa", "corp.example", "local"])
UNSPECIFIED = "0.0.0.0"  # noqa: S104 (no server: a resolver that a file may name)
ADDRESSES = st.sampled_from(
    ["10.99.0.2", "169.254.20.10", "172.20.0.10", "127.0.0.1", UNSPECIFIED, "224.0.0.1", "9.9.9.9"]
)
PEERS = st.sampled_from(["data", "partner", "nowhere"])
PORTS = st.sampled_from([1, 53, 8080, 65535])
ENDS = st.one_of(
    st.fixed_dictionaries({"cidr": CIDRS}),
    st.fixed_dictionaries({"peer": PEERS}),
    st.just({"cluster": True}),
    st.fixed_dictionaries({"workload": st.sampled_from(["orders-api", "orders-worker", "ledger"])}),
    st.fixed_dictionaries(
        {
            "workload": st.sampled_from(["orders-api", "prometheus", "batch", "payments"]),
            "namespace": st.sampled_from(["shop", "monitoring", "reports", "kube-system"]),
        }
    ),
    st.fixed_dictionaries({"security_group_id": st.sampled_from(["sg-12345678", NODES])}),
    st.just({"prefix_list_id": "pl-12345678"}),
)
PROTOCOLS = st.sampled_from(["tcp", "udp", "icmp", "all"])
SERVICES = st.one_of(
    st.fixed_dictionaries({"peer": PEERS, "port": PORTS}),
    st.fixed_dictionaries({"security_group_id": st.sampled_from(["sg-12345678", NODES]), "port": PORTS}),
)
REACHES = st.lists(SERVICES, max_size=3)
ROLES = st.sampled_from(["arn:aws:iam::333333333333:role/a", "arn:aws:iam::111111111111:role/b"])
REASON = "a reason that is long"
ACCEPTED = st.one_of(
    st.dictionaries(st.sampled_from(["made-up", *(rule.id for rule in RULES)]), st.just(REASON), max_size=5),
    st.just({rule.id: REASON for rule in RULES}),
)


def _rules(end):
    one = st.fixed_dictionaries({"protocol": PROTOCOLS, end: ENDS}, optional={"port": PORTS, "to_port": PORTS})
    return st.lists(one, max_size=3)


def _to(path, values):
    return st.tuples(st.just(tuple(int(key) if key.isdigit() else key for key in path.split("."))), values)


BOOLEANS = [
    "pod_networking.external_snat", "pod_networking.disable_tcp_early_demux", "pod_networking.addon_configuration",
    "pod_networking.dns_cache.enabled", "pod_networking.dns_cache.standby",
    "pod_networking.drift.repair", "network.s3_endpoint", "network.flow_logs",
    "peers.0.dns_resolution", "pod_networking.dns_cache.drop_aaaa",
    "pod_networking.dns_cache.masquerade_host_clients",
]  # fmt: skip
CHOICES = {
    "pod_networking.enforcing_mode": ["standard", "strict"],
    "pod_networking.vpc_cni.version": [f"v1.{minor}.0-eksbuild.1" for minor in (6, 10, 11, 13, 18, 24)],
    "pod_networking.vpc_cni.resolve_conflicts": ["NONE", "OVERWRITE", "PRESERVE"],
    "pod_networking.dead_nodes": ["count-out", "refuse"],
    "pod_networking.rollout_limit_minutes": [1, 45],
    "pod_networking.run_again": ["", "<b>now</b>"],
    "pod_networking.drift.every_minutes": [0, 1, 480],
    "pod_networking.drift.alarm_topic_arn": ["arn:aws:sns:eu-west-1:111111111111:alarms"],
    "pod_networking.dns_cache.image": ["a.example/node-cache:1.2", "registry.k8s.io/dns/k8s-dns-node-cache:latest"],
    "pod_networking.dns_cache.cluster_domain": ["cluster.local", "corp.example", "in-addr.arpa"],
    "pod_networking.dns_cache.health_port": [9252, 9253, 9254, 65_535],
    "pod_networking.kube_proxy_mode": ["iptables", "ipvs", "nftables"],
    "pod_networking.dns_cache.cluster_protocol": ["force_tcp", "prefer_udp", "same"],
    "pod_networking.dns_cache.max_unavailable": ["1", "100%", "0"],
    "pod_networking.dns_cache.min_ready_seconds": [5, 600],
    "pod_networking.dns_cache.serve_stale_seconds": [0, 86_400],
    "pod_networking.dns_cache.cache_capacity": [1024, 1_000_000],
    "pod_networking.dns_cache.node_labels": [{}, {"example.com/tier": "a"}],
    "pod_networking.dns_cache.memory_limit_percent": [0, 150, 1000],
    "network.nat_gateways": [1, 6],
    "network.availability_zones": [["eu-west-1a", "eu-west-1b"], ["eu-west-1a"] * 2, ["us-east-1a", "eu-west-1c"]],
    "network.interface_endpoints": [[], ["ec2", "sts"]],
    "existing_network.behind_nat": [True, False, "isolated"],
    "existing_network.private_route_table_ids": [["rtb-12345678", "rtb-12345679"], ["rtb-12345678"] * 2, []],
    "cluster.kubernetes_version": ["1.10", "1.34", "1.36", "1.99"],
    "cluster.kube_proxy_version": ["v1.34.0-eksbuild.1", "v1.36.0-eksbuild.1"],
    "cluster.coredns_configuration": [{}, {"replicaCount": 3}, {"corefile": ".:53 {\n    forward . 10.0.0.2\n}\n"}],
    "cluster.endpoint": ["public", "private"],
    "cluster.endpoint_cidrs": [[], ["192.175.48.0/24"], ["203.0.113.0/24"]],
    "cluster.log_types": [[], ["api"]],
    "existing_cluster.endpoint": ["public", "private"],
    "existing_cluster.kubernetes_version": ["1.34", "1.36"],
    "existing_cluster.node_security_group_id": ["sg-12345679"],
    "peers": [[]],
    "peers.0.account": ["111111111111", "333333333333"],
    "peers.0.region": ["eu-west-1", "us-east-1"],
    "peers.0.transit_gateway_id": ["tgw-12345678"],
    "peers.0.vpc_id": [None, "vpc-12345678"],
    "peers.0.peer_side": [None, {}, {"security_group_id": "sg-12345678"}, {"route_table_ids": ["rtb-12345678"]}],
    "node_groups.0.architecture": ["x86_64", "arm64"],
    "node_groups.0.capacity": ["on-demand", "spot"],
    "node_groups.0.max_size": [1, 3, 450, 5000],
    "node_groups.0.min_size": [0, 3],
    "node_groups.0.kubernetes_version": ["1.33", "1.34"],
    "node_groups.0.labels": [{}, {"example.com/tier": "a"}],
    "node_groups": [[]],
    "workloads": [[]],
    "workloads.0.namespace": ["kube-system", "shop"],
    "workloads.0.name": ["orders-worker", "a"],
}
CHANGES = st.one_of(
    *(_to(path, st.booleans()) for path in BOOLEANS),
    *(_to(path, st.sampled_from(values)) for path, values in CHOICES.items()),
    *(_to(path, CIDRS) for path in ("network.cidr", "existing_network.cidr", "cluster.service_cidr", "peers.0.cidr")),
    *(
        _to(path, st.lists(CIDRS, max_size=2))
        for path in ("pod_networking.exclude_snat_cidrs", "existing_network.further_cidrs", "peers.0.further_cidrs")
    ),
    _to("pod_networking.env", st.dictionaries(VARIABLES, VALUES, max_size=3)),
    _to("pod_networking.dns_cache.local_ip", ADDRESSES),
    _to(
        "pod_networking.dns_cache.stub_domains",
        st.dictionaries(ZONES, st.lists(ADDRESSES, min_size=1, max_size=3), max_size=2),
    ),
    _to("pod_networking.dns_cache.upstreams", st.lists(ADDRESSES, max_size=3)),
    _to("cluster.admin_role_arns", st.lists(ROLES, max_size=2)),
    _to("peers.0.accepter_role_arn", ROLES),
    _to("node_groups.0.instance_types", st.lists(TYPES, min_size=1, max_size=3)),
    _to("workloads.0.security_group_ids", GROUPS),
    _to("workloads.0.pod_labels", LABELS),
    _to("workloads.0.service_account_labels", LABELS),
    _to("workloads.0.ingress", _rules("from")),
    _to("workloads.0.egress", _rules("to")),
    _to("workloads.0.reaches", REACHES),
    _to("acknowledge", ACCEPTED),
)


@st.composite
def environments(draw):
    """A shipped file with one to six settings changed, as JSON."""
    content = copy.deepcopy(draw(st.sampled_from(FILES)))
    for path, value in draw(st.lists(CHANGES, min_size=1, max_size=6)):
        _set(content, path, value)
    return json.dumps(content)


def _set(content, path, value):
    """Set a value where the file has the section that it stands in."""
    if path[0] not in content and len(path) > 1:
        return
    for key in path[:-1]:
        if isinstance(key, int) and key >= len(content):
            return
        content = content[key] if isinstance(key, int) else content.setdefault(key, {})
    content[path[-1]] = value
