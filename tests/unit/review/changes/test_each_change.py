"""What each kind of change does to running pods."""

import pytest

from review.changes import compare
from review.changes.difference import Difference
from review.changes.table import TABLE, UNKNOWN, effects
from review.content import content
from settings import Settings, load
from tests.setting_paths import paths

SG = "sg-0123456789abcdef0"
NODES = "sg-0e1a2b3c4d5e6f703"
TABLE_AT_PEER = "rtb-0d1a2b3c4d5e6f709"
TABLE_OF_DATA = "rtb-0d1a2b3c4d5e6f702"
TABLES_AT_PEER = {"route_table_ids": [TABLE_AT_PEER]}


def _pods(**values):
    return lambda c: c["pod_networking"].update(values)


def _env(**values):
    return lambda c: c["pod_networking"].update(env=values)


def _cache(**values):
    return lambda c: c["pod_networking"]["dns_cache"].update(values)


def _cluster(**values):
    return lambda c: c["cluster"].update(values)


def _stands_in(*resolvers, image="registry.k8s.io/dns/k8s-dns-node-cache:1.26.8", upstreams=(), everything="10.0.0.2"):
    """A cache of an image, and a CoreDNS that asks these resolvers for its zone."""
    zone = f"data.example.internal {{\n    forward . {' '.join(resolvers)}\n}}\n"
    corefile = {"corefile": f". {{\n    forward . {everything} {{\n        max_fails 0\n    }}\n}}\n{zone}"}
    return lambda c: (_cluster(coredns_configuration=corefile)(c), _cache(image=image, upstreams=[*upstreams])(c))


_NEWER = "registry.k8s.io/dns/k8s-dns-node-cache:1.26.9"


def _network(**values):
    return lambda c: c["network"].update(values)


def _peer(**values):
    return lambda c: c["peers"][0].update(values)


def _nodes(**values):
    return lambda c: c["node_groups"][0].update(values)


def _workload(number, **values):
    return lambda c: c["workloads"][number].update(values)


def _cni(version):
    return lambda c: c["pod_networking"]["vpc_cni"].update(version=version)


def _reaches(*ports):
    return lambda c: c["workloads"][0].update(reaches=[{"peer": "data", "port": port} for port in ports])


def _of_somebody(c):
    """A peer that admits whom its owner admits; podnet may change its routes."""
    del c["peers"][0]["peer_side"]["security_group_id"]


def _second_peer(c):
    c["peers"].append({"name": "more", "vpc_id": "vpc-0d1a2b3c4d5e6f799", "cidr": "10.97.0.0/16"})


def _no_peer(c):
    c["peers"], c["pod_networking"]["dns_cache"]["stub_domains"] = [], {}
    for workload in c["workloads"]:
        workload.pop("reaches", None)


def _behind_a_gateway(c):
    _peer(vpc_id=None, transit_gateway_id="tgw-0d1a2b3c4d5e6f701")(c)


def _two_behind_gateways(c):
    _behind_a_gateway(c)
    c["peers"].append({"name": "more", "transit_gateway_id": "tgw-0d1a2b3c4d5e6f702", "cidr": "10.97.0.0/16"})


def _second_workload(c):
    c["workloads"].append({"name": "new", "namespace": "shop", "pod_labels": {"a": "b"}, "security_group_ids": [SG]})


def _reach_nothing(c):
    for workload in c["workloads"]:
        workload.pop("reaches", None)


def _without_own_group(c):
    del c["workloads"][2]["egress"]
    _workload(2, security_group_ids=[SG])(c)


def _second_group(c):
    c["node_groups"].append({**c["node_groups"][0], "name": "more"})


def _new_group_of(version):
    return lambda c: (_second_group(c), c["node_groups"][1].update(kubernetes_version=version))


def _two_groups(version):
    return lambda c: (_second_group(c), [group.update(kubernetes_version=version) for group in c["node_groups"]])


def _other_name(c):
    c["peers"][0]["name"] = "other"
    for workload in c["workloads"]:
        for reach in workload.get("reaches", ()):
            reach["peer"] = "other"


def _named_after_another(c):
    _second_peer(c)
    del c["peers"][0]
    c["peers"][0]["name"] = "data"


def _rules(c, *ports):
    c["workloads"][0]["ingress"] = [{"port": port, "from": {"cluster": True}} for port in ports]


def _sends_to(*ranges):
    return _workload(1, egress=[{"port": 443, "to": {"cidr": one}, "description": f"to {one}"} for one in ranges])


def _at_gateway(c, *tables):
    gateway = {"name": "far", "transit_gateway_id": "tgw-0d1a2b3c4d5e6f701", "cidr": "10.94.0.0/16"}
    c["peers"].append({**gateway, "peer_side": {"route_table_ids": [*tables]}})


def _other_group(c):
    c["node_groups"][0]["name"] = "other"


def _strict(**values):
    return lambda c: (_strict_without_cache(c), c["pod_networking"].update(values))


def _strict_without_cache(c):
    _pods(enforcing_mode="strict")(c)
    _cache(enabled=False)(c)


def _mode_alone(c):
    _cache(enabled=False)(c)


