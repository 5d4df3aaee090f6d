"""Every setting reaches what is made: another value is another template, or the list says why it is none."""

import base64
import copy
import json

import pytest
import yaml

from settings import Settings, load
from settings.files import FOLDER
from tests.setting_paths import paths

VPC = yaml.safe_load((FOLDER / "existing.yaml").read_text())["existing_network"]
AUTHORITY = base64.b64encode(b"-----BEGIN CERTIFICATE-----\nb3RoZXI=\n-----END CERTIFICATE-----\n").decode()
GROUP = "sg-0a1a2b3c4d5e6f7a9"
NO_TEMPLATE = {
    "existing_network.behind_nat": "what the review must know",
    "existing_network.availability_zones": "CDK wants one for each subnet",
    "pod_networking.kube_proxy_mode": "what the review must know",
    "acknowledge": "what the review accepts",
}
# {setting: its other value}, of the file that has the section; x is the first one of a list
OTHER = {
    "account": "333333333333",
    "region": "eu-west-2",
    "network.cidr": "10.21.0.0/16",
    "network.availability_zones": ["eu-west-1a", "eu-west-1c"],
    "network.nat_gateways": 2,
    "network.s3_endpoint": False,
    "network.interface_endpoints": ["sts"],
    "network.flow_logs": True,
    "existing_network.vpc_id": "vpc-0a1a2b3c4d5e6f7a9",
    "existing_network.cidr": "10.61.0.0/16",
    "existing_network.further_cidrs": ["10.62.0.0/16"],
    "existing_network.private_subnet_ids": ["subnet-0e1a2b3c4d5e6f711", "subnet-0a1a2b3c4d5e6f7a9"],
    "existing_network.private_route_table_ids": ["rtb-0a1a2b3c4d5e6f7a9", "rtb-0a1a2b3c4d5e6f7a8"],
    "peers.x.name": "store",
    "peers.x.vpc_id": "vpc-0a1a2b3c4d5e6f7a9",
    "peers.x.transit_gateway_id": "tgw-0a1a2b3c4d5e6f7a9",
    "peers.x.cidr": "10.98.0.0/16",
    "peers.x.further_cidrs": ["10.98.0.0/16"],
    "peers.x.account": "333333333333",
    "peers.x.region": "eu-central-1",
    "peers.x.accepter_role_arn": "arn:aws:iam::333333333333:role/accept",
    "peers.x.dns_resolution": False,
    "peers.x.peer_side.route_table_ids": ["rtb-0a1a2b3c4d5e6f7a9"],
    "peers.x.peer_side.security_group_id": GROUP,
    "cluster.kubernetes_version": "1.34",
    "cluster.service_cidr": "172.21.0.0/16",
    "cluster.endpoint": "private",
    "cluster.endpoint_cidrs": ["9.9.9.0/24"],
    "cluster.admin_role_arns": ["arn:aws:iam::111111111111:role/Other"],
    "cluster.kube_proxy_version": "v1.35.1-eksbuild.1",
    "cluster.coredns_version": "v1.14.4-eksbuild.1",
    "cluster.coredns_configuration": {"replicaCount": 3},
    "cluster.log_types": ["scheduler"],
    "existing_cluster.name": "other",
    "existing_cluster.kubernetes_version": "1.34",
    "existing_cluster.endpoint_url": "https://other.gr7.eu-west-1.eks.amazonaws.com",
    "existing_cluster.endpoint": "private",
    "existing_cluster.certificate_authority": AUTHORITY,
    "existing_cluster.security_group_id": GROUP,
    "existing_cluster.node_security_group_id": GROUP,
    "existing_cluster.service_cidr": "172.21.0.0/16",
    "pod_networking.vpc_cni.version": "v1.23.2-eksbuild.1",
    "pod_networking.vpc_cni.resolve_conflicts": "OVERWRITE",
    "pod_networking.enforcing_mode": "strict",
    "pod_networking.external_snat": False,
    "pod_networking.exclude_snat_cidrs": ["10.99.0.0/16"],
    "pod_networking.disable_tcp_early_demux": False,
    "pod_networking.env": {"WARM_IP_TARGET": "5"},
    "pod_networking.addon_configuration": False,
    "pod_networking.rollout_limit_minutes": 31,
    "pod_networking.dead_nodes": "refuse",
    "pod_networking.run_again": "again",
    "pod_networking.drift.every_minutes": 16,
    "pod_networking.drift.repair": False,
    "pod_networking.drift.alarm_topic_arn": "arn:aws:sns:eu-west-1:111111111111:other",
    "pod_networking.dns_cache.cache_capacity": 1024,
    "pod_networking.dns_cache.cluster_ttl": 7,
    "pod_networking.dns_cache.cluster_denial_ttl": 3,
    "pod_networking.dns_cache.other_ttl": 31,
    "pod_networking.dns_cache.serve_stale_seconds": 61,
    "pod_networking.dns_cache.prefetch": 5,
    "pod_networking.dns_cache.cluster_protocol": "same",
    "pod_networking.dns_cache.upstreams": ["10.99.1.53"],
    "pod_networking.dns_cache.drop_aaaa": True,
    "pod_networking.dns_cache.log_queries": True,
    "pod_networking.dns_cache.consolidate_errors_seconds": 7,
    "pod_networking.dns_cache.health_port": 9090,
    "pod_networking.dns_cache.metrics_port": 9700,
    "pod_networking.dns_cache.setup_metrics_port": 9701,
    "pod_networking.dns_cache.scrape": False,
    "pod_networking.dns_cache.cpu_request": "26m",
    "pod_networking.dns_cache.memory_limit_percent": 150,
    "pod_networking.dns_cache.max_unavailable": "2",
    "pod_networking.dns_cache.min_ready_seconds": 6,
    "pod_networking.dns_cache.node_labels": {"tier": "a"},
    "pod_networking.dns_cache.masquerade_host_clients": True,
    "pod_networking.dns_cache.enabled": False,
    "pod_networking.dns_cache.image": "registry.example/cache:1",
    "pod_networking.dns_cache.local_ip": "169.254.20.77",
    "pod_networking.dns_cache.cluster_domain": "cluster.example",
    "pod_networking.dns_cache.stub_domains": {},
    "pod_networking.dns_cache.standby": True,
    "node_groups.x.name": "other",
    "node_groups.x.instance_types": ["m5.xlarge"],
    "node_groups.x.min_size": 1,
    "node_groups.x.max_size": 7,
    "node_groups.x.desired_size": 4,
    "node_groups.x.disk_gib": 51,
    "node_groups.x.architecture": "arm64",
    "node_groups.x.capacity": "spot",
    "node_groups.x.kubernetes_version": "1.34",
    "node_groups.x.labels": {"tier": "a"},
    "workloads.x.name": "other",
    "workloads.x.namespace": "other",
    "workloads.x.pod_labels": {"app": "other"},
    "workloads.x.service_account_labels": {"app": "other"},
    "workloads.x.security_group_ids": [GROUP],
    "workloads.x.ingress": [{"port": 1, "from": {"cluster": True}}],
    "workloads.x.egress.protocol": "udp",
    "workloads.x.egress.port": 444,
    "workloads.x.egress.to_port": 9101,
    "workloads.x.egress.to.cidr": "10.0.0.0/8",
    "workloads.x.egress.to.security_group_id": GROUP,
    "workloads.x.egress.to.prefix_list_id": "pl-0a1a2b3c4d5e6f7a9",
    "workloads.x.egress.to.workload": "prometheus",
    "workloads.x.egress.to.namespace": "shop",
    "workloads.x.egress.to.peer": "data",
    "workloads.x.egress.to.cluster": True,
    "workloads.x.egress.description": "other",
    "workloads.x.reaches": [{"peer": "data", "port": 1}],
}


