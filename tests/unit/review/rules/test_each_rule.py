"""Every rule finds what it is for, at the path where it stands, and nothing in the shipped files."""

import pytest

from charts.node_local_dns import Options
from review.rules import RULES, check
from review.rules.cache_nodes import memory_mi
from settings import load
from tests.unit.review.rules.test_neighbours import CASES as BESIDE


def _pods(**values):
    return lambda c: c["pod_networking"].update(values)


def _env(**values):
    return lambda c: c["pod_networking"].setdefault("env", {}).update(values)


def _cache(**values):
    return lambda c: c["pod_networking"]["dns_cache"].update(values)


def _cni(version, **values):
    return lambda c: (c["pod_networking"]["vpc_cni"].update(version=version), c["pod_networking"].update(values))


def _peer(**values):
    return lambda c: c["peers"][0].update(values)


def _second_accepter(role, account="333333333333"):
    def change(content):
        content["peers"].append(
            {
                "name": "partner2",
                "vpc_id": "vpc-0f9a2b3c4d5e6f709",
                "cidr": "10.96.0.0/16",
                "account": account,
                "accepter_role_arn": f"arn:aws:iam::{account}:role/{role}",
            }
        )

    return change


def _into_an_existing_vpc(**told):
    """A new cluster in somebody's VPC."""
    there = {
        "vpc_id": "vpc-0e1a2b3c4d5e6f701",
        "cidr": "10.60.0.0/16",
        "availability_zones": ["eu-west-1a", "eu-west-1b"],
        "private_subnet_ids": ["subnet-0e1a2b3c4d5e6f711", "subnet-0e1a2b3c4d5e6f712"],
        "private_route_table_ids": ["rtb-0e1a2b3c4d5e6f721", "rtb-0e1a2b3c4d5e6f722"],
        **told,
    }
    return lambda c: (c.pop("network"), c.update(existing_network=there))


def _without_a_way_out(image):
    def change(content):
        content["existing_network"].update(behind_nat="isolated")
        if image:
            _cache(image=image)(content)

    return change


def _behind_gateway(cidr):
    return _peer(cidr=cidr, transit_gateway_id="tgw-0d1a2b3c4d5e6f701", vpc_id=None)


def _gateway_beside_a_connection(content):
    """Two ways to the VPC of one group, of which the connection lets rules name it."""
    group = content["peers"][0]["peer_side"]["security_group_id"]
    further = {"name": "more", "transit_gateway_id": "tgw-0d1a2b3c4d5e6f701", "cidr": "10.98.0.0/16"}
    content["peers"].append({**further, "peer_side": {"security_group_id": group}})
    _only_egress(content, {"security_group_id": group})


def _connected(peer):
    del peer["transit_gateway_id"]
    peer["vpc_id"] = "vpc-0d1a2b3c4d5e6f701"


def _peers(number, by, ids):
    """So many peers, each reached by its own connection or gateway."""

    def change(content):
        content["peers"] = [
            {"name": f"p{i}", by: f"{ids}-{i:017x}", "cidr": f"10.{100 + i}.0.0/16"} for i in range(number)
        ]
        content["workloads"] = []

    return change


def _groups_of_nodes(number):
    def change(content):
        content["node_groups"] = [{"name": f"g{i}", "instance_types": ["m5.large"]} for i in range(number)]

    return change


def _group_at_a_peer(content):
    _other_cluster_peers(content)
    content["peers"][0]["peer_side"] = {"security_group_id": _ids(1)[0]}
    content["workloads"][0]["reaches"] = [{"peer": "data", "port": 5432}]


COREFILE = """
.:53 {
    health {
        lameduck 5s
    }
    ready
    kubernetes cluster.local in-addr.arpa ip6.arpa
    forward . /etc/resolv.conf
}
"""


def _core_dns(**values):
    return lambda c: c["cluster"].update(coredns_configuration=values)


def _nodes(*types, **values):
    return lambda c: c["node_groups"][0].update({"instance_types": list(types), **values})


def _custom_networking(*types):
    return lambda c: (_env(AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG="true")(c), _nodes(*types)(c))


def _workload(**values):
    return lambda c: c["workloads"][0].update(values)


def _ids(number):
    return [f"sg-{number:017x}" for number in range(number)]


def _same_pods(content):
    content["workloads"] = [
        {
            "name": name,
            "namespace": "shop",
            "pod_labels": {label: "x"},
            "security_group_ids": _ids(12)[start : start + 3],
        }
        for name, label, start in (("one", "app", 0), ("two", "tier", 3))
    ]


def _many_rules(content):
    rule = {"protocol": "tcp", "from": {"cidr": "10.0.0.0/8"}}
    content["workloads"][0]["ingress"] = [{**rule, "port": 1000 + i} for i in range(61)]


def _many_reach(end, count):
    """Two workloads that reach so many ports, at a peer or at the cluster."""

    def change(content):
        for workload, first in zip(content["workloads"][:2], (1, 2), strict=True):
            ports = range(first, count + 1, 2)
            workload["reaches"] = [{"port": port, "peer": "data"} for port in ports] if end == "peer" else []
            workload["egress"] = [{"port": port, "to": {"cluster": True}} for port in ports] if end == "cluster" else []
            workload["egress"].append({"port": 443, "to": {"cidr": "10.20.0.0/16"}})

    return change