# name, before (a change of dev), after (a change of dev), path, kinds, words of the sentences
CASES = [
    ("mode to strict", None, _pods(enforcing_mode="strict"), "pod_networking.enforcing_mode", "rollout pods",
     "keeps standard until it is restarted"),
    ("mode to standard with the cache", _strict_without_cache, None, "pod_networking.enforcing_mode",
     "rollout pods pods DNS_gap", "lose all DNS as soon as the cache runs on their node: deploy the mode alone"),
    ("cache over strict pods", _strict_without_cache, None, "pod_networking.dns_cache.enabled", "DNS_gap",
     "pods that were made in strict lose all DNS"),
    ("mode to standard alone", _strict_without_cache, _mode_alone, "pod_networking.enforcing_mode", "rollout pods pods",
     "keeps strict until|probes of pods that were made in strict fail"),
    ("external SNAT on", _pods(external_snat=False), None, "pod_networking.external_snat", "rollout connections",
     "new ones to peers and the internet carry the pod's address and groups; what leaves the VPC"),
    ("external SNAT off", None, _pods(external_snat=False), "pod_networking.external_snat", "rollout connections",
     "the node's address and groups: have peers admit them before"),
    ("external SNAT off in strict mode", _strict(external_snat=True), _strict(external_snat=False),
     "pod_networking.external_snat", "rollout connections", "new ones of plain pods to peers and the internet carry"),
    ("external services in strict mode", _strict(), _strict(env={"AWS_EXTERNAL_SERVICE_CIDRS": "198.51.100.0/24"}),
     "pod_networking.env.AWS_EXTERNAL_SERVICE_CIDRS", "rollout connections", "what plain pods send to these ranges"),
    ("range excluded", None, _pods(exclude_snat_cidrs=["10.99.0.0/16"]), "pod_networking.exclude_snat_cidrs",
     "rollout connections", "new ones to 10.99.0.0/16 carry the pod's address"),
    ("ranges in the place of external SNAT", _pods(exclude_snat_cidrs=["10.1.0.0/16"]),
     _pods(external_snat=False, exclude_snat_cidrs=["10.99.0.0/16"]), "pod_networking.exclude_snat_cidrs",
     "rollout nothing", "what goes to 10.99.0.0/16 carries the pod's address and groups, before and after"),
    ("external SNAT in the place of ranges", _pods(external_snat=False, exclude_snat_cidrs=["10.99.0.0/16"]), None,
     "pod_networking.exclude_snat_cidrs", "rollout nothing", "what goes to 10.99.0.0/16 carries the pod's"),
    ("external SNAT beside ranges that go", _pods(external_snat=False, exclude_snat_cidrs=["10.99.0.0/16"]), None,
     "pod_networking.external_snat", "rollout connections", "but not to excluded ranges, carry the pod's"),
    ("no external SNAT beside ranges that come", None,
     _pods(external_snat=False, exclude_snat_cidrs=["10.99.0.0/16"]), "pod_networking.external_snat",
     "rollout connections", "the internet, but not to excluded ranges, carry the node's"),
    ("no external SNAT beside ranges that go", _pods(exclude_snat_cidrs=["10.99.0.0/16"]), _pods(external_snat=False),
     "pod_networking.external_snat", "rollout connections", "peers and the internet carry the node's"),
    ("ranges that external SNAT ignored go with it", _pods(exclude_snat_cidrs=["10.1.0.0/16"]),
     _pods(external_snat=False), "pod_networking.exclude_snat_cidrs", "rollout", "aws-node is replaced"),
    ("range exchanged", _pods(exclude_snat_cidrs=["10.1.0.0/16"]), _pods(exclude_snat_cidrs=["10.2.0.0/16"]),
     "pod_networking.exclude_snat_cidrs", "rollout connections connections",
     "10.2.0.0/16 carry the pod's address|10.1.0.0/16 carry the node's address"),
    ("range excluded beside another", _pods(exclude_snat_cidrs=["10.1.0.0/16"]),
     _pods(exclude_snat_cidrs=["10.1.0.0/16", "10.2.0.0/16"]), "pod_networking.exclude_snat_cidrs",
     "rollout connections", "new ones to 10.2.0.0/16 carry the pod's address"),
    ("early demux", None, _pods(disable_tcp_early_demux=False), "pod_networking.disable_tcp_early_demux", "rollout",
     "running pods keep their network"),
    ("variable added", None, _env(WARM_IP_TARGET="4", WARM_ENI_TARGET="1"), "pod_networking.env.WARM_ENI_TARGET",
     "rollout", "running pods keep their network"),
    ("variable changed", None, _env(WARM_IP_TARGET="5"), "pod_networking.env.WARM_IP_TARGET", "rollout", "a tenth"),
    ("variable removed", None, _env(), "pod_networking.env.WARM_IP_TARGET", "rollout rollout",
     "gets the value back that stood there before podnet"),
    ("prefix delegation", None, _env(WARM_IP_TARGET="4", ENABLE_PREFIX_DELEGATION="true"),
     "pod_networking.env.ENABLE_PREFIX_DELEGATION", "rollout nodes", "only new nodes carry more pods"),
    ("custom networking", None, _env(WARM_IP_TARGET="4", AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG="true"),
     "pod_networking.env.AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG", "rollout nodes", "keep their interfaces' subnets"),
    ("no external services", _env(AWS_EXTERNAL_SERVICE_CIDRS="198.51.100.0/24"), _env(WARM_IP_TARGET="4"),
     "pod_networking.env.AWS_EXTERNAL_SERVICE_CIDRS", "rollout connections rollout", "takes the way of all else"),
    ("external services", None, _env(WARM_IP_TARGET="4", AWS_EXTERNAL_SERVICE_CIDRS="198.51.100.0/24"),
     "pod_networking.env.AWS_EXTERNAL_SERVICE_CIDRS", "rollout connections", "leaves by the primary ENI"),
    ("add-on version", None, _cni("v1.23.2-eksbuild.1"), "pod_networking.vpc_cni.version", "rollout", "a tenth"),
    ("who carries the values", None, _pods(addon_configuration=False), "pod_networking.addon_configuration",
     "rollout", "put right in the same deploy"),
    ("what an update takes over", None, _pods(vpc_cni={"version": "v1.23.1-eksbuild.1", "resolve_conflicts": "NONE"}),
     "pod_networking.vpc_cni.resolve_conflicts", "nothing", "not what runs"),
    ("limit of a rollout", None, _pods(rollout_limit_minutes=20), "pod_networking.rollout_limit_minutes", "nothing",
     "not what runs"),
    ("dead nodes", None, _pods(dead_nodes="refuse"), "pod_networking.dead_nodes", "nothing", "not what runs"),
    ("mode of kube-proxy", None, _pods(kube_proxy_mode="ipvs"), "pod_networking.kube_proxy_mode", "nothing",
     "not what runs"),
    ("run again", None, _pods(run_again="once"), "pod_networking.run_again", "nothing", "not what runs"),
    ("watch", None, _pods(drift={"every_minutes": 0}), "pod_networking.drift.every_minutes", "nothing", "the watch"),
    ("cache off", None, _cache(enabled=False), "pod_networking.dns_cache.enabled", "DNS DNS_gap",
     "ends on all nodes at once.*by the branch ENI; no gap|(data.example.internal) are asked from CoreDNS from then"),
    ("cache off without resolvers of its own", _cache(stub_domains={}), _cache(enabled=False, stub_domains={}),
     "pod_networking.dns_cache.enabled", "DNS", "ends on all nodes at once"),
    ("cache off with its zones", None, _cache(enabled=False, stub_domains={}), "pod_networking.dns_cache.enabled",
     "DNS DNS_gap", "(data.example.internal) are asked from CoreDNS from then on"),
    ("cache off with upstreams", _cache(stub_domains={}, upstreams=["10.20.0.9"]), _cache(enabled=False),
     "pod_networking.dns_cache.enabled", "DNS DNS_gap", "(all of upstreams) are asked from CoreDNS from then on"),
    ("cache off in strict", _pods(enforcing_mode="strict"), _strict_without_cache,
     "pod_networking.dns_cache.enabled", "DNS DNS_gap", "ends on all nodes at once"),
    ("cache on", _cache(enabled=False), None, "pod_networking.dns_cache.enabled", "DNS", "no restart, no gap"),
    ("cache image", None, _cache(image="registry.k8s.io/dns/k8s-dns-node-cache:1.26.7"),
     "pod_networking.dns_cache.image", "DNS DNS_gap",
     "restarts node by node.*no gap|(data.example.internal) are asked from CoreDNS meanwhile, which denies them"),
    ("cache image beside a CoreDNS that stands in", _stands_in("10.99.1.53", "10.99.2.53"),
     _stands_in("10.99.1.53", "10.99.2.53", image=_NEWER), "pod_networking.dns_cache.image", "DNS", "node by node"),
    ("cache image beside one with a part of the resolvers", _stands_in("10.99.1.53"),
     _stands_in("10.99.1.53", image=_NEWER),
     "pod_networking.dns_cache.image", "DNS DNS_gap", "(data.example.internal)"),
    ("cache image beside one that asks the upstreams", _stands_in("10.99.1.53", "10.99.2.53", upstreams=["10.0.0.2"]),
     _stands_in("10.99.1.53", "10.99.2.53", upstreams=["10.0.0.2"], image=_NEWER), "pod_networking.dns_cache.image",
     "DNS", "node by node"),
    ("cache image beside one that asks others", _stands_in("10.99.1.53", "10.99.2.53", upstreams=["10.0.0.3"]),
     _stands_in("10.99.1.53", "10.99.2.53", upstreams=["10.0.0.3"], image=_NEWER), "pod_networking.dns_cache.image",
     "DNS DNS_gap", "(all of upstreams)"),
    ("stub domain", None, _cache(stub_domains={}),
     "pod_networking.dns_cache.stub_domains.data.example.internal", "DNS", "restarts node by node"),
    ("stub domain with the name of a section", _cache(stub_domains={}), _cache(stub_domains={"peers": ["10.99.1.53"]}),
     "pod_networking.dns_cache.stub_domains.peers", "DNS", "restarts node by node"),
    ("image of no cache", _cache(enabled=False), _cache(enabled=False, local_ip="169.254.20.11"),
     "pod_networking.dns_cache.local_ip", "nothing", "there is no cache"),
    ("address of a cache that comes", _cache(enabled=False), _cache(local_ip="169.254.20.11"),
     "pod_networking.dns_cache.local_ip", "nothing", "no cache that runs before and after"),
    ("how long a new pod of the cache waits", None, _cache(min_ready_seconds=20),
     "pod_networking.dns_cache.min_ready_seconds", "nothing", "from the next rollout of the cache on"),
    ("how many pods of the cache at once", None, _cache(max_unavailable="10%"),
     "pod_networking.dns_cache.max_unavailable", "nothing", "from the next rollout of the cache on"),
    ("standby on", None, _cache(standby=True), "pod_networking.dns_cache.standby", "DNS",
     "a second process starts beside the cache"),
    ("standby off", _cache(standby=True), None, "pod_networking.dns_cache.standby", "DNS",
     "a second process gives its addresses back"),
    ("nodes with a cache", None, _cache(node_labels={"tier": "a"}),
     "pod_networking.dns_cache.node_labels.tier", "DNS DNS DNS_gap",
     "restarts node by node|nodes without the labels of the file have no cache"),
    ("domain of the cluster", None, _cache(cluster_domain="cluster.example"),
     "pod_networking.dns_cache.cluster_domain", "DNS DNS_gap DNS_gap", "where it is not that of CoreDNS and kubelet"),
    ("standby of no cache", _cache(enabled=False), _cache(enabled=False, standby=True),
     "pod_networking.dns_cache.standby", "nothing", "no cache that runs before and after"),
    ("standby of a cache that goes", _cache(standby=True), _cache(enabled=False),
     "pod_networking.dns_cache.standby", "nothing", "no cache that runs before and after"),
    ("kubernetes upgrade", None, _cluster(kubernetes_version="1.36"), "cluster.kubernetes_version", "nothing nodes",
     "nodes stay on the old version until node_groups[].kubernetes_version is raised in a later deploy"),
    ("kubernetes downgrade", None, _cluster(kubernetes_version="1.34"), "cluster.kubernetes_version", "refused",
     "within seven days"),
    ("kubernetes skipped", _cluster(kubernetes_version="1.34"), _cluster(kubernetes_version="1.36"),
     "cluster.kubernetes_version", "refused", "one minor version at a time"),
    ("service range", None, _cluster(service_cidr="10.100.0.0/16"), "cluster.service_cidr", "refused",
     "rolled back"),
    ("kubernetes beside kube-proxy", None,
     _cluster(kubernetes_version="1.36", kube_proxy_version="v1.36.0-eksbuild.2"), "cluster.kubernetes_version",
     "nothing nodes nothing", "the stack is stuck then. Deploy the version alone"),
    ("kubernetes beside the VPC CNI", None,
     lambda c: (_cluster(kubernetes_version="1.36")(c), _cni("v1.23.2-eksbuild.1")(c)), "cluster.kubernetes_version",
     "nothing nodes nothing", "Deploy the version alone"),
    ("kubernetes beside another stack", None,
     _cluster(kubernetes_version="1.36", coredns_version="v1.14.3-eksbuild.12"), "cluster.kubernetes_version",
     "nothing nodes", "EKS may refuse the next upgrade before that"),
    ("endpoint", None, _cluster(endpoint="private"), "cluster.endpoint", "nothing", "not what runs"),
    ("endpoint public again", _cluster(endpoint="private"), None, "cluster.endpoint", "nothing nothing",
     "functions leave the VPC"),
    ("endpoint for everybody", _cluster(endpoint_cidrs=["192.175.48.0/24"]), None, "cluster.endpoint_cidrs",
     "nothing nothing", "may leave the functions' group behind"),
    ("endpoint beside logs", None, _cluster(endpoint="private", log_types=["api"]), "cluster.endpoint",
     "nothing nothing", "may fail and be rolled back. Deploy them one after the other"),
    ("logs beside the endpoint's ranges", None, _cluster(log_types=["api"], endpoint_cidrs=["192.175.48.0/24"]),
     "cluster.log_types", "nothing nothing", "logs more or less|one kind of change of a cluster at a time"),
    ("logs", None, _cluster(log_types=["api"]), "cluster.log_types", "nothing", "logs more or less"),
    ("logs in another order", None, _cluster(endpoint="private", log_types=["authenticator", "audit", "api"]),
     "cluster.endpoint", "nothing", "not what runs"),
    ("administrators", None, _cluster(admin_role_arns=[]), "cluster.admin_role_arns", "nothing", "not what runs"),
    ("coredns", None, _cluster(coredns_version="v1.14.3-eksbuild.12"), "cluster.coredns_version", "DNS", "in turn"),
    ("CoreDNS configured", None, _cluster(coredns_configuration={"replicaCount": 3}), "cluster.coredns_configuration",
     "DNS", "in place of what somebody else has set"),
    ("CoreDNS scaled", _cluster(coredns_configuration={"replicaCount": 3}),
     _cluster(coredns_configuration={"replicaCount": 4}), "cluster.coredns_configuration", "DNS", "in turn where they"),
    ("CoreDNS as EKS has it", _cluster(coredns_configuration={"replicaCount": 3}), _cluster(coredns_configuration={}),
     "cluster.coredns_configuration", "DNS", "EKS configures CoreDNS anew"),
    ("CoreDNS left alone", _cluster(coredns_configuration={"replicaCount": 3}), None, "cluster.coredns_configuration",
     "nothing", "write {} to go back"),
    ("kube-proxy", None, _cluster(kube_proxy_version="v1.35.0-eksbuild.3"), "cluster.kube_proxy_version", "rollout",
     "rules stay in the kernel"),
    ("VPC range", None, _network(cidr="10.21.0.0/16"), "network.cidr", "refused", "rolled back"),
    ("zones", None, _network(availability_zones=["eu-west-1a", "eu-west-1b", "eu-west-1c"]),
     "network.availability_zones", "refused", "a cluster keeps the zones"),
    ("zones change places", None, _network(availability_zones=["eu-west-1b", "eu-west-1a"]),
     "network.availability_zones", "refused", "its range is taken"),
    ("NAT gateways", None, _network(nat_gateways=2), "network.nat_gateways", "connections",
     "open connections from there end.*where a gateway comes.*new public addresses"),
    ("more NAT gateways than zones", _network(nat_gateways=2), _network(nat_gateways=3), "network.nat_gateways",
     "nothing", "no zone has more than one"),
    ("S3 endpoint", None, _network(s3_endpoint=False), "network.s3_endpoint", "connections", "to S3 may end once"),
    ("interface endpoints", None, _network(interface_endpoints=["sts"]), "network.interface_endpoints", "DNS",
     "with the next lookup"),
    ("flow logs on", None, _network(flow_logs=True), "network.flow_logs", "nothing", "packets are logged, or not"),
    ("flow logs off", _network(flow_logs=True), None, "network.flow_logs", "nothing", "with what was logged until now"),
    ("peer added", None, _second_peer, "peers[more]", "connections", "packets to 10.97.0.0/16 take the new connection"),
    ("peer removed", None, _no_peer, "peers[data]", "connections", "connections with 10.99.0.0/16 end"),
    ("a transit gateway instead", None, _peer(vpc_id=None, transit_gateway_id="tgw-0d1a2b3c4d5e6f701"),
     "peers[data].transit_gateway_id", "refused", "in one deploy and add it in the next"),
    ("the VPC behind a gateway", None, _peer(vpc_id=None, transit_gateway_id="tgw-0d1a2b3c4d5e6f701"),
     "peers[data].vpc_id", "refused", "in one deploy and add it in the next"),
    ("a VPC instead of a gateway", _behind_a_gateway, None, "peers[data].vpc_id", "refused",
     "in one deploy and add it in the next"),
    ("another gateway", _peer(vpc_id=None, transit_gateway_id="tgw-0d1a2b3c4d5e6f701"),
     _peer(vpc_id=None, transit_gateway_id="tgw-0d1a2b3c4d5e6f702"), "peers[data].transit_gateway_id", "refused",
     "in one deploy and add it in the next"),
    ("a second peer behind gateways", _behind_a_gateway, _two_behind_gateways, "peers[more]", "connections",
     "packets to 10.97.0.0/16"),
    ("a second peer behind the same gateway, with the same table", _behind_a_gateway,
     lambda c: (_behind_a_gateway(c), _at_gateway(c, TABLE_OF_DATA)), "peers[far]", "connections",
     "packets to 10.94.0.0/16"),
    ("peer renamed with another range", None, lambda c: (_other_name(c), _peer(cidr="10.98.0.0/16")(c)),
     "peers[other]", "refused", "no second connection between two VPCs"),
    ("peer renamed with another range and without tables", _peer(peer_side=None),
     lambda c: (_other_name(c), _peer(cidr="10.98.0.0/16", peer_side=None)(c)), "peers[other]", "refused",
     "no second connection between two VPCs"),
    ("peer renamed", None, _other_name, "peers[other]", "refused", "in one deploy and add it in the next"),
    ("peer's account", None, _peer(account="111111111111"), "peers[data].account", "refused", "no second connection"),
    ("the role that accepts", _peer(account="333333333333", accepter_role_arn="arn:aws:iam::333333333333:role/one"),
     _peer(account="333333333333", accepter_role_arn="arn:aws:iam::333333333333:role/other"),
     "peers[data].accepter_role_arn", "refused", "no second connection"),
    ("another account's VPC", _peer(account="333333333333", peer_side=None), _peer(vpc_id="vpc-0d1a2b3c4d5e6f702",
     account="444444444444", peer_side=None), "peers[data].account", "replacement", "made anew"),
    ("another region's VPC", _peer(peer_side=None), _peer(vpc_id="vpc-0d1a2b3c4d5e6f702", region="eu-central-1",
     peer_side=None), "peers[data].region", "replacement", "made anew"),
    ("another VPC", None, _peer(vpc_id="vpc-0d1a2b3c4d5e6f702", peer_side=TABLES_AT_PEER), "peers[data].vpc_id",
     "replacement", "made anew"),
    ("another VPC, of whose tables none is known", _peer(peer_side=None), _peer(vpc_id="vpc-0d1a2b3c4d5e6f702",
     peer_side=None), "peers[data].vpc_id", "replacement", "made anew"),
    ("another VPC with a table of the old one", None, _peer(vpc_id="vpc-0d1a2b3c4d5e6f702"), "peers[data].vpc_id",
     "refused", "peer_side names tables of the old VPC"),
    ("the VPC of another peer", _second_peer, _named_after_another, "peers[data].vpc_id", "refused",
     "no second connection"),
    ("peer's range", None, _peer(cidr="10.98.0.0/16"), "peers[data].cidr", "connections", "the old range only end"),
    ("a further range of a peer", None, _peer(further_cidrs=["100.64.0.0/16"]), "peers[data].further_cidrs",
     "connections", "routes and rules for 100.64.0.0/16 are made.*connections with its other ranges go on"),
    ("a further range exchanged", _peer(further_cidrs=["100.64.0.0/16", "100.65.0.0/16"]),
     _peer(further_cidrs=["100.66.0.0/16", "100.65.0.0/16"]), "peers[data].further_cidrs", "connections connections",
     "routes and rules for 100.66.0.0/16|connections with 100.64.0.0/16 end, for.*those with its other ranges go on"),
    ("further ranges in another order", _peer(further_cidrs=["100.64.0.0/16", "100.65.0.0/16"]),
     _peer(further_cidrs=["100.65.0.0/16", "100.64.0.0/16"]), "peers[data].further_cidrs", "nothing", "the order"),
    ("a further range made the first", _peer(further_cidrs=["100.64.0.0/16"]),
     _peer(cidr="100.64.0.0/16", further_cidrs=["10.99.0.0/16"]), "peers[data].cidr", "refused", "no second route"),
    ("the first range made a further one", None, _peer(cidr="100.64.0.0/16", further_cidrs=["10.99.0.0/16"]),
     "peers[data].further_cidrs", "refused", "no second route"),
    ("a further range that was another peer's", _second_peer, _peer(further_cidrs=["10.97.0.0/16"]),
     "peers[data].further_cidrs", "refused", "Remove the range in one deploy"),
    ("a further range that becomes a peer", _peer(further_cidrs=["10.97.0.0/16"]), _second_peer, "peers[more]",
     "refused", "in one deploy and add it in the next"),
    ("a peer with a further range added", _no_peer, _peer(further_cidrs=["100.64.0.0/16"]), "peers[data]",
     "connections", "packets to 10.99.0.0/16, 100.64.0.0/16 take"),
    ("peer's side", None, _peer(peer_side={"route_table_ids": ["rtb-0d1a2b3c4d5e6f702"]}),
     "peers[data].peer_side.security_group_id", "connections connections", "rules at the peer move|owner must admit"),
    ("peer's side that nobody needs", _reach_nothing, lambda c: (
        _reach_nothing(c), c["peers"][0].pop("peer_side")), "peers[data].peer_side", "connections",
     "move to what is named now"),
    ("another table at the peer", None, _peer(peer_side={"route_table_ids": ["rtb-0d1a2b3c4d5e6f702", "rtb-12345678"]}),
     "peers[data].peer_side.route_table_ids", "connections connections", "made there by hand"),
    ("another peer's table", lambda c: _at_gateway(c, TABLE_AT_PEER), lambda c: (_at_gateway(c), _peer(peer_side={
        "route_table_ids": ["rtb-0d1a2b3c4d5e6f702", TABLE_AT_PEER], "security_group_id": "sg-0d1a2b3c4d5e6f703"})(c)),
     "peers[data].peer_side.route_table_ids", "refused", "a table leads back on another way"),
    ("another peer's table, for a peer behind a gateway", _at_gateway, lambda c: (
        _at_gateway(c, TABLE_OF_DATA), c["peers"][0].pop("peer_side")), "peers[far].peer_side.route_table_ids",
     "refused", "a table leads back on another way"),
    ("a table of another connection", lambda c: (_second_peer(c), c["peers"][1].update(peer_side=TABLES_AT_PEER)),
     lambda c: (_second_peer(c), _peer(peer_side=TABLES_AT_PEER)(c)), "peers[data].peer_side.route_table_ids",
     "refused", "a table leads back on another way"),
    ("a table of another peer behind the same gateway", lambda c: (_behind_a_gateway(c), _at_gateway(c, TABLE_AT_PEER)),
     lambda c: (_behind_a_gateway(c), _at_gateway(c), _peer(peer_side=TABLES_AT_PEER)(c)),
     "peers[data].peer_side.route_table_ids", "connections connections", "made there by hand"),
    ("another table beside another peer's", lambda c: _at_gateway(c, TABLE_AT_PEER), lambda c: (
        _at_gateway(c, TABLE_AT_PEER), _peer(peer_side={"route_table_ids": [TABLE_OF_DATA, "rtb-12345678"]})(c)),
     "peers[data].peer_side.route_table_ids", "connections connections", "made there by hand"),
    ("a group that goes with the way to its peer", None, lambda c: (
        _behind_a_gateway(c), _peer(peer_side={"route_table_ids": ["rtb-0d1a2b3c4d5e6f702"]})(c)),
     "peers[data].peer_side.security_group_id", "connections connections", "rules at the peer move|owner must admit"),
    ("a gateway's peer removed", _at_gateway, None, "peers[far]", "connections", "attachment with the gateway's last"),
    ("a gateway's peer added", None, _at_gateway, "peers[far]", "connections",
     "go to the gateway, those to narrower ranges apart"),
    ("peer's side added", lambda c: c["peers"][0].pop("peer_side"), None, "peers[data].peer_side",
     "connections connections", "remove it right before the deploy"),
    ("peer's side removed", None, lambda c: c["peers"][0].pop("peer_side"), "peers[data].peer_side",
     "connections connections", "move to what is named now|owner must admit"),
    ("a table at the peer less", _peer(peer_side={"route_table_ids": ["rtb-0d1a2b3c4d5e6f702", "rtb-12345678"]}),
     _peer(peer_side={"route_table_ids": ["rtb-12345678"]}), "peers[data].peer_side.route_table_ids", "connections",
     "that only the old ones carried end"),
    ("peer's names", None, _peer(dns_resolution=False), "peers[data].dns_resolution", "DNS", "next lookup"),
    ("instance types", None, _nodes(instance_types=["m5.xlarge"]), "node_groups[general].instance_types",
     "replacement nodes nodes", "carries 18 pods with groups of their own, not 9"),
    ("a type that is not known", None, _nodes(instance_types=["m99.large"]), "node_groups[general].instance_types",
     "replacement nodes", "all its pods restart"),
    ("a type that was not known", _nodes(instance_types=["m99.large"]), None, "node_groups[general].instance_types",
     "replacement nodes", "all its pods restart"),
    ("a type that is not known beside another", None, _nodes(instance_types=["m5.xlarge", "m99.large"]),
     "node_groups[general].instance_types", "replacement nodes", "all its pods restart"),
    ("types of two sizes", None, _nodes(instance_types=["m5.24xlarge", "m5.4xlarge"]),
     "node_groups[general].instance_types", "replacement nodes nodes", "carries 54 or 107 pods"),
    ("types of one size", None, _nodes(instance_types=["m6i.large"]), "node_groups[general].instance_types",
     "replacement nodes", "all its pods restart"),
    ("capacity", None, _nodes(capacity="spot"), "node_groups[general].capacity", "replacement nodes", "a second group"),
    ("architecture", None, _nodes(architecture="arm64"), "node_groups[general].architecture", "replacement nodes",
     "a second group"),
    ("disk", None, _nodes(disk_gib=60), "node_groups[general].disk_gib", "nodes", "each node is replaced in turn"),
    ("disk and labels", None, _nodes(disk_gib=60, labels={"a": "b"}), "node_groups[general].disk_gib",
     "refused nodes", "Change disk_gib in a deploy of its own"),
    ("disk of another group", None, _nodes(disk_gib=60, capacity="spot", max_size=9), "node_groups[general].disk_gib",
     "nothing", "from its first node on"),
    ("size of another group", None, _nodes(capacity="spot", max_size=9), "node_groups[general].max_size", "nothing",
     "from its first node on"),
    ("labels of another group", None, _nodes(capacity="spot", labels={"a": "b"}), "node_groups[general].labels",
     "nothing", "from its first node on"),
    ("disk of a group of other types", None, _nodes(disk_gib=60, instance_types=["m6i.large"]),
     "node_groups[general].disk_gib", "nothing", "from its first node on"),
    ("disk of a group of another architecture", None, _nodes(disk_gib=60, architecture="arm64"),
     "node_groups[general].disk_gib", "nothing", "from its first node on"),
    ("fewer nodes", None, _nodes(desired_size=2), "node_groups[general].desired_size", "nodes", "gets 2 nodes"),
    ("fewer nodes at least", None, _nodes(min_size=1), "node_groups[general].min_size", "nodes",
     "gets 3 nodes, at least 1:"),
    ("more nodes", None, _nodes(max_size=9), "node_groups[general].max_size", "nodes",
     "gets 3 nodes.*no disruption budget"),
    ("disk where the version is given", _nodes(kubernetes_version="1.35"),
     _nodes(kubernetes_version="1.35", disk_gib=60), "node_groups[general].disk_gib", "nodes", "each node is replaced"),
    ("disk where EKS chooses the version", None, _nodes(disk_gib=60), "node_groups[general].disk_gib", "nodes",
     "by one of the cluster's Kubernetes version"),
    ("nodes follow the cluster", _cluster(kubernetes_version="1.36"),
     lambda c: (_cluster(kubernetes_version="1.36")(c), _nodes(kubernetes_version="1.36")(c)),
     "node_groups[general].kubernetes_version", "nodes", "drained in turn.*another branch ENI.*within 15 minutes"),
    ("nodes with the disk", None, _nodes(kubernetes_version="1.35", disk_gib=60),
     "node_groups[general].kubernetes_version", "nodes", "drained in turn"),
    ("nodes with other changes", None, _nodes(kubernetes_version="1.35", labels={"a": "b"}),
     "node_groups[general].kubernetes_version", "refused nodes", "Change kubernetes_version in a deploy of its own"),
    ("nodes with the cluster", None,
     lambda c: (_cluster(kubernetes_version="1.36")(c), _nodes(kubernetes_version="1.36")(c)),
     "node_groups[general].kubernetes_version", "nodes nothing", "not while a node is newer"),
    ("nodes of two groups", _second_group, _two_groups("1.35"), "node_groups[general].kubernetes_version",
     "nodes nothing", "One group to a deploy"),
    ("nodes of one of two groups", _second_group, lambda c: (_second_group(c), _nodes(kubernetes_version="1.35")(c)),
     "node_groups[general].kubernetes_version", "nodes", "drained in turn"),
    ("nodes beside a group that comes", None, _two_groups("1.35"), "node_groups[general].kubernetes_version", "nodes",
     "drained in turn"),
    ("nodes beside a group that goes", _second_group, _nodes(kubernetes_version="1.35"),
     "node_groups[general].kubernetes_version", "nodes", "drained in turn"),
    ("nodes one version on", _nodes(kubernetes_version="1.34"), _nodes(kubernetes_version="1.35"),
     "node_groups[general].kubernetes_version", "nodes", "drained in turn"),
    ("nodes one version back", _nodes(kubernetes_version="1.35"), _nodes(kubernetes_version="1.34"),
     "node_groups[general].kubernetes_version", "nodes", "the deploy may fail"),
    ("nodes two versions back", _nodes(kubernetes_version="1.35"), _nodes(kubernetes_version="1.33"),
     "node_groups[general].kubernetes_version", "refused", "one minor version at most"),
    ("nodes left to EKS", _nodes(kubernetes_version="1.34"), None, "node_groups[general].kubernetes_version",
     "nodes", "EKS chooses"),
    ("group made anew in an old version", None, _nodes(kubernetes_version="1.34", capacity="spot"),
     "node_groups[general].kubernetes_version", "refused", "Leave kubernetes_version out"),
    ("group made anew without a version", _nodes(kubernetes_version="1.34"), _nodes(capacity="spot"),
     "node_groups[general].kubernetes_version", "nothing", "from its first node on"),
    ("group made anew in the version that the cluster gets", None,
     lambda c: (_cluster(kubernetes_version="1.36")(c), _nodes(kubernetes_version="1.36", capacity="spot")(c)),
     "node_groups[general].kubernetes_version", "nothing", "from its first node on"),
    ("capacity beside the version that the cluster gets", None,
     lambda c: (_cluster(kubernetes_version="1.36")(c), _nodes(kubernetes_version="1.36", capacity="spot")(c)),
     "node_groups[general].capacity", "replacement nodes", "a second group"),
    ("capacity of an old group", _nodes(kubernetes_version="1.34"), _nodes(kubernetes_version="1.34", capacity="spot"),
     "node_groups[general].capacity", "refused replacement nodes", "in the version of its cluster, 1.35"),
    ("old group added", None, _new_group_of("1.34"), "node_groups[more]", "refused nothing", "in no other"),
    ("group of the cluster's version added", None, _new_group_of("1.35"), "node_groups[more]", "nothing",
     "nodes are added"),
    ("group of the version that the cluster gets added", None,
     lambda c: (_cluster(kubernetes_version="1.36")(c), _new_group_of("1.36")(c)), "node_groups[more]", "nothing",
     "nodes are added"),
    ("group added", None, _second_group, "node_groups[more]", "nothing", "nodes are added"),
    ("group removed", None, _other_group, "node_groups[general]", "nodes", "drained and terminated"),
    ("workload added", None, _second_workload, "workloads[shop/new]", "pods", "when they are restarted"),
    ("workload removed", None, lambda c: c["workloads"].pop(1), "workloads[shop/orders-worker]", "pods pods",
     "cannot be deleted while a pod carries it"),
    ("workload without a group removed", _second_workload, None, "workloads[shop/new]", "pods", "until they are"),
    ("last of its namespace", None, lambda c: c["workloads"].pop(2), "workloads[monitoring/prometheus]", "nothing",
     "the stack Workloads-monitoring leaves the app"),
    ("groups of a workload", None, _workload(0, security_group_ids=[SG]),
     "workloads[shop/orders-api].security_group_ids", "pods", "keep the groups that they started with"),
    ("labels of a workload", None, _workload(0, pod_labels={"app": "other"}), "workloads[shop/orders-api].pod_labels",
     "pods", "keep the groups"),
    ("labels of a workload's service account", None, _workload(1, service_account_labels={"team": "other"}),
     "workloads[shop/orders-worker].service_account_labels", "pods", "keep the groups"),
    ("rules of a group", None, _workload(0, ingress=[]), "workloads[shop/orders-api].ingress", "connections",
     "in force at once"),
    ("another host for verify", None, lambda c: c["workloads"][0]["reaches"][0].update(host="other.example"),
     "workloads[shop/orders-api].reaches", "nothing", "the host that `make verify` connects to"),
    ("another port at a peer that podnet changes", None, _reaches(5433), "workloads[shop/orders-api].reaches",
     "connections", "in force at once"),
    ("another port at a peer of somebody else", _of_somebody, lambda c: (_of_somebody(c), _reaches(5433)(c)),
     "workloads[shop/orders-api].reaches", "connections nothing",
     "tcp 5433 at peer data: podnet makes no rule there|no rule changes"),
    ("many ports at such a peer", _of_somebody, lambda c: (_of_somebody(c), _reaches(*range(1, 9))(c)),
     "workloads[shop/orders-api].reaches", "connections nothing",
     "tcp 4 at peer data, tcp 5 at peer data and 3 more: |no rule changes"),
    ("a port less at such a peer", lambda c: (_of_somebody(c), _reaches(5432, 5433)(c)), _of_somebody,
     "workloads[shop/orders-api].reaches", "nothing", "no rule changes"),
    ("other rules of a workload that reaches such a peer", _of_somebody,
     lambda c: (_of_somebody(c), _workload(0, ingress=[])(c)),
     "workloads[shop/orders-api].ingress", "connections", "in force at once"),
    ("a workload that reaches such a peer", _of_somebody,
     lambda c: (_of_somebody(c), _second_workload(c), c["workloads"][-1].update(reaches=[{"peer": "data", "port": 1}])),
     "workloads[shop/new]", "pods connections", "when they are restarted|tcp 1 at peer data: podnet makes no rule"),
    ("rules in another order", lambda c: _rules(c, 80, 443), lambda c: _rules(c, 443, 80),
     "workloads[shop/orders-api].ingress", "nothing", "only their order"),
    ("a range described anew", None,
     lambda c: c["workloads"][1]["egress"][0].update(description="to the internet"),
     "workloads[shop/orders-worker].egress", "connections connections", "in force at once|for a moment nothing new"),
    ("a described range more", _sends_to("10.1.0.0/16"), _sends_to("10.1.0.0/16", "10.2.0.0/16"),
     "workloads[shop/orders-worker].egress", "connections", "in force at once"),
    ("a described range less", _sends_to("10.1.0.0/16", "10.2.0.0/16"), _sends_to("10.1.0.0/16"),
     "workloads[shop/orders-worker].egress", "connections", "in force at once"),
    ("a peer described anew", _workload(0, ingress=[{"port": 1, "from": {"peer": "data"}, "description": "one"}]),
     _workload(0, ingress=[{"port": 1, "from": {"peer": "data"}, "description": "other"}]),
     "workloads[shop/orders-api].ingress", "connections connections", "for a moment nothing new"),
    ("a group described anew", None, lambda c: c["workloads"][0]["ingress"][0].update(description="other"),
     "workloads[shop/orders-api].ingress", "connections", "in force at once"),
    ("own group given", _without_own_group, None,
     "workloads[monitoring/prometheus].egress", "pods", "the policy gets a group of its own"),
    ("own group given by ingress", _without_own_group,
     lambda c: (_without_own_group(c), _workload(2, ingress=[{"port": 1, "from": {"cluster": True}}])(c)),
     "workloads[monitoring/prometheus].ingress", "pods", "the policy gets a group of its own"),
    ("own group given up", None, _without_own_group,
     "workloads[monitoring/prometheus].egress", "pods pods", "loses its own group|leaves it behind"),
    ("the last workload of all", None, lambda c: c.pop("workloads"), "workloads[shop/orders-worker]",
     "refused nothing", "the deploy fails unless cdk destroy has named|leaves the app"),
    ("acknowledged", None, lambda c: c.update(acknowledge={"drift-is-watched": "a person looks"}), "acknowledge",
     "nothing", "what the review accepts"),
    ("account", None, lambda c: c.update(account="222222222222"), "account", "replacement", "a second time"),
    ("region", None, lambda c: c.update(region="eu-west-2"), "region", "replacement", "a second time"),
]  # fmt: skip