def _owned_by_another(content):
    content["peers"][0].update(account="333333333333")
    del content["peers"][0]["peer_side"]


def _in_a_vpc_that_is_there(content):
    content.pop("network")
    tables = ["rtb-0e1a2b3c4d5e6f721", "rtb-0e1a2b3c4d5e6f722"]
    content["existing_network"] = {**copy.deepcopy(VPC), "private_route_table_ids": tables}


def _names_its_own_kind(content):
    """Another namespace has a workload of the same name."""
    there = {**copy.deepcopy(content["workloads"][0]), "namespace": "shop"}
    content["workloads"].append(there)
    content["workloads"][0]["egress"][0]["to"] = {"workload": "prometheus"}


# what both sides need besides
BESIDES = {
    "peers.x.account": lambda c: c["peers"][0].pop("peer_side"),
    "peers.x.region": lambda c: c["peers"][0].pop("peer_side"),
    "peers.x.accepter_role_arn": _owned_by_another,
    "pod_networking.exclude_snat_cidrs": lambda c: c["pod_networking"].update(external_snat=False),
    "existing_network.private_subnet_ids": lambda c: c["existing_cluster"].update(endpoint="private"),
    "existing_network.cidr": _in_a_vpc_that_is_there,
    "existing_network.further_cidrs": _in_a_vpc_that_is_there,
    "existing_network.private_route_table_ids": _in_a_vpc_that_is_there,
    "workloads.x.egress.to.cluster": lambda c: c["workloads"][0]["egress"][0].update(to={"peer": "data"}),
    "workloads.x.egress.to.namespace": _names_its_own_kind,
}