def _to_the_cluster_and_its_id(count):
    """So many ports at an existing cluster's nodes, half of them by the id of their group."""

    def change(content):
        group = content["existing_cluster"]["security_group_id"]
        content["workloads"][0]["egress"] = [{"port": 1 + i, "to": {"cluster": True}} for i in range(count // 2)]
        rest = range(count // 2, count)
        content["workloads"][0]["reaches"] = [{"port": 1 + i, "security_group_id": group} for i in rest]

    return change


def _two_peers_of_one_group(count):
    """Two peers behind one group, each reached at ports of its own; with one more that both have."""

    def change(content):
        other = {"name": "other", "vpc_id": "vpc-0d1a2b3c4d5e6f709", "cidr": "10.98.0.0/16"}
        content["peers"].append({**other, "peer_side": {**content["peers"][0]["peer_side"], "route_table_ids": []}})
        ports = [{"port": 1000 + i, "peer": ("data", "other")[i % 2]} for i in range(count - 1)]
        content["workloads"][0]["reaches"] = [*ports, {"port": 1, "peer": "data"}, {"port": 1, "peer": "other"}]
        content["workloads"][1]["reaches"] = []

    return change


def _pair(sent, received):
    """Two workloads, of which the first one's only rule sends to the second, whose only rule receives from it."""

    def change(content):
        first, second = content["workloads"][:2]
        first["egress"] = [{"to": {"workload": second["name"]}, **sent}]
        second["ingress"] = [{"from": {"workload": first["name"]}, **received}]

    return change


def _small(cidr, nodes):
    return lambda c: (c["network"].update(cidr=cidr), c["node_groups"][0].update(max_size=nodes))


def _around(content):
    """A gateway whose range lies around the VPC's, and pods that send to the VPC and receive from it."""
    _other_cluster_peers(content)
    content["peers"][0].update(transit_gateway_id="tgw-0d1a2b3c4d5e6f701", vpc_id=None, cidr="10.0.0.0/8")
    content["pod_networking"]["external_snat"] = False
    content["workloads"][0].update(
        egress=[{"port": 443, "to": {"cidr": "10.60.4.0/24"}}], ingress=_from({"cidr": "10.60.0.0/16"}, 1)
    )


def _blocks(number):
    return [f"100.{64 + i}.0.0/16" for i in range(number)]


def _further(*cidrs):
    return lambda c: c["existing_network"].update(further_cidrs=list(cidrs))


def _many_ranges(direction):
    """21 rules, and no egress but by reaches: less than 60 where a peer has one range, more with three."""

    def change(content):
        content["peers"][0]["further_cidrs"] = _blocks(2)
        rules = [{"port": 1000 + i} for i in range(21)]
        ingress = [{**rule, "from": {"peer": "data"}} for rule in rules] if direction == "ingress" else []
        reaches = [{**rule, "peer": "data"} for rule in rules] if direction == "egress" else []
        content["workloads"][0].update(ingress=ingress, reaches=reaches, egress=[])

    return change


def _full_namespace(count, **values):
    def change(content):
        one = content["workloads"][0] | values
        content["workloads"] = [{**one, "name": f"app-{i}"} for i in range(count)]

    return change


def _from(end, count):
    return [{"port": 8000 + number, "from": end} for number in range(count)]


def _many_workloads(content, *types):
    content["node_groups"][0].update(min_size=0, desired_size=0, max_size=1)
    content["node_groups"][0]["instance_types"] += types
    one = {"namespace": "shop", "security_group_ids": _ids(1)}
    content["workloads"] = [{**one, "name": f"w{i}", "pod_labels": {"app": f"w{i}"}} for i in range(10)]


def _abroad(content):
    content["peers"][0].update(region="us-east-1", peer_side={"security_group_id": _ids(1)[0]})


def _other_cluster_peers(content):
    content["peers"] = [{"name": "data", "vpc_id": "vpc-0d1a2b3c4d5e6f701", "cidr": "10.99.0.0/16"}]


def _by_the_peers_group(**rules):
    """One workload that names the peer by its group alone, behind nodes that translate; nothing routes back."""

    def change(content):
        content["peers"][0]["peer_side"]["route_table_ids"] = []
        content["pod_networking"].update(external_snat=False, dns_cache={"enabled": True})
        one = {"name": "one", "namespace": "shop", "pod_labels": {"app": "one"}, **rules}
        content["workloads"] = [{**one, "egress": rules.get("egress", [])}]

    return change


def _reaches_the_peers_group(content, egress):
    _only_egress(content, None)
    reaches = [{"security_group_id": "sg-0d1a2b3c4d5e6f703", "port": 5432}]
    content["workloads"][0].update(reaches=reaches, **({} if egress is None else {"egress": egress}))


def _only_egress(content, end):
    """One workload that names no peer, with one rule for what it sends; None: it may send everything."""
    rules = {} if end is None else {"egress": [{"protocol": "tcp", "port": 443, "to": end}]}
    ingress = [{"protocol": "tcp", "port": 8080, "from": {"cluster": True}}]
    one = {"name": "one", "namespace": "shop", "pod_labels": {"app": "one"}, "ingress": ingress}
    content["workloads"] = [{**one, **rules}]


_GROUP = {"security_group_id": "sg-0123456789abcdef0"}
LONGEST_ZONE = ".".join(("a" * 63, "b" * 63, "c" * 63, "d" * 61))  # 253 characters, RFC 1035
# how many nodes 502 addresses suffice for
HELD_READY = [(45, {"WARM_IP_TARGET": "0"}), (27, {"ENABLE_PREFIX_DELEGATION": "true"}),
              (50, {"MINIMUM_IP_TARGET": "8", "WARM_IP_TARGET": "2"})]  # fmt: skip
CASES = [
    ("somebody-may-use-kubectl", "prod", lambda c: c["cluster"].pop("admin_role_arns"), "cluster.admin_role_arns"),
    ("node-cache-needs-standard", "dev", _pods(enforcing_mode="strict"), "pod_networking.enforcing_mode"),
    ("strict-needs-early-demux-off", "dev", _pods(enforcing_mode="strict", disable_tcp_early_demux=False),
     "pod_networking.disable_tcp_early_demux"),
    ("strict-loses-node-services", "dev", _pods(enforcing_mode="strict"), "pod_networking.enforcing_mode"),
    ("strict-admits-plain-pods", "dev", _pods(enforcing_mode="strict"), "pod_networking.enforcing_mode"),
    ("peer-sees-pod-address", "dev", _pods(external_snat=False), "pod_networking.external_snat"),
    ("peer-sees-pod-address", "dev", _pods(external_snat=False, exclude_snat_cidrs=["10.99.0.0/17"]),
     "pod_networking.external_snat"),
    ("no-vpc-range-among-external-services", "dev", _env(AWS_EXTERNAL_SERVICE_CIDRS="198.51.100.0/24,10.99.4.0/24"),
     "pod_networking.env.AWS_EXTERNAL_SERVICE_CIDRS"),
    ("no-vpc-range-among-external-services", "dev", _env(AWS_EXTERNAL_SERVICE_CIDRS="nonsense"),
     "pod_networking.env.AWS_EXTERNAL_SERVICE_CIDRS"),
    ("no-vpc-range-among-external-services", "dev", _env(AWS_EXTERNAL_SERVICE_CIDRS="198.51.100.7"),
     "pod_networking.env.AWS_EXTERNAL_SERVICE_CIDRS"),
    ("no-vpc-range-among-external-services", "dev", _env(AWS_EXTERNAL_SERVICE_CIDRS="198.51.100.0/255.255.255.0"),
     "pod_networking.env.AWS_EXTERNAL_SERVICE_CIDRS"),
    ("excluded-ranges-have-effect", "dev", _pods(exclude_snat_cidrs=["10.99.0.0/16"]),
     "pod_networking.exclude_snat_cidrs"),
    ("local-address-is-free", "dev", _cache(local_ip="169.254.169.253"), "pod_networking.dns_cache.local_ip"),
    ("local-address-is-free", "dev", _cache(local_ip="10.20.0.5"), "pod_networking.dns_cache.local_ip"),
    *[("image-knows-the-flags", "dev", _cache(image=image), "pod_networking.dns_cache.image")
      for image in ("registry.k8s.io/dns/k8s-dns-node-cache:1.26.4",
                    f"mirror.example.com/eks/hardened-dns-node-cache:v1.9.10-build1@sha256:{'0' * 64}")],
    *[("image-is-pinned", "dev", _cache(image=f"a.example/node-cache:{tag}"), "pod_networking.dns_cache.image")
      for tag in ("latest", "latest-arm64", f"latest@sha256:{'0' * 64}")],
    ("stub-domains-leave-the-cluster-its-names", "dev", _cache(stub_domains={"svc.cluster.local": ["10.99.1.53"]}),
     "pod_networking.dns_cache.stub_domains.svc.cluster.local"),
    ("stub-domains-leave-the-cluster-its-names", "dev", _cache(stub_domains={"in-addr.arpa": ["10.99.1.53"]}),
     "pod_networking.dns_cache.stub_domains.in-addr.arpa"),
    ("stub-domains-leave-the-cluster-its-names", "dev", _cache(stub_domains={LONGEST_ZONE + "x": ["10.99.1.53"]}),
     f"pod_networking.dns_cache.stub_domains.{LONGEST_ZONE[:100]}"),
    *[("stub-domains-leave-the-cluster-its-names", "dev", _cache(cluster_domain=zone),
       "pod_networking.dns_cache.cluster_domain") for zone in ("in-addr.arpa", LONGEST_ZONE + "x")],
    ("stub-resolvers-are-other-hosts", "dev", _cache(stub_domains={"a.example": ["169.254.20.10"]}),
     "pod_networking.dns_cache.stub_domains.a.example[0]"),
    ("stub-resolvers-are-other-hosts", "dev", _cache(stub_domains={"a.example": ["172.20.0.10"]}),
     "pod_networking.dns_cache.stub_domains.a.example[0]"),
    ("stub-resolvers-are-other-hosts", "dev", _cache(stub_domains={"a.example": ["10.99.1.53", "10.99.1.53"]}),
     "pod_networking.dns_cache.stub_domains.a.example[1]"),
    *[("stub-resolvers-are-other-hosts", "dev", _cache(stub_domains={"a.example": [address]}),
       "pod_networking.dns_cache.stub_domains.a.example[0]")
      for address in ("0.0.0.0", "127.0.0.1", "224.0.0.251")],  # noqa: S104 (an address that is no host's)
    ("stub-resolvers-are-reached", "dev", _cache(stub_domains={"a.example": ["10.200.0.2"]}),
     "pod_networking.dns_cache.stub_domains.a.example[0]"),
    ("stub-resolvers-are-other-hosts", "dev", _cache(upstreams=["10.20.0.2", "172.20.0.10"]),
     "pod_networking.dns_cache.upstreams[1]"),
    ("stub-resolvers-are-reached", "dev", _cache(upstreams=["10.200.0.2"]), "pod_networking.dns_cache.upstreams[0]"),
    ("cache-ports-differ", "dev", _cache(metrics_port=8080), "pod_networking.dns_cache.metrics_port"),
    ("cache-ports-differ", "dev", _cache(standby=True, setup_metrics_port=9252),
     "pod_networking.dns_cache.setup_metrics_port"),
    *(("cache-ports-differ", "dev", _cache(metrics_port=port), "pod_networking.dns_cache.metrics_port")
      for port in (10_249, 10_250, 61_679)),
    ("cache-ports-differ", "dev", _cache(health_port=8163), "pod_networking.dns_cache.health_port"),
    *(("cache-ports-differ", "dev", lambda c, port=port: (_cni("v1.22.4-eksbuild.1")(c), _cache(health_port=port)(c)),
       "pod_networking.dns_cache.health_port") for port in (50_051, 50_052)),
    ("cache-ports-differ", "dev", _cache(standby=True, health_port=61_677), "pod_networking.dns_cache.health_port"),
    ("cache-ports-differ", "dev", _cache(standby=True, health_port=65_535), "pod_networking.dns_cache.health_port"),
    ("kube-proxy-leads-around-the-cache", "dev", _pods(kube_proxy_mode="ipvs"), "pod_networking.kube_proxy_mode"),
    ("strict-mode-needs-no-ipvs", "dev",
     lambda c: (_pods(enforcing_mode="strict", kube_proxy_mode="ipvs")(c), _cache(enabled=False)(c)),
     "pod_networking.kube_proxy_mode"),
    ("nftables-needs-a-newer-cni", "dev",
     lambda c: (_pods(kube_proxy_mode="nftables", vpc_cni={"version": "v1.22.4-eksbuild.1"})(c),
                _cache(enabled=False)(c)),
     "pod_networking.vpc_cni.version"),
    ("external-services-are-translated", "dev", _env(AWS_EXTERNAL_SERVICE_CIDRS="198.51.100.0/24"),
     "pod_networking.env.AWS_EXTERNAL_SERVICE_CIDRS"),
    ("external-services-are-translated", "dev",
     lambda c: (_pods(external_snat=False, exclude_snat_cidrs=["10.99.0.0/16", "198.51.100.0/24"])(c),
                _env(AWS_EXTERNAL_SERVICE_CIDRS="198.51.100.0/24")(c)),
     "pod_networking.env.AWS_EXTERNAL_SERVICE_CIDRS"),
    ("peer-sees-pod-address", "dev",
     lambda c: (_pods(external_snat=False)(c), _only_egress(c, {"cidr": "10.99.4.0/24"})),
     "pod_networking.external_snat"),
    ("peer-may-see-node-address", "dev",
     lambda c: (_pods(external_snat=False)(c), _only_egress(c, {"cidr": "0.0.0.0/0"})),
     "pod_networking.external_snat"),
    ("peer-may-see-node-address", "dev",
     lambda c: (_pods(external_snat=False)(c), _only_egress(c, {"security_group_id": "sg-0123456789abcdef0"})),
     "pod_networking.external_snat"),
    ("peer-may-see-node-address", "dev",
     lambda c: (_pods(external_snat=False)(c), _only_egress(c, {"prefix_list_id": "pl-0123456789abcdef0"})),
     "pod_networking.external_snat"),
    ("peer-may-see-node-address", "dev",
     lambda c: (_pods(external_snat=False)(c), _only_egress(c, None)), "pod_networking.external_snat"),
    ("peer-may-see-node-address", "dev",  # what it receives from the peer says nothing of what it sends there
     lambda c: (_pods(external_snat=False)(c), _only_egress(c, None), _workload(ingress=_from({"peer": "data"}, 1))(c)),
     "pod_networking.external_snat"),
    ("nodes-stand-behind-nat", "existing", lambda c: c["existing_network"].update(behind_nat=False),
     "existing_network.behind_nat"),
    ("nodes-stand-behind-nat", "existing",
     lambda c: (c["existing_network"].update(behind_nat=False), _cache(enabled=False)(c),
                _pods(external_snat=False, enforcing_mode="strict")(c)),
     "existing_network.behind_nat"),
    ("nat-is-told-of", "existing", lambda c: c["existing_network"].pop("behind_nat"), "existing_network.behind_nat"),
    *(("nodes-reach-the-image", "existing", _without_a_way_out(image), "pod_networking.dns_cache.image")
      for image in (None, "public.ecr.aws/cache:1", "mirror.example/111111111111.dkr.ecr.eu/cache:1")),
    ("nat-is-told-of", "existing",
     lambda c: (c["existing_network"].pop("behind_nat"), _cache(enabled=False)(c),
                _pods(external_snat=False, enforcing_mode="strict")(c)),
     "existing_network.behind_nat"),
    ("kubectl-reaches-eks", "existing",
     lambda c: (c["existing_network"].update(behind_nat=False), c["existing_cluster"].update(endpoint="private")),
     "existing_network.behind_nat"),
    ("kubectl-reaches-eks", "existing",
     lambda c: (c["existing_network"].pop("behind_nat"), c["existing_cluster"].update(endpoint="private")),
     "existing_network.behind_nat"),
    # kubectl's functions of a new cluster stand there, public or not
    *(("kubectl-reaches-eks", "dev", _into_an_existing_vpc(**told), "existing_network.behind_nat")
      for told in ({}, {"behind_nat": False}, {"behind_nat": "isolated"})),
    ("ranges-do-not-overlap", "dev", _peer(cidr="10.20.128.0/17"), "peers[0].cidr"),
    ("ranges-do-not-overlap", "dev", _behind_gateway("10.20.0.0/16"),
     "peers[0].cidr"),
    ("ranges-do-not-overlap", "dev", _behind_gateway("172.0.0.0/8"),
     "peers[0].cidr"),
    ("ranges-do-not-overlap", "dev",
     lambda c: (_behind_gateway("10.99.0.0/16")(c),
                c["peers"].append({"name": "same", "vpc_id": "vpc-0f9a2b3c4d5e6f709", "cidr": "10.99.0.0/16"})),
     "peers[1].cidr"),
    ("ranges-do-not-overlap", "dev", _peer(further_cidrs=["100.64.0.0/16", "10.20.4.0/24"]),
     "peers[0].further_cidrs[1]"),
    ("ranges-do-not-overlap", "dev", _peer(further_cidrs=["172.20.0.0/20"]), "peers[0].further_cidrs[0]"),
    ("ranges-do-not-overlap", "prod", lambda c: c["peers"][1].update(further_cidrs=["10.98.0.0/20"]),
     "peers[1].further_cidrs[0]"),
    ("ranges-do-not-overlap", "dev",
     lambda c: (_behind_gateway("10.0.0.0/8")(c), _peer(further_cidrs=["10.1.0.0/16"])(c)),
     "peers[0].further_cidrs[0]"),
    ("ranges-do-not-overlap", "existing", _further("10.60.9.0/24"), "existing_network.further_cidrs[0]"),
    ("ranges-do-not-overlap", "existing", lambda c: (_further("10.99.0.0/20")(c), _other_cluster_peers(c)),
     "peers[0].cidr"),
    ("ranges-do-not-overlap", "existing", _further("172.20.0.0/16"), "existing_cluster.service_cidr"),
    ("ranges-are-of-hosts", "dev", lambda c: c["network"].update(cidr="127.0.0.0/16"), "network.cidr"),
    ("ranges-are-of-hosts", "existing", _further("169.254.64.0/20"), "existing_network.further_cidrs[0]"),
    ("ranges-are-of-hosts", "dev", _peer(cidr="224.0.0.0/16"), "peers[0].cidr"),
    ("ranges-are-of-hosts", "dev", _peer(further_cidrs=["100.64.0.0/16", "0.1.0.0/16", "255.0.0.0/20"]),
     "peers[0].further_cidrs[1]"),
    ("ranges-fit-the-quota", "dev", _peer(further_cidrs=_blocks(5)), "peers[0].further_cidrs"),
    ("ranges-fit-the-quota", "existing", _further(*_blocks(5)), "existing_network.further_cidrs"),
    ("vpc-range-fits-a-vpc", "existing", _further("10.61.0.0/16", "100.64.0.0/10"),
     "existing_network.further_cidrs[1]"),
    ("peer-sees-pod-address", "dev",
     lambda c: (_pods(external_snat=False, exclude_snat_cidrs=["10.99.0.0/16"])(c),
                _peer(further_cidrs=["100.64.0.0/16"])(c)),
     "pod_networking.external_snat"),
    ("peer-may-see-node-address", "dev",
     lambda c: (_pods(external_snat=False, exclude_snat_cidrs=["10.99.0.0/16"])(c),
                _peer(further_cidrs=["100.64.0.0/16"])(c), _only_egress(c, {"cidr": "100.0.0.0/8"})),
     "pod_networking.external_snat"),
    ("no-vpc-range-among-external-services", "dev",
     lambda c: (_peer(further_cidrs=["100.64.0.0/16"])(c), _env(AWS_EXTERNAL_SERVICE_CIDRS="100.64.9.0/24")(c)),
     "pod_networking.env.AWS_EXTERNAL_SERVICE_CIDRS"),
    ("no-vpc-range-among-external-services", "existing",
     lambda c: (_further("100.64.0.0/16")(c), _env(AWS_EXTERNAL_SERVICE_CIDRS="100.64.9.0/24")(c)),
     "pod_networking.env.AWS_EXTERNAL_SERVICE_CIDRS"),
    ("stub-resolvers-serve-others", "dev",
     lambda c: (_peer(further_cidrs=["100.64.0.0/16"])(c), _cache(upstreams=["100.64.0.2"])(c)),
     "pod_networking.dns_cache.upstreams[0]"),
    ("rules-fit-a-group", "dev", _many_ranges("ingress"), "workloads[0].ingress"),
    ("rules-fit-a-group", "dev", _many_ranges("egress"), "workloads[0].egress"),
    ("endpoint-ranges-are-public", "dev", lambda c: c["cluster"].update(endpoint_cidrs=["8.8.8.8/32", "192.0.2.0/25"]),
     "cluster.endpoint_cidrs[1]"),
    *(("endpoint-ranges-are-public", "dev", lambda c, cidr=cidr: c["cluster"].update(endpoint_cidrs=[cidr]),
       "cluster.endpoint_cidrs[0]") for cidr in ("10.0.0.0/8", "100.100.1.7/32", "240.0.0.0/4")),
    ("variables-fit-an-event", "dev", _env(**{f"V{number}": "x" * 1000 for number in range(8)}), "pod_networking.env"),
    ("alarms-reach-their-topic", "prod", lambda c: c["pod_networking"]["drift"].update(
        alarm_topic_arn="arn:aws:sns:us-east-1:222222222222:alarms"), "pod_networking.drift.alarm_topic_arn"),
    *(("region-is-known", "existing", lambda c, region=region: c.update(region=region), "region")
      for region in ("eu-wset-1", "us-east-9", "mars-north-1")),
    ("region-is-known", "prod", lambda c: c["peers"][1].update(region="us-est-1"), "peers[1].region"),
    ("arns-lie-in-the-partition", "prod", lambda c: c["pod_networking"]["drift"].update(
        alarm_topic_arn="arn:aws-cn:sns:eu-west-1:222222222222:alarms"), "pod_networking.drift.alarm_topic_arn"),
    ("arns-lie-in-the-partition", "prod", lambda c: c["cluster"].update(
        admin_role_arns=["arn:aws:iam::222222222222:role/A", "arn:aws-us-gov:iam::222222222222:role/B"]),
     "cluster.admin_role_arns[1]"),
    ("arns-lie-in-the-partition", "prod", lambda c: c["peers"][1].update(
        accepter_role_arn="arn:aws-eusc:iam::333333333333:role/accepter"), "peers[1].accepter_role_arn"),
    *(("arns-lie-in-the-partition", "prod", lambda c, region=region: c.update(region=region),
       "cluster.admin_role_arns[0]")
      for region in ("cn-north-1", "us-gov-west-1", "eusc-de-east-1", "us-isob-east-1")),
    *(("endpoint-lies-in-the-region", "existing", lambda c, host=host: c["existing_cluster"].update(
        endpoint_url=f"https://0A1B.gr7.{host}"), "existing_cluster.endpoint_url")
      for host in ("us-east-1.eks.amazonaws.com", "cn-north-1.eks.amazonaws.com.cn", "us-east-1.EKS.amazonaws.com:1")),
    ("ranges-do-not-overlap", "prod", lambda c: c["peers"][1].update(cidr="10.98.0.0/20"), "peers[1].cidr"),
    ("ranges-do-not-overlap", "dev", lambda c: c["network"].update(cidr="172.20.0.0/16"), "cluster.service_cidr"),
    ("vpc-range-fits-a-vpc", "dev", lambda c: c["network"].update(cidr="10.0.0.0/12"), "network.cidr"),
    ("vpc-range-holds-its-subnets", "dev", lambda c: c["network"].update(cidr="10.20.0.0/23"), "network.cidr"),
    *(("service-range-is-private", "dev", lambda c, cidr=cidr: c["cluster"].update(service_cidr=cidr),
       "cluster.service_cidr") for cidr in ("10.0.0.0/11", "10.100.0.0/25")),
    ("service-range-is-private", "existing", lambda c: c["existing_cluster"].update(service_cidr="198.18.0.0/16"),
     "existing_cluster.service_cidr"),
    ("zones-lie-in-the-region", "dev", lambda c: c["network"].update(availability_zones=["eu-west-1a", "eu-west-2b"]),
     "network.availability_zones[1]"),
    ("zones-lie-in-the-region", "dev", lambda c: c["network"].update(availability_zones=["eu-west-1a", "eu-west-1a"]),
     "network.availability_zones[1]"),
    ("zones-lie-in-the-region", "dev",
     lambda c: c["network"].update(availability_zones=["eu-west-1a", "eu-west-1b", "eu-west-1a"]),
     "network.availability_zones[2]"),
    ("zones-lie-in-the-region", "existing",
     lambda c: c["existing_network"].update(availability_zones=["eu-west-1a", "eu-west-1a"]),
     "existing_network.availability_zones[1]"),
    ("security-group-stays-in-its-region", "dev", _abroad, "peers[0].peer_side.security_group_id"),
    ("peer-side-is-ours", "dev", _peer(account="333333333333"), "peers[0].peer_side"),
    ("gateway-refers-to-groups", "dev", _peer(vpc_id=None, transit_gateway_id="tgw-0d1a2b3c4d5e6f701"),
     "peers[0].peer_side.security_group_id"),
    ("gateway-takes-no-group-in-egress", "dev",
     lambda c: (_behind_gateway("10.99.0.0/16")(c), _only_egress(c, {"security_group_id": "sg-0d1a2b3c4d5e6f703"})),
     "workloads[0].egress"),
    ("peer-routes-return", "dev",
     _by_the_peers_group(reaches=[{"port": 5432, "security_group_id": "sg-0d1a2b3c4d5e6f703"}]),
     "peers[0].peer_side.route_table_ids"),
    ("peer-routes-return", "dev",
     _by_the_peers_group(ingress=[{"port": 5432, "from": {"security_group_id": "sg-0d1a2b3c4d5e6f703"}}]),
     "peers[0].peer_side.route_table_ids"),
    ("peer-sees-pod-address", "dev",
     _by_the_peers_group(egress=[{"port": 5432, "to": {"security_group_id": "sg-0d1a2b3c4d5e6f703"}}]),
     "pod_networking.external_snat"),
    ("gateway-takes-no-group-in-egress", "dev",
     lambda c: (_behind_gateway("10.99.0.0/16")(c), _reaches_the_peers_group(c, [])), "workloads[0].reaches[0]"),
    ("gateway-needs-no-accepter", "dev",
     _peer(vpc_id=None, transit_gateway_id="tgw-0d1a2b3c4d5e6f701", peer_side=None,
           accepter_role_arn="arn:aws:iam::111111111111:role/accepter"), "peers[0].accepter_role_arn"),
    ("accepter-role-accepts", "dev", _peer(account="333333333333", peer_side=None), "peers[0].accepter_role_arn"),
    ("accepter-role-accepts", "prod",
     lambda c: c["peers"][1].update(accepter_role_arn="arn:aws:iam::444444444444:role/x"),
     "peers[1].accepter_role_arn"),
    ("accepter-role-is-one-peers", "prod", _second_accepter("peering-accepter"), "peers[2].accepter_role_arn"),
    ("accepter-role-is-one-peers", "prod", _second_accepter("net/Peering-Accepter"), "peers[2].accepter_role_arn"),
    ("peer-routes-return", "dev", lambda c: c["peers"][0]["peer_side"].pop("route_table_ids"),
     "peers[0].peer_side.route_table_ids"),
    ("peer-owner-does-the-rest", "dev", lambda c: c["peers"][0].pop("peer_side"), "peers[0].peer_side"),
    ("peer-owner-does-the-rest", "dev", lambda c: c["peers"][0]["peer_side"].pop("security_group_id"),
     "peers[0].peer_side.security_group_id"),
    *(("peer-side-admits-what-is-sent", "dev", lambda c, sent=sent: c["workloads"][1]["egress"].append(sent),
       "workloads[1].egress[1]") for sent in (
        {"port": 6379, "to": {"peer": "data"}},
        {"port": 6379, "to": {"security_group_id": "sg-0d1a2b3c4d5e6f703"}},
        {"protocol": "udp", "port": 5432, "to": {"peer": "data"}},
        {"port": 5433, "to_port": 5440, "to": {"peer": "data"}},
        {"protocol": "icmp", "to": {"peer": "data"}})),
    ("peer-side-admits-what-is-sent", "dev",
     lambda c: (c["workloads"][1]["egress"].append({"port": 6379, "to": {"peer": "data"}}),
                c["workloads"][1]["reaches"].append({"port": 6379, "security_group_id": "sg-0d1a2b3c4d5e6f7ff"})),
     "workloads[1].egress[1]"),
    ("peer-side-admits-what-is-sent", "dev",
     lambda c: c["workloads"][2]["egress"].append({"protocol": "all", "to": {"peer": "data"}}),
     "workloads[2].egress[1]"),
    ("peers-of-an-existing-cluster", "existing", _other_cluster_peers, "peers"),
    ("groups-fit-the-quota", "dev", _workload(security_group_ids=_ids(4)), "workloads[0].security_group_ids"),
    ("groups-fit-the-quota", "dev", _workload(security_group_ids=_ids(14)), "workloads[0].security_group_ids"),
    ("groups-fit-an-interface", "dev", _workload(security_group_ids=_ids(15)), "workloads[0].security_group_ids"),
    ("given-groups-lie-in-this-vpc", "dev", _workload(security_group_ids=_ids(1)), "workloads[0].security_group_ids"),
    ("given-groups-lie-in-this-vpc", "dev", lambda c: (c["peers"].clear(), _only_egress(c, _GROUP)),
     "workloads[0].egress[0].to"),
    ("given-groups-lie-in-this-vpc", "dev",
     lambda c: (_abroad(c), _only_egress(c, None), c["workloads"][0]["ingress"][0].update({"from": _GROUP})),
     "workloads[0].ingress[0].from"),
    ("given-groups-lie-in-this-vpc", "dev",
     lambda c: (_abroad(c), _only_egress(c, None), c["workloads"][0].update(reaches=[{"port": 5432, **_GROUP}])),
     "workloads[0].reaches[0]"),
    ("groups-are-named-once", "dev", _workload(security_group_ids=_ids(1) * 2), "workloads[0].security_group_ids"),
    ("rules-fit-a-group", "dev", _many_rules, "workloads[0].ingress"),
    ("rules-fit-a-group", "dev", _workload(egress=[{"port": 1 + i, "to": {"cluster": True}} for i in range(61)]),
     "workloads[0].egress"),
    ("rules-fit-a-group", "dev", _many_reach("peer", 61), "peers[0].peer_side.security_group_id"),
    ("rules-fit-a-group", "dev", _many_reach("cluster", 57), "workloads"),
    ("rules-fit-a-group", "existing",
     lambda c: c["workloads"][0].update(reaches=[{"port": 1 + i, **_GROUP} for i in range(61)]), "workloads"),
    ("given-groups-lie-in-this-vpc", "dev",
     lambda c: (c["peers"][0].update(account="333333333333"), c["peers"][0].pop("peer_side"),
                _only_egress(c, _GROUP)), "workloads[0].egress[0].to"),
    ("rules-fit-a-group", "dev",
     lambda c: c.update(workloads=[{"name": f"w{i}", "namespace": "shop", "pod_labels": {"app": f"w{i}"},
                                    "reaches": [{"peer": "data", "port": 5432}]} for i in range(61)]),
     "peers[0].peer_side.security_group_id"),
    ("rules-fit-a-group", "existing",
     lambda c: c["workloads"][0].update(
         reaches=[{"port": 1 + i, "protocol": p, **_GROUP} for i in range(31) for p in ("tcp", "udp")]), "workloads"),
    ("rules-fit-a-group", "existing", _to_the_cluster_and_its_id(58), "workloads"),
    ("stack-exports-its-groups", "dev",
     lambda c: (_full_namespace(202, reaches=[])(c), c["workloads"][0].update(namespace="other")), "workloads"),
    ("cluster-domain-is-that-of-eks", "dev", _cache(cluster_domain="corp.example"),
     "pod_networking.dns_cache.cluster_domain"),
    ("peers-lie-in-the-partition", "prod", lambda c: c["peers"][1].update(region="us-gov-west-1"), "peers[1].region"),
    ("variable-has-its-form", "dev", _env(WARM_IP_TARGET="-5"), "pod_networking.env.WARM_IP_TARGET"),
    *(("gateway-has-no-dns-option", "dev",
       lambda c, wish=wish: (_behind_gateway("10.99.0.0/16")(c), _peer(dns_resolution=wish)(c)),
       "peers[0].dns_resolution") for wish in (True, False)),
    ("workloads-let-each-other-pass", "dev", _pair({"port": 9000}, {"port": 9001}), "workloads[0].egress[0]"),
    ("workloads-let-each-other-pass", "dev", _pair({"port": 9000}, {"port": 9001}), "workloads[1].ingress[0]"),
    ("workloads-let-each-other-pass", "prod", lambda c: c["workloads"][0]["ingress"].pop(), "workloads[1].egress[1]"),
    ("workloads-let-each-other-pass", "prod", lambda c: c["workloads"][1]["egress"].pop(), "workloads[0].ingress[1]"),
    ("workloads-let-each-other-pass", "dev", _pair({"port": 53}, {"port": 53, "protocol": "udp"}),
     "workloads[0].egress[0]"),
    *(("workloads-let-each-other-pass", "dev", _pair({"port": 9000}, {"port": 9000, "from": end}),
       "workloads[0].egress[0]") for end in ({"cluster": True}, {"cidr": "10.99.0.0/16"})),
    ("workloads-let-each-other-pass", "dev",
     _pair({"port": 9000, "to": {"peer": "data"}}, {"port": 9000}), "workloads[1].ingress[0]"),
    ("addresses-suffice-for-the-nodes", "dev", _small("10.20.0.0/22", 84), "network.cidr"),
    ("addresses-suffice-for-the-nodes", "dev",
     lambda c: (_small("10.20.0.0/22", 46)(c), c["pod_networking"].pop("env")), "network.cidr"),
    *(("addresses-suffice-for-the-nodes", "dev", lambda c, nodes=nodes, env=env: (
        _small("10.20.0.0/22", nodes + 1)(c), c["pod_networking"].update(env=env)), "network.cidr")
      for nodes, env in HELD_READY),
    ("peer-owner-does-the-rest", "dev", lambda c: (_peer(peer_side=None)(c), c.update(workloads=[])),
     "peers[0].peer_side"),
    ("peer-routes-return", "dev", lambda c: (
        _peer(peer_side={"security_group_id": "sg-0d1a2b3c4d5e6f703"})(c), c.update(workloads=[])),
     "peers[0].peer_side.route_table_ids"),
    ("custom-networking-finds-its-configs", "dev", _custom_networking("m5.large"),
     "pod_networking.env.AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG"),
    ("rules-fit-a-group", "dev", _two_peers_of_one_group(61), "peers[0].peer_side.security_group_id"),
    ("nat-is-told-of", "existing",
     lambda c: (c["existing_network"].pop("behind_nat"),
                _pods(external_snat=False, exclude_snat_cidrs=["0.0.0.0/1", "128.0.0.0/1"])(c)),
     "existing_network.behind_nat"),
    ("stub-resolvers-are-reached", "existing",
     lambda c: (_without_a_way_out(None)(c), _cache(upstreams=["10.60.0.53", "9.9.9.9"])(c)),
     "pod_networking.dns_cache.upstreams[1]"),
    ("nodes-reach-the-image", "dev", lambda c: c.update(region="cn-north-1"), "pod_networking.dns_cache.image"),
    ("nodes-reach-the-image", "existing",
     _without_a_way_out("111111111111.dkr.ecr.us-east-1.amazonaws.com/cache:1"), "pod_networking.dns_cache.image"),
    ("external-services-are-translated", "existing",
     lambda c: (_without_a_way_out(None)(c), _env(AWS_EXTERNAL_SERVICE_CIDRS="192.168.0.0/16")(c)),
     "pod_networking.env.AWS_EXTERNAL_SERVICE_CIDRS"),
    ("peer-sees-pod-address", "existing",
     lambda c: (_around(c), c["workloads"][0]["egress"][0].update(to={"cidr": "10.61.0.0/16"})),
     "pod_networking.external_snat"),
    ("stub-resolvers-serve-others", "dev",
     lambda c: (_behind_gateway("10.99.0.0/16")(c), _cache(stub_domains={"a.example": ["10.99.0.2"]})(c)),
     "pod_networking.dns_cache.stub_domains.a.example[0]"),
    ("stack-holds-its-resources", "dev", _full_namespace(170), "workloads"),
    ("stack-holds-its-resources", "dev", _full_namespace(125, ingress=_from({"cluster": True}, 2)), "workloads"),
    ("stack-holds-its-resources", "dev",
     _full_namespace(100, ingress=_from({"security_group_id": "sg-0a1b2c3d4e5f60718"}, 3)), "workloads"),
    ("stack-holds-its-resources", "dev",
     lambda c: c["peers"].extend(
         {"name": f"p{i}", "transit_gateway_id": "tgw-0d1a2b3c4d5e6f701", "cidr": f"10.{100 + i}.0.0/24",
          "further_cidrs": [f"10.{100 + i}.{j}.0/24" for j in range(1, 50)]} for i in range(5)),
     "peers"),
    ("policies-of-one-pod-fit-the-quota", "dev", _same_pods, "workloads[0]"),
    ("policies-of-one-pod-fit-the-quota", "dev",
     lambda c: (_same_pods(c), c["workloads"][1].update(security_group_ids=_ids(17)[3:])), "workloads[0]"),
    ("coredns-keeps-its-group", "dev",
     lambda c: c["workloads"][2].update(namespace="kube-system", pod_labels={"k8s-app": "kube-dns"}), "workloads[2]"),
    ("coredns-keeps-its-group", "dev",
     lambda c: c["workloads"][2].update(namespace="kube-system", pod_labels=None,
                                        service_account_labels={"eks.amazonaws.com/component": "coredns"}),
     "workloads[2]"),
    ("instance-type-is-known", "dev", _nodes("m55.large"), "node_groups[0].instance_types[0]"),
    ("instance-type-has-a-trunk", "dev", _nodes("m5.large", "t3.large"), "node_groups[0].instance_types[1]"),
    ("instance-type-has-the-architecture", "dev", _nodes("m7g.large"), "node_groups[0].instance_types[0]"),
    ("instance-type-has-the-architecture", "dev", _nodes("m5.large", architecture="arm64"),
     "node_groups[0].instance_types[0]"),
    *[("coredns-configuration-is-known", "dev", _core_dns(**{key: 3}), "cluster.coredns_configuration")
      for key in ("replicas", "Corefile")],
    *[("coredns-configuration-is-known", "dev", _core_dns(**values), f"cluster.coredns_configuration.{path}")
      for path, values in (("replicaCount", {"replicaCount": "3"}), ("replicaCount", {"replicaCount": True}),
                           ("autoScaling.enabled", {"autoScaling": {"enabled": "true", "minReplicas": 2}}),
                           ("autoScaling.maxReplicas", {"autoScaling": {"enabled": True, "maxReplicas": "9"}}))],
    *[("corefile-answers-the-cluster", "dev", _core_dns(corefile=text), "cluster.coredns_configuration.corefile")
      for text in ("", 3, [COREFILE], COREFILE.replace("ready", "# ready"), COREFILE.replace("health", "healthy"),
                   COREFILE.replace("kubernetes cluster.local", "kubernetes a.local"),
                   COREFILE.replace(".:53", "cluster.local").replace("kubernetes cluster.local", "kubernetes a.local")
                   + ". {\n    forward . 10.0.0.2\n}\n",
                   COREFILE.replace(".:53", "example.org:53"), COREFILE.replace("forward", "# forward"))],
    *[("instance-type-has-the-architecture", "dev", _nodes("a1.xlarge", architecture=architecture),
       "node_groups[0].instance_types[0]") for architecture in ("arm64", "x86_64")],
    *[("instance-type-needs-no-driver", "dev", _nodes(name), "node_groups[0].instance_types[0]")
      for name in ("g6.xlarge", "gr6.4xlarge", "p6-b200.48xlarge", "inf2.xlarge", "trn1.2xlarge", "f2.6xlarge",
                   "vt1.3xlarge", "mac2.metal")],
    ("instance-types-are-alike", "dev", _nodes("m5.large", "m5.xlarge"), "node_groups[0].instance_types"),
    ("flex-instances-carry-less", "dev", _nodes("m7i-flex.large"), "node_groups[0].instance_types[0]"),
    ("autoscaler-knows-empty-groups", "dev", _nodes("m5.xlarge", "m5.large", min_size=0), "node_groups[0].min_size"),
    ("trunk-leaves-addresses", "dev", _nodes("m7g.medium", architecture="arm64"), "node_groups[0].instance_types[0]"),
    ("custom-networking-needs-a-third-interface", "dev", _custom_networking("m5.large", "m7g.medium"),
     "node_groups[0].instance_types[1]"),
    ("branch-interfaces-suffice", "dev", _many_workloads, "node_groups"),
    ("branch-interfaces-suffice", "dev", lambda c: _many_workloads(c, "m5.xlarge"), "node_groups"),
    ("coredns-has-nodes", "dev", _nodes("m5.large", min_size=0, desired_size=0), "node_groups"),
    ("connections-fit-the-quota", "dev", _peers(51, "vpc_id", "vpc"), "peers"),
    ("connections-fit-a-role", "dev", _peers(52, "vpc_id", "vpc"), "peers"),
    ("connections-fit-a-role", "dev", lambda c: (_peers(50, "vpc_id", "vpc")(c), c.update(region="cn-northwest-1")),
     "peers"),
    ("gateways-fit-a-vpc", "dev", _peers(6, "transit_gateway_id", "tgw"), "peers[5].transit_gateway_id"),
    ("node-groups-fit-the-quota", "dev", _groups_of_nodes(31), "node_groups"),
    ("nodes-fit-the-quota", "dev", _nodes("m5.large", max_size=451), "node_groups[0].max_size"),
    ("stub-resolvers-serve-others", "dev", _cache(stub_domains={"a.example": ["10.99.1.53", "10.99.0.2"]}),
     "pod_networking.dns_cache.stub_domains.a.example[1]"),
    ("stub-resolvers-serve-others", "dev", _cache(upstreams=["10.99.0.2"]), "pod_networking.dns_cache.upstreams[0]"),
    ("stub-resolvers-serve-others", "existing",
     lambda c: (_further("100.64.0.0/16")(c), _cache(upstreams=["10.60.0.2", "100.64.0.2"])(c)),
     "pod_networking.dns_cache.upstreams[1]"),
    ("cache-rollout-fits-its-limit", "dev", _nodes("m5.large", max_size=91),
     "pod_networking.dns_cache.max_unavailable"),
    ("cache-rollout-fits-its-limit", "dev",
     lambda c: (_nodes("m5.large", max_size=91)(c), _cache(max_unavailable="1%", min_ready_seconds=20)(c)),
     "pod_networking.dns_cache.max_unavailable"),
    *(("cache-finds-its-nodes", "dev", _cache(node_labels=labels), "pod_networking.dns_cache.node_labels")
      for labels in ({"example.com/tier": "web"}, {"podnet.io/node-group": "gpu"},
                     {"podnet.io/node-group": "general", "tier": "web"})),
    ("cache-finds-its-nodes", "dev",
     lambda c: (_nodes("m5.large", labels={"tier": "batch"})(c), _cache(node_labels={"tier": "web"})(c)),
     "pod_networking.dns_cache.node_labels"),
    *(("nodes-hold-the-cache", "dev", lambda c, values=values, types=types: (_cache(**values)(c), _nodes(*types)(c)),
       f"pod_networking.dns_cache.{path}")
      for path, values, types in (
          ("cache_capacity", {"cache_capacity": 400_000}, ["m5.large"]),
          ("cache_capacity", {"cache_capacity": 200_000, "standby": True}, ["m5.large"]),
          ("cache_capacity", {"cache_capacity": 400_000}, ["r5.large", "c5.xlarge"]),
          ("cache_capacity", {"cache_capacity": 100_000}, ["c6g.medium"]),
          ("cpu_request", {"cpu_request": "1001m"}, ["m5.xlarge", "m5.large"]),
          ("cpu_request", {"cpu_request": "5", "standby": True}, ["c5.4xlarge"]))),
    *(("interface-tags-are-taken", "dev", _env(ADDITIONAL_ENI_TAGS=text), "pod_networking.env.ADDITIONAL_ENI_TAGS")
      for text in ("team=shop", "[" * 1024, '{"team": "shop"', '["shop"]', '{"team": 1}', '{"aws:team": "shop"}',
                   '{"": "shop"}', '{"node.k8s.amazonaws.com/team": "shop"}',
                   f'{{"{"k" * 129}": ""}}', f'{{"k": "{"v" * 257}"}}')),
    ("vpc-cni-knows-the-variables", "dev", _cni("v1.10.4-eksbuild.1"), "pod_networking.vpc_cni.version"),
    ("vpc-cni-is-recommended", "dev", _cni("v1.16.4-eksbuild.2"), "pod_networking.vpc_cni.version"),
    ("kubernetes-version-has-a-kubectl", "dev", lambda c: c["cluster"].update(kubernetes_version="1.32"),
     "cluster.kubernetes_version"),
    ("kubernetes-version-is-supported", "existing",
     lambda c: c["existing_cluster"].update(kubernetes_version="1.34"), "existing_cluster.kubernetes_version"),
    ("kube-proxy-follows-kubernetes", "dev", lambda c: c["cluster"].update(kube_proxy_version="v1.36.0-eksbuild.1"),
     "cluster.kube_proxy_version"),
    ("node-groups-follow-kubernetes", "dev", _nodes("m5.large", kubernetes_version="1.36"),
     "node_groups[0].kubernetes_version"),
    ("node-groups-follow-kubernetes", "dev", _nodes("m5.large", kubernetes_version="1.31"),
     "node_groups[0].kubernetes_version"),
    ("addon-schema-has-the-variables", "dev", _env(WARM_IP_TARGT="4"), "pod_networking.env.WARM_IP_TARGT"),
    ("addon-schema-has-the-variables", "dev",
     lambda c: (_cni("v1.15.1-eksbuild.1")(c), _env(ENABLE_SUBNET_DISCOVERY="true")(c)),
     "pod_networking.env.ENABLE_SUBNET_DISCOVERY"),
    ("addon-schema-may-lack-the-variable", "dev", _env(ENABLE_SUBNET_DISCOVERY="true"),
     "pod_networking.env.ENABLE_SUBNET_DISCOVERY"),
    ("aws-node-knows-the-variables", "existing", _env(WARM_IP_TARGT="4"), "pod_networking.env.WARM_IP_TARGT"),
    ("variable-has-its-form", "dev", _env(WARM_IP_TARGET="four"), "pod_networking.env.WARM_IP_TARGET"),
    ("variable-has-its-form", "existing", _env(ANNOTATE_POD_IP="yes"), "pod_networking.env.ANNOTATE_POD_IP"),
    *(("cluster-is-ipv4", "existing", _env(**{name: "true"}), f"pod_networking.env.{name}")
      for name in ("ENABLE_IPv4", "ENABLE_IPv6")),
    ("addon-takes-a-configuration", "dev", _cni("v1.11.5-eksbuild.1"), "pod_networking.vpc_cni.version"),
    *(("addon-takes-init-variables", "dev", _cni(f"{version}-eksbuild.1"), "pod_networking.vpc_cni.version")
      for version in ("v1.12.0", "v1.14.1")),
    ("vpc-cni-starts-with-its-rights", "dev", _cni("v1.22.1-eksbuild.2"), "pod_networking.vpc_cni.version"),
    ("vpc-cni-starts-with-its-rights", "existing", _cni("v1.22.0-eksbuild.1"), "pod_networking.vpc_cni.version"),
    ("addon-update-keeps-the-values", "dev",
     lambda c: (c["pod_networking"].update(addon_configuration=False),
                c["pod_networking"]["vpc_cni"].update(resolve_conflicts="OVERWRITE")),
     "pod_networking.vpc_cni.resolve_conflicts"),
    *(("host-network-pods-have-no-policy", "dev", lambda c, app=app: c["workloads"][2].update(
        namespace="kube-system", pod_labels={"k8s-app": app}), "workloads[2].pod_labels")
      for app in ("node-local-dns", "aws-node", "kube-proxy")),
    ("workloads-select-other-pods", "dev",
     lambda c: c["workloads"][1].update(pod_labels={"app": "orders-api"}, service_account_labels=None), "workloads[1]"),
    *(("aws-node-starts-with-the-values", "dev", _env(AWS_VPC_K8S_CNI_VETHPREFIX=prefix),
       "pod_networking.env.AWS_VPC_K8S_CNI_VETHPREFIX") for prefix in ("vlan", "branc")),
    *(("aws-node-starts-with-the-values", "dev", _env(AWS_VPC_ENI_MTU=mtu), "pod_networking.env.AWS_VPC_ENI_MTU")
      for mtu in ("575", "9002", "jumbo")),
    ("aws-node-starts-with-the-values", "dev", _env(POD_MTU="9002"), "pod_networking.env.POD_MTU"),
    ("aws-node-starts-with-the-values", "dev", _env(AWS_VPC_K8S_PLUGIN_LOG_FILE="stdout"),
     "pod_networking.env.AWS_VPC_K8S_PLUGIN_LOG_FILE"),
    ("aws-node-starts-with-the-values", "dev", _env(IP_COOLDOWN_PERIOD="-1"), "pod_networking.env.IP_COOLDOWN_PERIOD"),
    ("aws-node-starts-with-the-values", "dev",
     _env(ENABLE_PREFIX_DELEGATION="true", WARM_PREFIX_TARGET="0", WARM_IP_TARGET="0"),
     "pod_networking.env.WARM_PREFIX_TARGET"),
    ("flows-are-known-for-the-variables", "dev", _env(AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG="true"),
     "pod_networking.env.AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG"),
    ("network-policies-do-not-cut-pods-off", "dev", _env(NETWORK_POLICY_ENFORCING_MODE="strict"),
     "pod_networking.env.NETWORK_POLICY_ENFORCING_MODE"),
    ("drift-is-watched", "dev", lambda c: c["pod_networking"]["drift"].update(every_minutes=0),
     "pod_networking.drift.every_minutes"),
    ("drift-is-heard-of", "dev", lambda c: c["pod_networking"]["drift"].update(repair=False),
     "pod_networking.drift.alarm_topic_arn"),
    ("acknowledgement-names-a-rule", "dev", lambda c: c.update(acknowledge={"drift-is-seen": "we have a pager"}),
     "acknowledge.drift-is-seen"),
    ("acknowledgement-is-needed", "dev", lambda c: c.update(acknowledge={"drift-is-watched": "we have a pager"}),
     "acknowledge.drift-is-watched"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "name", "change", "path"), CASES, ids=[f"{case[0]}:{case[3]}" for case in CASES])
def test_the_rule_finds_it_at_its_path(changed, rule, name, change, path):
    """A change that breaks the rule is found where it was made, with a fix."""
    found = [finding for finding in check(changed(name, change)) if finding.rule.id == rule]
    assert path in [finding.path for finding in found]
    assert all(finding.fix and finding.got for finding in found)


TOLD = {
    "peer-sees-pod-address": "false, and shop/orders-api, shop/orders-worker must reach peer data (10.99.0.0/16)",
    "workloads-let-each-other-pass": "tcp 8443 to shop/payments, which admits none of it",
    "peer-may-see-node-address": "false, and shop/one may send to peer data (100.64.0.0/16)",
    "no-vpc-range-among-external-services": "10.99.4.0/24, which has addresses of peer data (10.99.0.0/16)",
    "kubectl-reaches-eks": "false",
    "ranges-do-not-overlap": "10.60.9.0/24, which overlaps existing_network.cidr (10.60.0.0/16)",
    "ranges-fit-the-quota": "6",
    "vpc-range-holds-its-subnets": "10.20.0.0/23 for 2 zones",
    "zones-lie-in-the-region": "eu-west-2b in eu-west-1",
    "variables-fit-an-event": "8,289, with 0 ranges in exclude_snat_cidrs",
    "alarms-reach-their-topic": "one in us-east-1",
    "region-is-known": "eu-wset-1",
    "endpoint-lies-in-the-region": "one in us-east-1, and region is eu-west-1",
    "security-group-stays-in-its-region": "a group in us-east-1",
    "peer-side-is-ours": "one in 333333333333, this region",
    "accepter-role-accepts": "none for account 333333333333",
    "accepter-role-is-one-peers": "Peering-Accepter as for partner",
    "peer-side-admits-what-is-sent": "none of data for tcp 6379",
    "gateway-refers-to-groups": "a group behind tgw-0d1a2b3c4d5e6f701",
    "gateway-has-no-dns-option": "true",
    "gateway-takes-no-group-in-egress": "sg-0d1a2b3c4d5e6f703 of data",
    "peer-routes-return": "none, though the peer is needed by shop/orders-api, shop/orders-worker, "
    "the node cache (port 53)",
    "peer-owner-does-the-rest": "none: it must route 10.20.0.0/16 back and admit shop/orders-api, shop/orders-worker, "
    "the node cache (port 53)",
    "groups-are-named-once": "sg-00000000000000000 2 times",
    "rules-fit-a-group": "61 in the cluster's own group",
    "stack-holds-its-resources": "682 in namespace shop",
    "stack-exports-its-groups": "201 in namespace shop",
    "coredns-keeps-its-group": "k8s-app=kube-dns",
    "instance-type-has-the-architecture": "m7g.large in a group for x86_64",
    "coredns-configuration-is-known": "replicas",
    "corefile-answers-the-cluster": "none of kubernetes cluster.local, health, ready, forward",
    "instance-type-needs-no-driver": "g6.xlarge",
    "instance-types-are-alike": "m5.large: 9, m5.xlarge: 18",
    "flex-instances-carry-less": "m7i-flex.large with 3 branch ENIs (m7i.large has 9)",
    "trunk-leaves-addresses": "m7g.medium with 2 interfaces of 4 addresses",
    "branch-interfaces-suffice": "9 branch ENIs at most for 10 workloads",
    "cache-rollout-fits-its-limit": "'1%': 46 minutes for 91 nodes, limit 30",
    "interface-tags-are-taken": "'team=shop'",
    "cache-finds-its-nodes": "podnet.io/node-group=general, tier=web",
    "nodes-hold-the-cache": "4,890 MiB with the standby, and m5.large has 8,192",
    "vpc-cni-knows-the-variables": "v1.10.4-eksbuild.1, and POD_SECURITY_GROUP_ENFORCING_MODE came with v1.11.0",
    "kube-proxy-follows-kubernetes": "v1.36.0-eksbuild.1 for 1.35",
    "node-groups-follow-kubernetes": "1.31 for 1.35",
    "workloads-select-other-pods": "the labels of orders-api in shop/orders-worker",
}
FIXES = {
    "peer-sees-pod-address": "set external_snat: true, or add 10.99.0.0/16 to exclude_snat_cidrs",
    "arns-lie-in-the-partition": "give one that begins with arn:aws-us-gov:",
    "instance-type-is-known": "take m5.large or m5n.large or m5d.large",
    "autoscaler-knows-empty-groups": "set min_size: 1; or tag the node group k8s.io/cluster-autoscaler/node-template/"
    "resources/vpc.amazonaws.com/pod-eni=9, and acknowledge it; Karpenter needs neither",
    "addon-schema-has-the-variables": "write WARM_IP_TARGET, or set addon_configuration: false",
    "aws-node-knows-the-variables": "write WARM_IP_TARGET",
}


@pytest.mark.parametrize("rule", sorted(TOLD.keys() | FIXES.keys()))
def test_a_finding_tells_what_it_looked_at(changed, rule):
    """Numbers, names and ranges of the file, beside each other; and the fix with them, where it depends on them."""
    cases = [case for case in CASES if case[0] == rule]
    found = [one for _, name, change, _ in cases for one in check(changed(name, change)) if one.rule.id == rule]
    assert TOLD.get(rule, found[0].got) in [one.got for one in found]
    assert FIXES.get(rule, found[0].fix) in [one.fix for one in found]


@pytest.mark.parametrize(
    ("sent", "got"),
    [
        ({"protocol": "icmp", "to": {"peer": "data"}}, "none of data for icmp"),
        ({"port": 6379, "to": {"peer": "data"}}, "none of data for tcp 6379"),
        ({"port": 6379, "to": {"security_group_id": "sg-0d1a2b3c4d5e6f703"}}, "none of more for tcp 6379"),
        ({"port": 6379, "to": {"cidr": "10.99.4.0/24"}}, "none of data for tcp 6379"),
        ({"port": 6379, "to_port": 6380, "to": {"cidr": "10.7.0.9/32"}}, "none of more for tcp 6379-6380"),
    ],
)
def test_the_peer_that_does_not_admit_what_is_sent_is_named(changed, sent, got):
    """As the rule names it; where it names the group of two peers, one of them."""

    def change(content):
        side = {"security_group_id": content["peers"][0]["peer_side"]["security_group_id"]}
        more = {"name": "more", "vpc_id": "vpc-12345678", "cidr": "10.7.0.0/16", "peer_side": side}
        content["peers"].append(more)
        content["workloads"][1]["egress"].append(sent)

    found = [one for one in check(changed("dev", change)) if one.rule.id == "peer-side-admits-what-is-sent"]
    assert [one.got for one in found] == [got]


APP, TIER, OTHER_APP = {"pod_labels": {"app": "x"}}, {"pod_labels": {"tier": "x"}}, {"pod_labels": {"app": "y"}}
TEAM, OTHER_TEAM = ({"service_account_labels": {"team": team}} for team in "ab")


@pytest.mark.parametrize(
    ("selectors", "told"),
    [
        ([APP, TIER], ["9 groups by shop/w0, shop/w1"]),
        ([APP, TEAM], ["9 groups by shop/w0, shop/w1"]),
        ([APP, OTHER_APP], []),
        ([APP | TEAM, TIER | OTHER_TEAM], []),
        ([APP, TIER, TEAM], ["13 groups by shop/w0, shop/w1, shop/w2"]),
        ([APP, TEAM, OTHER_TEAM], ["9 groups by shop/w0, shop/w1", "9 groups by shop/w0, shop/w2"]),
        ([TEAM, APP | TEAM, TIER | OTHER_TEAM], ["9 groups by shop/w0, shop/w1"]),
        ([APP, TIER, OTHER_APP], ["9 groups by shop/w0, shop/w1", "9 groups by shop/w1, shop/w2"]),
    ],
)
def test_policies_meet_on_a_pod_unless_a_label_has_two_values(changed, selectors, told):
    """Labels of pods and those of service accounts keep workloads apart; each set that meets is told once."""

    def change(content):
        content["workloads"] = [
            {**selector, "name": f"w{i}", "namespace": "shop", "security_group_ids": _ids(12)[4 * i : 4 * i + 4]}
            for i, selector in enumerate(selectors)
        ]

    found = [one for one in check(changed("dev", change)) if one.rule.id == "policies-of-one-pod-fit-the-quota"]
    assert [one.got for one in found] == told


def test_every_rule_has_a_case():
    """A rule that is added without a case, or removed with its case left, is told here."""
    assert {case[0] for case in CASES} | {case[0] for case in BESIDE} == {rule.id for rule in RULES}


def test_rule_ids_are_unique_and_every_rule_tells_everything():
    """Id, what must hold, why, source, fix and paths are there, in the form of a sentence each."""
    assert len({rule.id for rule in RULES}) == len(RULES)
    for rule in RULES:
        texts = (rule.must, rule.why, rule.source, rule.fix)
        assert all(text and not text.endswith(".") for text in texts), rule.id
        assert rule.paths, rule.id


@pytest.mark.parametrize("name", ["dev", "prod", "existing"])
def test_of_shipped_environments_nothing_is_told_but_what_they_acknowledge(name):
    """What is shipped can be synthesized, and no rule warns of what is right there."""
    assert [str(finding) for finding in check(load(name)) if not finding.acknowledged] == []


@pytest.mark.parametrize(
    ("rule", "name", "change"),
    [
        ("peer-sees-pod-address", "dev", _pods(external_snat=False, exclude_snat_cidrs=["10.99.0.0/16"])),
        ("peer-sees-pod-address", "existing", _pods(external_snat=False)),
        *((rule, "existing", _around) for rule in ("peer-sees-pod-address", "peer-owner-does-the-rest")),
        ("stub-resolvers-serve-others", "existing",
         lambda c: (_around(c), _cache(stub_domains={"a.example": ["10.0.0.2"]})(c))),
        *(("stub-resolvers-serve-others", "dev", lambda c, cidr=cidr: (
            _behind_gateway(cidr)(c), _cache(stub_domains={"a.example": ["10.99.1.2"]})(c)))
          for cidr in ("10.99.1.0/29", "10.99.1.2/32")),
        *(("external-services-are-translated", "existing",
           lambda c, ranges=ranges: (_without_a_way_out(None)(c), _pods(external_snat=False)(c),
                                     _env(AWS_EXTERNAL_SERVICE_CIDRS=ranges)(c)))
          for ranges in ("192.168.0.0/16", "9.9.9.0/24")),
        ("external-services-are-translated", "existing",
         lambda c: (c["existing_network"].update(behind_nat=False), _cache(enabled=False)(c),
                    _pods(enforcing_mode="strict")(c), _env(AWS_EXTERNAL_SERVICE_CIDRS="192.168.0.0/16")(c))),
        ("rules-fit-a-group", "dev", _two_peers_of_one_group(60)),
        ("rules-fit-a-group", "existing", lambda c: c["workloads"][0].update(
            egress=[{"protocol": "all", "to": {"cidr": "0.0.0.0/0"}}],
            reaches=[{"port": 1 + i, **_GROUP} for i in range(60)])),
        ("custom-networking-finds-its-configs", "existing", _env(AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG="true")),
        ("custom-networking-finds-its-configs", "dev", _env(AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG="false")),
        *(("peer-owner-does-the-rest", "dev", lambda c, cache=cache: (
            _peer(peer_side=None)(c), c.update(workloads=[]), _cache(**cache)(c)))
          for cache in ({"stub_domains": {}}, {"enabled": False})),
        ("cluster-domain-is-that-of-eks", "existing", _cache(cluster_domain="corp.example")),
        ("cluster-domain-is-that-of-eks", "dev", _cache(cluster_domain="corp.example", enabled=False)),
        ("peers-lie-in-the-partition", "prod", lambda c: c["peers"][1].update(region="us-east-1")),
        ("peers-lie-in-the-partition", "prod", lambda c: c["peers"][1].update(
            region="us-gov-west-1", vpc_id=None, transit_gateway_id="tgw-0d1a2b3c4d5e6f701")),
        ("variable-has-its-form", "dev", _env(WARM_IP_TARGET="0", MAX_ENI="-1")),
        *(("workloads-let-each-other-pass", "dev", _pair(sent, received)) for sent, received in (
            ({"port": 9000}, {"port": 8000, "to_port": 9000}),
            ({"port": 9000}, {"protocol": "all"}),
            ({"port": 9000}, {"port": 9000, "from": {"cidr": "10.20.0.0/20"}}),
            ({"port": 9000, "to": {"cidr": "0.0.0.0/0"}}, {"port": 9000}),
            ({"port": 9000, "to": {"security_group_id": "sg-0a1b2c3d4e5f60718"}}, {"port": 9000}),
            ({"port": 9000, "to": {"prefix_list_id": "pl-0a1b2c3d4e5f60718"}}, {"port": 9000}))),
        ("workloads-let-each-other-pass", "dev",
         lambda c: (_pair({"port": 9000}, {"port": 9001})(c),
                    [one.update(security_group_ids=_ids(1)) for one in c["workloads"]])),
        ("addresses-suffice-for-the-nodes", "dev", _small("10.20.0.0/22", 83)),
        *(("addresses-suffice-for-the-nodes", "dev", lambda c, nodes=nodes, env=env: (
            _small("10.20.0.0/22", nodes)(c), c["pod_networking"].update(env=env))) for nodes, env in HELD_READY),
        ("addresses-suffice-for-the-nodes", "dev",
         lambda c: (_small("10.20.0.0/22", 45)(c), c["pod_networking"].pop("env"))),
        ("addresses-suffice-for-the-nodes", "dev",
         lambda c: (_small("10.20.0.0/22", 251)(c), c["pod_networking"].update(env={"WARM_ENI_TARGET": "0"}))),
        ("addresses-suffice-for-the-nodes", "dev",
         lambda c: (_small("10.20.0.0/22", 450)(c), _custom_networking("m5.large")(c))),
        ("trunk-leaves-addresses", "dev",
         lambda c: (_nodes("m7g.medium")(c), _env(ENABLE_PREFIX_DELEGATION="true")(c))),
        ("trunk-leaves-addresses", "dev", _custom_networking("m7g.medium")),
        # other rules tell of a type that is not known, and of one without a trunk
        ("custom-networking-needs-a-third-interface", "dev", _custom_networking("m55.large", "t3.nano")),
        ("stub-resolvers-are-reached", "existing",
         lambda c: (_without_a_way_out(None)(c), _cache(upstreams=["10.60.0.53", "169.254.169.253"])(c))),
        ("peer-sees-pod-address", "dev",
         lambda c: (_pods(external_snat=False)(c), _only_egress(c, {"cidr": "10.20.0.0/16"}),
                    _workload(ingress=_from({"peer": "data"}, 1))(c))),
        ("node-cache-needs-standard", "dev",
         lambda c: (_pods(enforcing_mode="strict")(c), _cache(enabled=False)(c))),
        ("excluded-ranges-have-effect", "dev", _pods(external_snat=False, exclude_snat_cidrs=["10.99.0.0/16"])),
        *(("no-vpc-range-among-external-services", "dev", _env(AWS_EXTERNAL_SERVICE_CIDRS=ranges))
          for ranges in ("198.51.100.0/24", "198.51.100.0/24, ")),
        ("external-services-are-translated", "dev",
         lambda c: (_pods(external_snat=False, exclude_snat_cidrs=["10.99.0.0/16"])(c),
                    _env(AWS_EXTERNAL_SERVICE_CIDRS="198.51.100.0/24")(c))),
        ("external-services-are-translated", "dev",
         lambda c: (_pods(enforcing_mode="strict")(c), _cache(enabled=False)(c),
                    _env(AWS_EXTERNAL_SERVICE_CIDRS="198.51.100.0/24")(c))),
        ("peer-may-see-node-address", "dev", lambda c: _only_egress(c, None)),
        ("peer-may-see-node-address", "dev",
         lambda c: (_pods(external_snat=False)(c), _only_egress(c, None),
                    _workload(reaches=[{"peer": "data", "port": 5432}])(c))),
        ("peer-may-see-node-address", "dev",
         lambda c: (_pods(external_snat=False)(c), _only_egress(c, {"cidr": "10.20.0.0/16"}))),
        ("nodes-stand-behind-nat", "existing",
         lambda c: (c["existing_network"].update(behind_nat=False), _pods(external_snat=False)(c))),
        *((rule, "existing", _without_a_way_out(None)) for rule in ("nodes-stand-behind-nat", "nat-is-told-of")),
        *(("nodes-reach-the-image", "existing", _without_a_way_out(f"{host}/cache:1"))
          for host in ("111111111111.dkr.ecr.eu-west-1.amazonaws.com", "111111111111.dkr-ecr.eu-west-1.on.aws")),
        ("nodes-reach-the-image", "existing", lambda c: c["existing_network"].update(behind_nat=False)),
        *(("nodes-reach-the-image", "dev", lambda c, cache=cache: (c.update(region="cn-north-1"), _cache(**cache)(c)))
          for cache in ({"enabled": False}, {"image": "mirror.example.cn/dns/k8s-dns-node-cache:1.26.8"})),
        ("nodes-reach-the-image", "existing", lambda c: (_without_a_way_out(None)(c), _cache(enabled=False)(c))),
        ("strict-mode-needs-no-ipvs", "dev", _pods(enforcing_mode="strict")),
        ("nftables-needs-a-newer-cni", "dev", _pods(kube_proxy_mode="nftables")),
        ("nftables-needs-a-newer-cni", "dev", _cni("v1.22.4-eksbuild.1")),
        ("nftables-needs-a-newer-cni", "dev", _cni("v1.23.0-eksbuild.1", kube_proxy_mode="nftables")),
        ("vpc-cni-knows-the-variables", "dev", _cni("v1.11.0-eksbuild.1")),
        *(("drift-is-heard-of", "prod", lambda c, drift=drift: c["pod_networking"].update(drift=drift))
          for drift in ({"repair": False, "alarm_topic_arn": "arn:aws:sns:eu-west-1:222222222222:alarms"},
                        {"repair": False, "every_minutes": 0})),
        ("strict-mode-needs-no-ipvs", "dev", _pods(kube_proxy_mode="ipvs")),
        ("kube-proxy-leads-around-the-cache", "dev",
         lambda c: (_pods(kube_proxy_mode="ipvs")(c), _cache(enabled=False)(c))),
        ("nat-is-told-of", "existing", lambda c: c["existing_network"].update(behind_nat=False)),
        ("nat-is-told-of", "existing",
         lambda c: (c["existing_network"].pop("behind_nat"), _pods(external_snat=False)(c))),
        ("nat-is-told-of", "existing",
         lambda c: (c["existing_network"].pop("behind_nat"),
                    _pods(external_snat=False, exclude_snat_cidrs=["10.0.0.0/8"])(c))),
        ("stub-resolvers-are-reached", "dev", _cache(stub_domains={"a.example": ["9.9.9.9", "169.254.169.253"]})),
        ("stub-domains-leave-the-cluster-its-names", "dev", _cache(stub_domains={"10.in-addr.arpa": ["10.99.1.53"]})),
        ("vpc-range-holds-its-subnets", "dev", lambda c: c["network"].update(cidr="10.20.0.0/22")),
        ("stack-exports-its-groups", "dev", _full_namespace(201, reaches=[])),  # of a single namespace
        ("stack-exports-its-groups", "dev",
         lambda c: (_full_namespace(201, reaches=[])(c), c["workloads"][0].update(namespace="other"))),
        ("stack-holds-its-resources", "dev",
         _full_namespace(124, ingress=_from({"cluster": True}, 2), egress=None, reaches=[])),
        ("stack-holds-its-resources", "dev",
         _full_namespace(240, ingress=_from({"cidr": "10.20.0.0/16"}, 3), egress=None, reaches=[])),
        ("groups-fit-the-quota", "dev", _workload(security_group_ids=_ids(3))),
        ("groups-fit-an-interface", "dev", _workload(security_group_ids=_ids(14))),
        ("groups-fit-the-quota", "dev", _workload(security_group_ids=_ids(15))),  # the rule for an interface tells it
        ("groups-are-named-once", "dev", _workload(security_group_ids=_ids(3))),
        ("policies-of-one-pod-fit-the-quota", "dev", _workload(security_group_ids=_ids(13))),  # 16 with the other's
        ("given-groups-lie-in-this-vpc", "dev",
         lambda c: (c["peers"][0].update(account=c["account"], region=c["region"]), _only_egress(c, _GROUP))),
        ("policies-of-one-pod-fit-the-quota", "dev",
         lambda c: (_only_egress(c, None), _workload(security_group_ids=_ids(15))(c))),
        ("given-groups-lie-in-this-vpc", "existing", _workload(security_group_ids=_ids(1))),
        ("given-groups-lie-in-this-vpc", "existing", _workload(egress=[{"port": 5432, "to": _GROUP}])),
        ("given-groups-lie-in-this-vpc", "dev", lambda c: _only_egress(c, _GROUP)),  # the peer's
        ("groups-fit-the-quota", "dev",
         lambda c: c.update(workloads=[{"name": "one", "namespace": "shop", "pod_labels": {"app": "one"},
                                        "security_group_ids": _ids(4)}])),
        *(("service-range-is-private", "dev", lambda c, cidr=cidr: c["cluster"].update(service_cidr=cidr))
          for cidr in ("10.100.0.0/24", "172.16.0.0/12", "192.168.0.0/16")),
        ("cache-ports-differ", "dev", _cache(health_port=65_535)),
        ("cache-ports-differ", "dev", _cache(metrics_port=8081)),
        ("cache-ports-differ", "dev",
         lambda c: (_cni("v1.23.0-eksbuild.1")(c), _cache(metrics_port=50_051, health_port=50_052)(c))),
        ("stub-domains-leave-the-cluster-its-names", "dev",
         _cache(stub_domains={LONGEST_ZONE: ["10.99.1.53"]}, cluster_domain=LONGEST_ZONE[2:] + ".b")),
        ("gateway-needs-no-accepter", "dev", _behind_gateway("10.99.0.0/16")),
        ("gateway-has-no-dns-option", "dev", _peer(dns_resolution=False)),
        ("gateway-has-no-dns-option", "dev",
         lambda c: (_behind_gateway("10.99.0.0/16")(c), _peer(dns_resolution=None)(c))),
        ("gateway-takes-no-group-in-egress", "dev",
         lambda c: _only_egress(c, {"security_group_id": "sg-0d1a2b3c4d5e6f703"})),
        *(("gateway-takes-no-group-in-egress", "dev",
           lambda c, to=to: (_behind_gateway("10.99.0.0/16")(c), _only_egress(c, to)))
          for to in ({"peer": "data"}, {"security_group_id": "sg-0d1a2b3c4d5e6f704"})),
        ("gateway-takes-no-group-in-egress", "dev", _gateway_beside_a_connection),
        ("peer-routes-return", "dev",
         _by_the_peers_group(reaches=[{"port": 5432, "security_group_id": "sg-0d1a2b3c4d5e6f704"}])),
        ("gateway-takes-no-group-in-egress", "dev",
         lambda c: (_behind_gateway("10.99.0.0/16")(c), _reaches_the_peers_group(c, None))),
        ("gateway-refers-to-groups", "dev",
         _peer(vpc_id=None, transit_gateway_id="tgw-0d1a2b3c4d5e6f701", peer_side={"route_table_ids": []})),
        ("peers-of-an-existing-cluster", "existing", lambda c: None),
        *(("flex-instances-carry-less", "dev", _nodes(name))
          for name in ("m7i-flex.12xlarge", "m99-flex.large", "m5-flex.large")),
        ("instance-type-has-the-architecture", "dev", _nodes("m99g.large")),
        ("coredns-configuration-is-known", "dev", _core_dns(replicaCount=3, corefile=COREFILE)),
        ("coredns-configuration-is-known", "dev",
         _core_dns(autoScaling={"enabled": True, "minReplicas": 2, "maxReplicas": 9}, podLabels={"team": "shop"})),
        ("corefile-answers-the-cluster", "dev", _core_dns(replicaCount=3)),
        *(("corefile-answers-the-cluster", "dev", _core_dns(corefile=text))
          for text in (COREFILE, "cluster.local {\n kubernetes\n}\n. {\n health\n ready\n forward . 10.0.0.2\n}\n",
                       COREFILE.replace("cluster.local", "Cluster.Local."))),
        *(("instance-type-needs-no-driver", "dev", _nodes(name))
          for name in ("m7g.large", "u7i-12tb.224xlarge", "i4i.large", "m5.large")),
        ("instance-types-are-alike", "dev", _nodes("m5.large", "m5d.large")),
        ("instance-type-has-a-trunk", "dev", _nodes("m99.large")),
        ("trunk-leaves-addresses", "dev", _nodes("t3.micro")),
        ("autoscaler-knows-empty-groups", "dev", _nodes("m99.large", min_size=0)),
        ("autoscaler-knows-empty-groups", "dev", lambda c: (_nodes("m5.large", min_size=0)(c), c.update(workloads=[]))),
        ("coredns-has-nodes", "existing", lambda c: None),
        ("branch-interfaces-suffice", "dev", lambda c: (_many_workloads(c), c["workloads"].pop())),
        ("branch-interfaces-suffice", "dev",
         lambda c: (_many_workloads(c), c["node_groups"].append({"name": "new", "instance_types": ["m99.large"]}))),
        ("cache-rollout-fits-its-limit", "dev", _nodes("m5.large", max_size=90)),
        *(("cache-finds-its-nodes", "dev",
           lambda c, labels=labels: (_nodes("m5.large", labels={"tier": "web"})(c), _cache(node_labels=labels)(c)))
          for labels in ({"tier": "web"}, {"podnet.io/node-group": "general", "kubernetes.io/arch": "amd64"},
                         {"node.kubernetes.io/instance-type": "m5.large", "tier": "web"},
                         {"eks.amazonaws.com/capacityType": "ON_DEMAND"})),
        ("cache-finds-its-nodes", "dev", _cache(node_labels={"tier": "web"}, enabled=False)),
        ("cache-finds-its-nodes", "existing", _cache(node_labels={"tier": "web"})),
        ("nodes-hold-the-cache", "dev", _cache(cache_capacity=300_000)),
        ("nodes-hold-the-cache", "dev", _cache(cpu_request="1")),
        ("nodes-fit-the-quota", "dev", _nodes("m5.large", max_size=450)),
        *(("interface-tags-are-taken", "dev", _env(ADDITIONAL_ENI_TAGS=text))
          for text in ("{}", f'{{"{"k" * 128}": "{"v" * 256}", "Kosten-Stelle: 7/é": ""}}')),
        ("nodes-hold-the-cache", "dev", _cache(cpu_request="99", cache_capacity=1_000_000, enabled=False)),
        ("nodes-hold-the-cache", "dev",
         lambda c: (_nodes("i4i.large", "m5.8xlarge")(c), _cache(cache_capacity=1_000_000)(c))),
        ("nodes-hold-the-cache", "dev", lambda c: (
            _cache(cache_capacity=400_000, node_labels={"tier": "large"})(c),
            c["node_groups"].append({"name": "large", "instance_types": ["m5.4xlarge"], "labels": {"tier": "large"}}))),
        ("cache-rollout-fits-its-limit", "dev",
         lambda c: (_nodes("m5.large", max_size=91)(c), _cache(enabled=False)(c))),
        ("cache-rollout-fits-its-limit", "existing", _cache(max_unavailable="10%")),
        ("cache-rollout-fits-its-limit", "dev",
         lambda c: (_nodes("m5.large", max_size=91)(c), _cache(max_unavailable="10%", min_ready_seconds=20)(c))),
        ("vpc-cni-is-recommended", "dev", _cni("v1.17.1-eksbuild.1")),
        ("addon-takes-a-configuration", "dev", _cni("v1.12.0-eksbuild.1")),
        ("addon-takes-a-configuration", "existing", _cni("v1.11.5-eksbuild.1")),
        ("addon-takes-a-configuration", "dev", _cni("v1.11.5-eksbuild.1", addon_configuration=False)),
        ("addon-takes-init-variables", "existing", _cni("v1.14.1-eksbuild.1")),
        ("addon-takes-init-variables", "dev", _cni("v1.15.1-eksbuild.1")),
        ("addon-takes-init-variables", "dev", _cni("v1.14.1-eksbuild.1", disable_tcp_early_demux=False)),
        ("addon-update-keeps-the-values", "dev",
         lambda c: (c["pod_networking"].update(addon_configuration=False),
                    c["pod_networking"]["vpc_cni"].update(resolve_conflicts="PRESERVE"))),
        ("addon-update-keeps-the-values", "dev",
         lambda c: c["pod_networking"]["vpc_cni"].update(resolve_conflicts="OVERWRITE")),
        ("addon-update-keeps-the-values", "existing",
         lambda c: (c["pod_networking"].update(addon_configuration=False),
                    c["pod_networking"]["vpc_cni"].update(resolve_conflicts="OVERWRITE"))),
        ("aws-node-knows-the-variables", "dev", _env(WARM_IP_TARGT="4")),
        *((rule, "existing", _env(ENABLE_SUBNET_DISCOVERY="true"))
          for rule in ("aws-node-knows-the-variables", "addon-schema-may-lack-the-variable")),
        ("addon-schema-has-the-variables", "dev", _env(ENABLE_SUBNET_DISCOVERY="true")),
        ("aws-node-starts-with-the-values", "dev", _env(WARM_PREFIX_TARGET="0", WARM_IP_TARGET="0")),
        ("addon-takes-init-variables", "dev", _cni("v1.14.1-eksbuild.1", addon_configuration=False)),
        ("kubectl-reaches-eks", "existing", lambda c: c["existing_cluster"].update(endpoint="private")),
        ("kubectl-reaches-eks", "existing", lambda c: c["existing_network"].pop("behind_nat")),
        ("kubectl-reaches-eks", "dev", _into_an_existing_vpc(behind_nat=True)),
        ("zones-lie-in-the-region", "existing",
         lambda c: c["existing_network"].update(availability_zones=["eu-west-1a", "eu-west-1b", "eu-west-1a"],
                                                private_subnet_ids=[f"subnet-{i:017x}" for i in range(3)])),
        ("instance-type-has-the-architecture", "dev", _nodes("c7gn.xlarge", architecture="arm64")),
        ("kube-proxy-follows-kubernetes", "dev",
         lambda c: c["cluster"].update(kube_proxy_version="v1.32.0-eksbuild.1")),
        ("addon-schema-has-the-variables", "dev", lambda c: (_env(ODD="1")(c), _pods(addon_configuration=False)(c))),
        ("accepter-role-is-one-peers", "prod", _second_accepter("second-accepter")),
        ("accepter-role-is-one-peers", "prod", _second_accepter("peering-accepter", "444444444444")),
        ("peer-side-is-ours", "dev", _peer(account="111111111111", region="eu-west-1")),
        ("peer-side-is-ours", "dev", _abroad),
        *(("security-group-stays-in-its-region", "dev", _peer(region="us-east-1", peer_side=side))
          for side in (None, {})),
        *((rule, "dev", lambda c, side=side: (_peer(peer_side=side)(c), _only_egress(c, {"cidr": "10.20.0.0/16"}),
                                              _cache(stub_domains={})(c)))
          for rule, side in (("peer-owner-does-the-rest", None), ("peer-routes-return", {}))),
        *(("peer-side-admits-what-is-sent", "dev", lambda c, sent=sent: c["workloads"][1]["egress"].append(sent))
          for sent in (
            {"port": 5432, "to": {"peer": "data"}},
            {"port": 5000, "to_port": 6000, "to": {"security_group_id": "sg-0d1a2b3c4d5e6f703"}},
            {"protocol": "all", "to": {"peer": "data"}},
            {"port": 6379, "to": {"security_group_id": "sg-0d1a2b3c4d5e6f7ff"}},
            {"port": 5432, "to": {"cidr": "10.99.4.0/24"}},
            {"port": 6379, "to": {"cidr": "10.0.0.0/8"}},
            {"port": 6379, "to": {"cidr": "10.20.4.0/24"}})),
        ("peer-side-admits-what-is-sent", "dev", lambda c: (
            c["workloads"][1]["egress"].append({"port": 6379, "to": {"peer": "data"}}),
            c["workloads"][1]["reaches"].append({"port": 6379, "security_group_id": "sg-0d1a2b3c4d5e6f703"}))),
        ("peer-side-admits-what-is-sent", "dev", lambda c: (
            c["peers"][0]["peer_side"].pop("security_group_id"),
            c["workloads"][1]["egress"].append({"port": 6379, "to": {"peer": "data"}}))),
        ("accepter-role-accepts", "dev", _peer(accepter_role_arn="arn:aws:iam::111111111111:role/accepter")),
        ("peer-routes-return", "dev", _peer(region="us-east-1", peer_side={})),
        ("peer-owner-does-the-rest", "dev", lambda c: c["peers"].append(
            {"name": "unused", "vpc_id": "vpc-0f9a2b3c4d5e6f709", "cidr": "10.96.0.0/16"})),
        ("accepter-role-accepts", "existing",
         lambda c: (_other_cluster_peers(c), _peer(account="333333333333")(c))),
        ("accepter-role-accepts", "dev",
         lambda c: (_behind_gateway("10.99.0.0/16")(c), _peer(account="333333333333", peer_side=None)(c))),
        ("coredns-keeps-its-group", "dev", _workload(pod_labels={"k8s-app": "kube-dns"})),
        *((rule, "dev",
           lambda c: c["workloads"][2].update(namespace="kube-system", pod_labels={"k8s-app": "metrics-server"}))
          for rule in ("coredns-keeps-its-group", "host-network-pods-have-no-policy")),
        ("host-network-pods-have-no-policy", "dev", _workload(pod_labels={"k8s-app": "node-local-dns"})),
        ("workloads-select-other-pods", "dev",
         lambda c: [workload.update(service_account_labels={"team": "a"}) for workload in c["workloads"]]),
        ("workloads-select-other-pods", "dev", lambda c: c["workloads"][1].update(pod_labels={"app": "orders-api"})),
        ("workloads-select-other-pods", "dev", lambda c: c["workloads"][2].update(pod_labels={"app": "orders-api"})),
        ("aws-node-starts-with-the-values", "dev", _env(ENABLE_PREFIX_DELEGATION="true", WARM_IP_TARGET="0")),
        ("aws-node-starts-with-the-values", "dev", _env(AWS_VPC_K8S_CNI_VETHPREFIX="bran")),
        ("aws-node-starts-with-the-values", "dev", _env(AWS_VPC_K8S_CNI_VETHPREFIX="eni", AWS_VPC_ENI_MTU="1500")),
        ("flows-are-known-for-the-variables", "dev", _env(AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG="false")),
        *(("vpc-cni-starts-with-its-rights", "dev", _cni(version, env=env))
          for version, env in (("v1.21.2-eksbuild.2", {}), ("v1.22.2-eksbuild.1", {}),
                               ("v1.22.1-eksbuild.2", {"ENABLE_SUBNET_DISCOVERY": "false"}),
                               ("v1.22.1-eksbuild.2", {"AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG": "true"}))),
        ("custom-networking-needs-a-third-interface", "dev", _custom_networking("m5.large")),
        ("custom-networking-needs-a-third-interface", "dev", _nodes("m7g.medium", architecture="arm64")),
        ("network-policies-do-not-cut-pods-off", "dev", _env(NETWORK_POLICY_ENFORCING_MODE="standard")),
        ("ranges-do-not-overlap", "dev", _behind_gateway("10.0.0.0/8")),
        ("ranges-do-not-overlap", "dev",
         lambda c: (_behind_gateway("10.99.0.0/16")(c), _peer(further_cidrs=["10.0.0.0/12"])(c))),
        ("ranges-do-not-overlap", "dev", _peer(further_cidrs=_blocks(4))),
        ("ranges-are-of-hosts", "dev", _peer(further_cidrs=["100.64.0.0/16", "1.0.0.0/16", "223.255.0.0/16"])),
        ("ranges-are-of-hosts", "dev", _peer(further_cidrs=["126.255.0.0/16", "128.0.0.0/16", "169.255.0.0/16"])),
        ("ranges-fit-the-quota", "dev", _peer(further_cidrs=_blocks(4))),
        ("connections-fit-the-quota", "dev", _peers(50, "vpc_id", "vpc")),
        ("connections-fit-a-role", "dev", _peers(51, "vpc_id", "vpc")),
        ("connections-fit-a-role", "dev", _peers(60, "transit_gateway_id", "tgw")),
        ("connections-fit-a-role", "existing", _peers(52, "vpc_id", "vpc")),
        ("connections-fit-a-role", "dev",
         lambda c: (_peers(49, "vpc_id", "vpc")(c), c.update(region="cn-northwest-1"))),
        ("connections-fit-the-quota", "existing", _peers(51, "vpc_id", "vpc")),
        ("gateways-fit-a-vpc", "dev", _peers(5, "transit_gateway_id", "tgw")),
        ("gateways-fit-a-vpc", "dev",
         lambda c: (_peers(6, "transit_gateway_id", "tgw")(c), _connected(c["peers"][0]))),
        ("gateways-fit-a-vpc", "dev",
         lambda c: (_peers(12, "transit_gateway_id", "tgw")(c),
                    [peer.update(transit_gateway_id=f"tgw-{i % 5:017x}") for i, peer in enumerate(c["peers"])])),
        ("node-groups-fit-the-quota", "dev", _groups_of_nodes(30)),
        ("ranges-fit-the-quota", "dev",
         lambda c: (_behind_gateway("10.99.0.0/16")(c), _peer(further_cidrs=_blocks(9))(c))),
        ("vpc-range-fits-a-vpc", "existing", _further("100.64.0.0/16")),
        ("peer-sees-pod-address", "dev",
         lambda c: (_pods(external_snat=False, exclude_snat_cidrs=["10.99.0.0/16", "100.64.0.0/16"])(c),
                    _peer(further_cidrs=["100.64.0.0/16"])(c))),
        ("peer-sees-pod-address", "dev",
         lambda c: (_pods(external_snat=False, exclude_snat_cidrs=["10.99.0.0/16"])(c),
                    _peer(further_cidrs=["100.64.0.0/16"])(c), _only_egress(c, {"cidr": "10.99.4.0/24"}))),
        ("peer-may-see-node-address", "dev",
         lambda c: (_pods(external_snat=False)(c), _peer(further_cidrs=["100.64.0.0/16"])(c),
                    _only_egress(c, {"cidr": "100.64.4.0/24"}))),
        ("stub-resolvers-are-reached", "dev",
         lambda c: (_peer(further_cidrs=["10.97.0.0/16"])(c), _cache(upstreams=["10.97.0.53"])(c))),
        ("stub-resolvers-are-reached", "existing",
         lambda c: (_further("10.61.0.0/16")(c), _cache(upstreams=["10.61.0.53"])(c))),
        ("stub-resolvers-serve-others", "dev",
         lambda c: (_peer(further_cidrs=["100.64.0.0/16"])(c), _cache(upstreams=["100.64.0.3"])(c))),
        ("stub-resolvers-serve-others", "existing", _cache(upstreams=["10.60.0.2"])),
        ("rules-fit-a-group", "dev", lambda c: (_many_ranges("ingress")(c), _peer(further_cidrs=[])(c))),
        ("rules-fit-a-group", "dev", _many_reach("peer", 60)),
        ("rules-fit-a-group", "dev", _workload(ingress=_from({"cluster": True}, 60))),
        ("rules-fit-a-group", "dev",
         lambda c: (_peer(peer_side=None)(c),
                    _workload(reaches=[{"port": 1 + i, "peer": "data"} for i in range(61)])(c))),
        ("rules-fit-a-group", "dev", _many_reach("cluster", 56)),
        ("rules-fit-a-group", "existing", _to_the_cluster_and_its_id(57)),
        ("coredns-has-nodes", "prod", lambda c: c["node_groups"][1].update(desired_size=0)),
        *(("endpoint-ranges-are-public", "dev", lambda c, cidr=cidr: c["cluster"].update(endpoint_cidrs=[cidr]))
          for cidr in ("0.0.0.0/0", "100.63.0.0/16", "100.128.0.0/9", "223.255.255.0/24")),
        ("variables-fit-an-event", "dev", _env(**{f"V{number}": "x" * 1000 for number in range(7)})),
        ("peer-routes-return", "existing", _group_at_a_peer),
        ("alarms-reach-their-topic", "prod", lambda c: c["pod_networking"]["drift"].update(
            alarm_topic_arn="arn:aws:sns:us-east-1:222222222222:alarms", every_minutes=0)),
        *(("region-is-known", "existing", lambda c, region=region: c.update(region=region))
          for region in ("me-west-1", "ap-southeast-7", "us-gov-east-1", "eusc-de-east-1", "cn-northwest-1")),
        ("region-is-known", "prod", lambda c: c["peers"][1].update(region="ap-east-2")),
        ("arns-lie-in-the-partition", "prod", lambda c: None),
        *(("arns-lie-in-the-partition", "dev", lambda c, region=region, partition=partition: (
            c.update(region=region), _peer(accepter_role_arn=f"arn:{partition}:iam::111111111111:role/a")(c),
            c["cluster"].update(admin_role_arns=[f"arn:{partition}:iam::111111111111:role/b"])))
          for region, partition in (("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov"),
                                    ("eusc-de-east-1", "aws-eusc"), ("us-iso-east-1", "aws-iso"),
                                    ("us-isob-east-1", "aws-iso-b"), ("ap-south-1", "aws"))),
        *(("endpoint-lies-in-the-region", "existing",
           lambda c, host=host: c["existing_cluster"].update(endpoint_url=f"https://{host}"))
          for host in ("0A1B.GR7.EU-WEST-1.eks.amazonaws.com", "0A1B.gr7.eu-west-1.eks.amazonaws.com:443",
                       "10.0.0.1:6443", "a.us-east-1.eks.amazonaws.com.example")),
        ("kubernetes-version-has-a-kubectl", "dev", lambda c: c["cluster"].update(kubernetes_version="1.33")),
        ("strict-admits-plain-pods", "dev", lambda c: (_pods(enforcing_mode="strict")(c), c.pop("workloads"))),
        *(("node-groups-follow-kubernetes", "dev", _nodes("m5.large", kubernetes_version=version))
          for version in ("1.35", "1.32")),
        *(("image-knows-the-flags", "dev", _cache(**{"image": f"mirror.example.com/{image}", **values}))
          for image, values in (("k8s-dns-node-cache:1.26.5", {}), ("k8s-dns-node-cache:1.100.0-a", {}),
                                ("k8s-dns-node-cache:ours-1.2.3", {}), ("my-cache:1.0.0", {}),
                                ("k8s-dns-node-cache:1.25.0", {"enabled": False}))),
    ],
)  # fmt: skip
def test_the_rule_lets_pass_what_is_right(changed, rule, name, change):
    """The nearest right setting is not found."""
    assert rule not in [finding.rule.id for finding in check(changed(name, change))]


@pytest.mark.parametrize("values", [{}, {"cache_capacity": 1_000_000}, {"stub_domains": {}}])
def test_what_nodes_must_hold_is_what_the_cache_requests(changed, values):
    """The rule counts as the chart does, which the review does not import."""
    cache = changed("dev", _cache(**values)).pod_networking.dns_cache
    assert memory_mi(cache) == Options(**cache.options()).worst_case_memory_mi


@pytest.mark.parametrize(("region", "words"), [("eu-wset-1", "write eu-west-1 or "), ("zz-moon-9", "mend its name")])
def test_a_region_that_is_not_known_may_be_mistyped_or_new(changed, region, words):
    """A new one looks like its neighbours: to name these alone would lead to another region."""
    found = {finding.rule.id: finding.fix for finding in check(changed("existing", lambda c: c.update(region=region)))}
    assert found["region-is-known"].startswith(words)
    assert "acknowledge this rule for a region that is newer" in found["region-is-known"]


def test_a_finding_names_the_ranges_of_a_peer_that_it_is_about(changed):
    """Of three ranges one is excluded, and one is reached by nobody."""

    def change(content):
        _pods(external_snat=False, exclude_snat_cidrs=["10.99.0.0/16"])(content)
        _peer(further_cidrs=["100.64.0.0/16", "100.65.0.0/16"])(content)
        _only_egress(content, {"cidr": "100.65.4.0/24"})

    found = {finding.rule.id: finding for finding in check(changed("dev", change))}
    assert found["peer-sees-pod-address"].got == "false, and shop/one must reach peer data (100.65.0.0/16)"
    assert found["peer-sees-pod-address"].fix.endswith("add 100.65.0.0/16 to exclude_snat_cidrs")
    assert "peer-may-see-node-address" not in found


def test_a_peers_owner_is_told_of_all_ranges_that_must_be_routed_back(changed):
    """An existing VPC's own further ranges count."""
    settings = changed("existing", lambda c: (_further("100.64.0.0/16")(c), _group_at_a_peer(c)))
    alone = settings.peers[0].model_copy(update={"peer_side": None})
    (found,) = [
        finding
        for finding in check(settings.model_copy(update={"peers": (alone,)}))
        if finding.rule.id == "peer-owner-does-the-rest"
    ]
    assert "it must route 10.60.0.0/16, 100.64.0.0/16 back" in found.got


@pytest.mark.parametrize(
    ("pods", "cure"),
    [
        ({}, "or set external_snat: false and exclude the peers' ranges"),
        (
            {"enforcing_mode": "strict", "external_snat": False},
            "or set enforcing_mode: standard and external_snat: false",
        ),
        (
            {"external_snat": False, "exclude_snat_cidrs": ["0.0.0.0/0"]},
            "or take the internet out of exclude_snat_cidrs",
        ),
    ],
)
def test_what_brings_pods_of_public_subnets_to_the_internet_depends_on_the_mode(changed, pods, cure):
    """In strict mode pods with groups of their own are never translated: external_snat: false alone does not help."""

    def change(content):
        content["existing_network"]["behind_nat"] = False
        content["pod_networking"].update(pods, dns_cache={"enabled": False})

    (found,) = [one for one in check(changed("existing", change)) if one.rule.id == "nodes-stand-behind-nat"]
    assert cure in found.fix


def test_types_that_another_rule_refuses_are_not_named_in_the_place_of_an_unknown_one(changed):
    """Neither those with accelerators nor those without a trunk, nor one on which the image does not start."""
    found = {one.got: one.fix for one in check(changed("dev", _nodes("foo.large", "t3.lage", "g6.xlarg", "a1.meta")))}
    assert found["foo.large"].startswith("take ")
    for fix in (found["foo.large"], found["t3.lage"], found["g6.xlarg"], found["a1.meta"]):
        assert not {"t3.large", "t2.large", "g6.xlarge", "g6f.large", "a1.metal"} & {
            *fix.replace("take ", "").split(" or ")
        }


@pytest.mark.parametrize(
    ("variable", "fix"),
    [
        ("AWS_VPC_K8S_CNI_EXTERNAL_SNAT", "use pod_networking.external_snat"),
        ("ENABLE_PODENI", "remove it: podnet sets ENABLE_POD_ENI itself"),
        ("WARM_IP_TARGETS", "write WARM_IP_TARGET, or set addon_configuration: false"),
    ],
)
def test_a_mistyped_variable_that_has_a_setting_is_led_there(changed, variable, fix):
    """The variable itself would be refused in its turn."""
    found = {one.path: one.fix for one in check(changed("dev", _env(**{variable: "true"})))}
    assert found[f"pod_networking.env.{variable}"] == fix