EXISTING = [
    ("name", "payments-us", "replacement", "stay in the old one"),
    ("endpoint_url", "https://0A1B2C3D4E5F60718293A4B5C6D7E8F0.gr7.eu-west-1.eks.amazonaws.com", "nothing",
     "made anew under the old name has neither"),
    ("endpoint", "private", "nothing", "it only says how podnet's functions reach the API server"),
    ("kubernetes_version", "1.36", "nothing", "another kubectl applies the manifests"),
    ("certificate_authority", "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCm90aGVyCg==", "nothing",
     "made anew under the old name has neither"),
    ("node_security_group_id", NODES, "nothing", "the nodes' group, which is the same"),
    ("service_cidr", "172.20.0.0/17", "nothing", "the tenth address"),
    ("service_cidr", "172.21.0.0/16", "DNS", "restarts for another ClusterIP"),
]  # fmt: skip


@pytest.mark.parametrize(("key", "value", "kind", "words"), EXISTING, ids=lambda value: str(value)[:20])
def test_another_cluster_is_told_from_another_way_to_it(changed, key, value, kind, words):
    """By its name: CloudFormation looks at nothing that has no change."""
    one, other = (
        content(changed("existing", lambda c, new=new: c["existing_cluster"].update(new)), [])
        for new in ({}, {key: value})
    )
    (change,) = compare(one, other, "saved")["changes"]
    assert [effect["kind"] for effect in change["effects"]] == [kind]
    assert words in change["effects"][0]["sentence"]