def _content(path):
    there = path.startswith("existing") and BESIDES.get(path) is not _in_a_vpc_that_is_there
    content = yaml.safe_load((FOLDER / f"{'existing' if there else 'dev'}.yaml").read_text())
    content["workloads"].reverse()  # prometheus, to which no other workload refers
    BESIDES.get(path, lambda _: None)(content)
    return content


def _with(content, path, value):
    """Set it; another end of a rule, or another kind of connection, takes the place of the one that is there."""
    changed = copy.deepcopy(content)
    if path == "peers.x.name":
        return json.loads(json.dumps(changed).replace('"data"', f'"{value}"'))
    if path == "peers.x.transit_gateway_id":
        del changed["peers"][0]["vpc_id"]
    *above, last = path.split(".")
    section = changed
    for key in above:
        section = section[0] if key == "x" else section.setdefault(key, {})
        section = section[0] if key == "egress" else section
    if above[-1:] == ["to"] and last != "namespace":
        section.clear()
    section[last] = value
    return changed


@pytest.fixture
def templates(environment_file, synthesized):
    """Return a function that gives the templates of a content."""

    def make(content):
        return synthesized(load(environment_file(json.dumps(content)))).templates

    return make


@pytest.mark.parametrize("path", OTHER)
def test_another_value_is_another_template(templates, path):
    """Dropped on its way, a setting would look as if it held."""
    content = _content(path)
    assert templates(_with(content, path, OTHER[path])) != templates(content)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("existing_network.behind_nat", False),
        ("existing_network.availability_zones", ["eu-west-1a", "eu-west-1c"]),
        ("pod_networking.kube_proxy_mode", "nftables"),
        ("acknowledge", {"drift-is-watched": "somebody looks"}),
    ],
)
def test_what_only_the_review_reads_changes_no_template(templates, path, value):
    """And is listed as such."""
    assert path in NO_TEMPLATE
    content = _content(path)
    assert templates(_with(content, path, value)) == templates(content)


def test_every_setting_is_here():
    """A new one needs another value, or a reason to have none."""
    assert {".".join(path) for path in paths(Settings)} == {*OTHER, *NO_TEMPLATE}