@pytest.mark.parametrize(
    ("given", "key", "value", "words"),
    [
        (lambda _: None, "node_security_group_id", SG, "have no way around a cache that is away"),
        (_cache(enabled=False), "node_security_group_id", SG, "have no DNS"),
        (_cache(enabled=False), "service_cidr", "172.21.0.0/16", "there is no cache"),
        (lambda c: c["existing_cluster"].update(endpoint="private"), "endpoint", "public", "functions leave the VPC"),
    ],
)
def test_of_another_setting_of_the_cluster_is_told_what_it_does_here(changed, given, key, value, words):
    """With or without a cache, and where podnet's functions ran before."""
    one, other = (
        content(changed("existing", lambda c, new=new: (given(c), c["existing_cluster"].update(new))), [])
        for new in ({}, {key: value})
    )
    (change,) = compare(one, other, "saved")["changes"]
    assert any(words in effect["sentence"] for effect in change["effects"])


@pytest.mark.parametrize("names", [("dev", "existing"), ("existing", "dev")])
def test_a_cluster_of_podnets_does_not_take_the_place_of_somebody_elses(changed, names):
    """Nor the other way round: the custom resources of PodNetworking and Workloads would change their function."""
    one, other = (content(changed(name, lambda _: None), []) for name in names)
    found = {change["path"]: change["effects"] for change in compare(one, other, "saved")["changes"]}
    for path in ("cluster", "existing_cluster"):
        assert [effect["kind"] for effect in found[path]] == ["refused"]


@pytest.mark.parametrize("key", ["ingress", "egress"])
@pytest.mark.parametrize("step", [1, -1])
@pytest.mark.parametrize(
    "case",
    [
        ({"port": 8080}, {"port": 8080, "to_port": 8080}, NODES, "refused"),
        ({"port": 8080, "to_port": 8090}, {"port": 8080, "to_port": 8090}, NODES, "refused"),
        ({"protocol": "all"}, {"protocol": "all"}, NODES, "refused"),
        ({"port": 8080}, {"port": 8081}, NODES, "connections"),
        ({"port": 8080, "to_port": 8090}, {"port": 8080, "to_port": 8085}, NODES, "connections"),
        ({"port": 8080, "to_port": 8090}, {"port": 8085, "to_port": 8090}, NODES, "connections"),
        ({"port": 8080}, {"port": 8080, "protocol": "udp"}, NODES, "connections"),
        ({"port": 8080}, {"port": 8080}, SG, "connections"),
    ],
)
def test_a_rule_that_names_the_nodes_group_in_another_way_is_refused(changed, key, step, case):
    """It is another resource, and the rule stands until that of the old name is deleted."""
    by_name, by_id, group, kind = case
    end = {"ingress": "from", "egress": "to"}[key]
    rules = [{**by_name, end: {"cluster": True}}, {**by_id, end: {"security_group_id": group}}]
    one, other = (
        content(changed("existing", lambda c, rule=rule: _workload(0, **{"egress": [], key: [rule]})(c)), [])
        for rule in rules[::step]
    )
    (change,) = compare(one, other, "saved")["changes"]
    assert [effect["kind"] for effect in change["effects"]] == [kind]


@pytest.mark.parametrize(("group", "kind"), [(NODES, "refused"), (SG, "connections")])
def test_a_rule_stands_by_the_group_that_it_had_where_the_nodes_get_another_one(changed, group, kind):
    """The id of the old one written in place of the name is the same rule; that of the new one is another."""
    by_name, by_id = {"cluster": True}, {"security_group_id": group}
    one, other = (
        content(changed("existing", lambda c, end=end, nodes=nodes: (
            c["existing_cluster"].update(node_security_group_id=nodes),
            _workload(0, ingress=[{"port": 8080, "from": end}])(c),
        )), [])
        for end, nodes in ((by_name, NODES), (by_id, SG))
    )  # fmt: skip
    found = {change["path"]: change["effects"] for change in compare(one, other, "saved")["changes"]}
    assert [effect["kind"] for effect in found["workloads[payments/ledger].ingress"]] == [kind]


def test_the_add_on_of_an_existing_cluster_keeps_its_configuration(changed):
    """It is its owner's: no template knows it."""
    one, other = (
        content(changed("existing", lambda c, own=own: c["pod_networking"].update(addon_configuration=own)), [])
        for own in (True, False)
    )
    (change,) = compare(one, other, "saved")["changes"]
    assert [effect["kind"] for effect in change["effects"]] == ["nothing"]


def test_the_add_on_of_an_existing_cluster_is_upgraded_by_its_owner(changed):
    """A version in the file lets podnet's values be put back; where they stand, nothing restarts."""
    one, other = (content(changed("existing", change), []) for change in (lambda _: None, _cni("v1.23.2-eksbuild.1")))
    (change,) = compare(one, other, "saved")["changes"]
    (effect,) = change["effects"]
    assert effect["kind"] == "rollout"
    assert "is its owner's" in effect["sentence"]


def test_subnets_of_a_cluster_that_takes_an_existing_ones_place_are_its_nodes_alone(changed):
    """The cluster itself is new, and gets no second request."""
    subnets = ["subnet-0e1a2b3c4d5e6f711", "subnet-0e1a2b3c4d5e6f719"]
    other = _in_an_existing_vpc(changed, _of_vpc(private_subnet_ids=subnets))
    found = compare(content(load("existing"), []), other, "saved")["changes"]
    (effects,) = (change["effects"] for change in found if change["path"] == "existing_network.private_subnet_ids")
    assert [effect["kind"] for effect in effects] == ["nodes"]


def test_another_clusters_address_moves_everything_with_its_name(changed):
    """Not only the way to the same one."""
    new = {key: value for key, value, *_ in EXISTING[:2]}
    one, other = (
        content(changed("existing", lambda c, some=some: c["existing_cluster"].update(some)), []) for some in ({}, new)
    )
    changes = compare(one, other, "saved")["changes"]
    assert {change["path"]: [effect["kind"] for effect in change["effects"]] for change in changes} == {
        f"existing_cluster.{key}": ["replacement"] for key in new
    }


def test_subnets_of_an_existing_cluster_are_those_of_functions_alone(changed):
    """Its nodes are its owner's; zones only say where the subnets lie."""
    subnets = ["subnet-0e1a2b3c4d5e6f711", "subnet-0e1a2b3c4d5e6f719"]
    more = {"private_subnet_ids": subnets, "availability_zones": ["eu-west-1a", "eu-west-1c"]}
    one, other = (
        content(changed("existing", lambda c, new=new: c["existing_network"].update(new)), []) for new in ({}, more)
    )
    changes = compare(one, other, "saved")["changes"]
    told = {
        change["path"]: [(effect["kind"], effect["sentence"]) for effect in change["effects"]] for change in changes
    }
    assert told == {
        "existing_network.availability_zones": [("nothing", "they only say where the subnets lie")],
        "existing_network.private_subnet_ids": [
            ("nothing", "functions that run in the VPC move there; nodes are their owner's")
        ],
    }


@pytest.mark.parametrize(
    "beside",
    [
        _cache(standby=True),
        _pods(drift={"every_minutes": 0}),
        _pods(dead_nodes="refuse"),
        _pods(rollout_limit_minutes=20),
        _pods(run_again="once"),
        _pods(kube_proxy_mode="ipvs"),
    ],
)
def test_a_version_of_the_cluster_goes_beside_what_changes_nothing_in_its_stack(changed, beside):
    """A failure there lies in another stack, and asks for no old version again."""
    one, other = (
        content(changed("dev", change), [])
        for change in (lambda _: None, lambda c: (_cluster(kubernetes_version="1.36")(c), beside(c)))
    )
    found = {change["path"]: change["effects"] for change in compare(one, other, "saved")["changes"]}
    assert [effect["kind"] for effect in found["cluster.kubernetes_version"]] == ["nothing", "nodes"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case[0])
def test_the_change_tells_what_it_does(changed, case):
    """Kinds in order, and the words that matter; each sentence has a source."""
    _, before, after, path, kinds, words = case
    one, other = (content(changed("dev", change or (lambda _: None)), []) for change in (before, after))
    found = {change["path"]: change for change in compare(one, other, "saved")["changes"]}
    told = found[path]["effects"]
    assert [effect["kind"].replace(" ", "_") for effect in told] == kinds.split()
    for pattern in words.split("|"):
        assert any(_has(pattern, effect["sentence"]) for effect in told), told
    assert all(effect["source"] for effect in told)


THREE_SUBNETS = ["subnet-0e1a2b3c4d5e6f711", "subnet-0e1a2b3c4d5e6f712", "subnet-0e1a2b3c4d5e6f713"]


def _of_vpc(**values):
    return lambda c: c["existing_network"].update(values)


def _in_an_existing_vpc(changed, change):
    def both(content):
        content["existing_network"] = {
            "vpc_id": "vpc-0e1a2b3c4d5e6f701",
            "cidr": "10.60.0.0/16",
            "availability_zones": ["eu-west-1a", "eu-west-1b"],
            "private_subnet_ids": ["subnet-0e1a2b3c4d5e6f711", "subnet-0e1a2b3c4d5e6f712"],
            "private_route_table_ids": ["rtb-0e1a2b3c4d5e6f721", "rtb-0e1a2b3c4d5e6f722"],
        }
        del content["network"]
        change(content)

    return content(changed("dev", both), [])


@pytest.mark.parametrize(
    "case",
    [
        ({}, {"further_cidrs": ["100.64.0.0/16"]}, "further_cidrs", ["connections"],
         "100.64.0.0/16 are routed back.*connections of other ranges go on"),
        ({"further_cidrs": ["100.64.0.0/16"]}, {}, "further_cidrs", ["connections"],
         "connections of 100.64.0.0/16 with peers end.*those of others go on"),
        ({"further_cidrs": ["100.64.0.0/16", "100.65.0.0/16"]}, {"further_cidrs": ["100.65.0.0/16", "100.64.0.0/16"]},
         "further_cidrs", ["nothing"], "the order"),
        ({}, {"cidr": "10.61.0.0/16"}, "cidr", ["connections"], "move to what is named now"),
        ({}, {"availability_zones": ["eu-west-1b", "eu-west-1a"]}, "availability_zones", ["nothing"], "only say where"),
        ({}, {"vpc_id": "vpc-0e1a2b3c4d5e6f709"}, "vpc_id", ["refused"], "groups of pods are made anew in another VPC"),
        ({}, {"behind_nat": True}, "behind_nat", ["nothing"], "only says what the network's owner has done"),
        ({}, {"private_subnet_ids": ["subnet-0e1a2b3c4d5e6f711", "subnet-0e1a2b3c4d5e6f719"]}, "private_subnet_ids",
         ["nodes"], "made anew in these subnets"),
        ({}, {"cidr": "10.61.0.0/16", "further_cidrs": ["10.60.0.0/16"]}, "further_cidrs", ["refused"],
         "no second route"),
        ({"further_cidrs": ["10.61.0.0/16"]}, {"cidr": "10.61.0.0/16"}, "cidr", ["refused"], "no second route"),
        ({}, {"private_route_table_ids": ["rtb-0e1a2b3c4d5e6f721", "rtb-0e1a2b3c4d5e6f723"]}, "private_route_table_ids",
         ["connections"], "routes to peers stand in the tables that are named now"),
        ({}, {"private_route_table_ids": ["rtb-0e1a2b3c4d5e6f722", "rtb-0e1a2b3c4d5e6f721"]}, "private_route_table_ids",
         ["nothing"], "only their order"),
        ({}, {"private_subnet_ids": THREE_SUBNETS, "availability_zones": ["eu-west-1a", "eu-west-1b", "eu-west-1b"],
              "private_route_table_ids": ["rtb-0e1a2b3c4d5e6f721", "rtb-0e1a2b3c4d5e6f722", "rtb-0e1a2b3c4d5e6f723"]},
         "private_route_table_ids", ["connections"], "are made in the tables that come.*those in the others stay"),
    ],
)  # fmt: skip
def test_ranges_of_an_existing_vpc_come_and_go_by_themselves(changed, case):
    """Each has its own route back; one that changes places would be routed twice for a moment."""
    before, after, path, kinds, words = case
    one, other = (_in_an_existing_vpc(changed, _of_vpc(**values)) for values in (before, after))
    found = {change["path"]: change["effects"] for change in compare(one, other, "saved")["changes"]}
    told = found[f"existing_network.{path}"]
    assert [effect["kind"] for effect in told] == kinds
    assert _has(words, told[0]["sentence"]), told


@pytest.mark.parametrize(
    ("peers", "moved", "kind", "words"),
    [
        ([], {"cidr": "10.61.0.0/16"}, "nothing", "which ranges the VPC has"),
        ([], {"further_cidrs": ["100.64.0.0/16"]}, "nothing", "which ranges the VPC has"),
        (["partner"], {"cidr": "10.61.0.0/16"}, "connections", "owners must route back"),
        (["partner"], {"further_cidrs": ["100.64.0.0/16"]}, "connections", "owners must do so"),
    ],
)
def test_a_range_of_an_existing_vpc_is_its_peers_owners_where_podnet_has_no_table(changed, peers, moved, kind, words):
    """Then no route is made or moved, and nothing changes in a template."""

    def without_tables(content):
        _no_peer(content)
        content["peers"] = [{"name": name, "vpc_id": "vpc-0d1a2b3c4d5e6f709", "cidr": "10.97.0.0/16"} for name in peers]

    one, other = (
        _in_an_existing_vpc(changed, lambda c, more=more: (without_tables(c), _of_vpc(**more)(c)))
        for more in ({}, moved)
    )
    (change,) = compare(one, other, "saved")["changes"]
    (effect,) = change["effects"]
    assert effect["kind"] == kind
    assert words in effect["sentence"]


SWAPPED = {"cidr": "10.61.0.0/16", "further_cidrs": ["10.60.0.0/16"]}
PLACES = ({"further_cidrs": ["10.61.0.0/16"]}, SWAPPED)
OTHER_TABLE = {"peer_side": {"route_table_ids": ["rtb-12345678"]}}


@pytest.mark.parametrize(
    ("before", "after", "kinds", "words"),
    [
        ([_second_peer], [_second_peer], {"refused"}, "no second route"),
        ([], [_no_peer], {"nothing"}, "which ranges the VPC has"),
        ([_peer(peer_side=None)], [_peer(peer_side=None)], {"nothing"}, "the order of ranges"),
        ([], [_peer(peer_side=None)], {"nothing"}, "the order of ranges"),
        ([_peer(peer_side=None)], [], {"connections", "nothing"}, "move to what is named now"),
        ([], [_peer(**OTHER_TABLE)], {"connections", "nothing"}, "move to what is named now"),
    ],
)
def test_ranges_that_change_places_are_refused_where_one_table_has_routes_before_and_after(
    changed, before, after, kinds, words
):
    """Of any peer; what its table or the peer itself does beside that makes or leaves no second route."""
    one, other = (
        _in_an_existing_vpc(changed, lambda c, more=more, values=values: [do(c) for do in (*more, _of_vpc(**values))])
        for more, values in zip((before, after), PLACES, strict=True)
    )
    found = {change["path"]: change["effects"] for change in compare(one, other, "saved")["changes"]}
    told = [*found["existing_network.cidr"], *found["existing_network.further_cidrs"]]
    assert {effect["kind"] for effect in told} == kinds
    assert words in told[0]["sentence"]


def test_subnets_beside_the_endpoint_are_two_kinds_of_change(changed):
    """Each is a request of its own."""

    def both(content):
        content["existing_network"]["private_subnet_ids"][1] = "subnet-0e1a2b3c4d5e6f719"
        content["cluster"]["endpoint"] = "private"

    one, other = (_in_an_existing_vpc(changed, change) for change in (lambda _: None, both))
    found = compare(one, other, "saved")["changes"]
    assert {change["path"] for change in found} == {"existing_network.private_subnet_ids", "cluster.endpoint"}
    assert all("one kind of change" in change["effects"][-1]["sentence"] for change in found)


@pytest.mark.parametrize(
    ("version", "change", "kinds"),
    [
        ("1.35", lambda _: None, {"existing_network.private_subnet_ids": ["nodes"]}),
        ("1.34", lambda _: None, {"existing_network.private_subnet_ids": ["refused", "nodes"]}),
        ("1.34", _two_groups("1.34"), {
            "existing_network.private_subnet_ids": ["refused", "nodes"], "node_groups[more]": ["refused", "nothing"]}),
        (None, _nodes(disk_gib=60, max_size=9, labels={"a": "b"}), {
            "existing_network.private_subnet_ids": ["nodes"],
            **{f"node_groups[general].{key}": ["nothing"] for key in ("disk_gib", "max_size", "labels")}}),
        ("1.34", _nodes(kubernetes_version="1.35"), {
            "existing_network.private_subnet_ids": ["nodes"],
            "node_groups[general].kubernetes_version": ["nothing"]}),
    ],
)  # fmt: skip
def test_groups_are_made_anew_in_other_subnets(changed, version, change, kinds):
    """With all that the file says of them, and in no other version than the cluster's."""

    def moved(content):
        content["existing_network"]["private_subnet_ids"][1] = "subnet-0e1a2b3c4d5e6f719"
        change(content)

    given = _nodes(kubernetes_version=version)
    one, other = (
        _in_an_existing_vpc(changed, lambda c, then=then: (given(c), then(c))) for then in (lambda _: None, moved)
    )
    found = compare(one, other, "saved")["changes"]
    assert {change["path"]: [effect["kind"] for effect in change["effects"]] for change in found} == kinds


def test_a_version_of_the_cluster_beside_its_subnets_may_be_asked_back(changed):
    """They change the stack that the cluster stands in."""

    def both(content):
        content["existing_network"]["private_subnet_ids"][1] = "subnet-0e1a2b3c4d5e6f719"
        content["cluster"]["kubernetes_version"] = "1.36"

    one, other = (_in_an_existing_vpc(changed, change) for change in (lambda _: None, both))
    found = {change["path"]: change["effects"] for change in compare(one, other, "saved")["changes"]}
    assert "Deploy the version alone" in found["cluster.kubernetes_version"][-1]["sentence"]


@pytest.mark.parametrize(
    ("moved", "kinds"), [({"cidr": "10.61.0.0/16"}, {"connections", "nothing"}), (SWAPPED, {"nothing"})]
)
def test_ranges_that_no_peer_routes_back_may_change_places(changed, moved, kinds):
    """Nothing of podnet's at the peer would stand twice."""

    def told(**values):
        change = _of_vpc(**values)
        return _in_an_existing_vpc(changed, lambda c: (change(c), c["peers"][0].pop("peer_side")))

    found = compare(told(further_cidrs=["10.61.0.0/16"]), told(**moved), "saved")["changes"]
    assert {effect["kind"] for change in found for effect in change["effects"]} == kinds


def test_ranges_that_change_places_are_refused_only_where_podnet_routes(changed):
    """An existing cluster's routes are its network owner's."""
    peers = [{"name": "data", "vpc_id": "vpc-0d1a2b3c4d5e6f701", "cidr": "10.99.0.0/16"}]
    moved = [{**peers[0], "cidr": "100.64.0.0/16", "further_cidrs": ["10.99.0.0/16"]}]
    one, other = (
        content(changed("existing", lambda c, those=those: c.update(peers=those)), []) for those in (peers, moved)
    )
    kinds = {effect["kind"] for change in compare(one, other, "saved")["changes"] for effect in change["effects"]}
    assert kinds == {"nothing"}


@pytest.mark.parametrize("after", [True, False])
def test_only_flow_logs_that_end_lose_what_was_logged(changed, after):
    """The log group goes with them."""
    one, other = (content(changed("dev", _network(flow_logs=on)), []) for on in (not after, after))
    (change,) = compare(one, other, "saved")["changes"]
    assert ("with what was logged" in change["effects"][0]["sentence"]) is not after


def test_route_tables_of_an_existing_vpc_matter_to_peers_alone(changed):
    """Without one no route stands in them."""
    tables = ["rtb-0e1a2b3c4d5e6f721", "rtb-0e1a2b3c4d5e6f723"]
    one, other = (
        _in_an_existing_vpc(changed, lambda c, more=more: (_no_peer(c), _of_vpc(**more)(c)))
        for more in ({}, {"private_route_table_ids": tables})
    )
    (change,) = compare(one, other, "saved")["changes"]
    assert [effect["kind"] for effect in change["effects"]] == ["nothing"]


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (_no_peer, lambda _: None, "a peer that comes"),
        (lambda _: None, _no_peer, "no peer stays"),
        (lambda c: (_no_peer(c), _of_vpc(private_route_table_ids=[])(c)), lambda _: None, "a peer that comes"),
    ],
)
def test_no_way_ends_in_tables_where_no_peer_has_had_a_route_that_stays(changed, before, after, words):
    """The first peer demands the tables, and comes with them; what the last one loses is told where it goes."""
    tables = ["rtb-0e1a2b3c4d5e6f721", "rtb-0e1a2b3c4d5e6f723"]
    one = _in_an_existing_vpc(changed, before)
    other = _in_an_existing_vpc(changed, lambda c: (_of_vpc(private_route_table_ids=tables)(c), after(c)))
    found = {change["path"]: change["effects"] for change in compare(one, other, "saved")["changes"]}
    ((kind, told),) = [
        (effect["kind"], effect["sentence"]) for effect in found["existing_network.private_route_table_ids"]
    ]
    assert kind == "nothing"
    assert words in told


def _has(pattern, sentence):
    at = 0
    for part in pattern.split(".*"):
        at = sentence.find(part, at)
        if at < 0:
            return False
    return True


PATHS = list(paths(Settings))


@pytest.mark.parametrize("path", PATHS, ids=".".join)
def test_every_setting_has_an_entry(path):
    """A setting that is new in the model needs a line in the table; names are keys and never change."""
    if path[-1] in ("name", "namespace") and path[0] in ("peers", "node_groups", "workloads"):
        return
    pattern = Difference(path, None, None, ({}, {}), ({}, {})).pattern
    above = [".".join(pattern.split(".")[: end + 1]) for end in range(pattern.count(".") + 1)]
    own = [entry for entry in above if entry in TABLE and entry not in ("network", "cluster", "peers.*",
           "existing_network", "existing_cluster", "node_groups.*", "workloads.*")]  # fmt: skip
    assert own or pattern == "pod_networking.env", pattern


def test_what_nobody_knows_is_told_as_unknown():
    """A path of another version is not silently left out."""
    assert effects(Difference(("made", "up"), 1, 2, ({}, {}), ({}, {}))) == (UNKNOWN,)


def test_a_cluster_and_its_network_in_place_of_others_are_told_as_a_whole():
    """What comes and what goes, the gravest first; the keys below them are not told by themselves."""
    found = compare(content(load("dev"), []), content(load("existing"), []), "saved")["changes"]
    whole = {change["path"]: [effect["kind"] for effect in change["effects"]] for change in found[:4]}
    assert whole == {
        "network": ["refused"],
        "existing_network": ["refused"],
        "cluster": ["refused"],
        "existing_cluster": ["refused"],
    }


def test_no_change_is_no_change():
    """The same file twice."""
    found = content(load("prod"), [])
    assert compare(found, found, "saved") == {
        "against": "saved", "problem": "", "kinds": [], "changes": [], "flows": []
    }  # fmt: skip


@pytest.mark.parametrize("before", ["1.34", None])
def test_a_disk_leaves_the_version_that_the_file_gives(changed, before):
    """Without one EKS takes the cluster's, which may be newer by then (EKS API reference, UpdateNodegroupVersion)."""
    groups = (_nodes(kubernetes_version=before), _nodes(kubernetes_version="1.34", disk_gib=60))
    found = compare(*(content(changed("dev", change), []) for change in groups), "saved")["changes"]
    (told,) = (change["effects"] for change in found if change["path"].endswith("disk_gib"))
    assert "the cluster's Kubernetes version" not in told[0]["sentence"]
