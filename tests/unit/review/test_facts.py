"""What is known to break, and who tells it before a deploy: a rule, a flow, or the form of the settings."""

import pytest

from review import check
from review.flows import Conditions, flows_of, predict
from settings import SettingsError


def _pods(**values):
    return lambda c: c["pod_networking"].update(values)


def _env(**values):
    return lambda c: c["pod_networking"].update(env=values)


def _strict(**values):
    def change(c):
        c["pod_networking"].update(enforcing_mode="strict", **values)
        c["pod_networking"]["dns_cache"]["enabled"] = False

    return change


def _types(*types):
    return lambda c: c["node_groups"][0].update(instance_types=list(types))


def _groups(number):
    return lambda c: c["workloads"][0].update(security_group_ids=[f"sg-{i:017x}" for i in range(number)])


def _kube_system(**labels):
    return lambda c: c["workloads"][2].update(namespace="kube-system", pod_labels=labels)


# what breaks, how a file says it, which rule tells it
BY_RULE = [
    ("strict mode and a node cache", _pods(enforcing_mode="strict"), "node-cache-needs-standard"),
    ("strict mode, probes with early demux", _strict(disable_tcp_early_demux=False), "strict-needs-early-demux-off"),
    ("strict mode: NodePort Local, ipvs, the node's services", _strict(), "strict-loses-node-services"),
    ("standard before VPC CNI 1.11", lambda c: c["pod_networking"]["vpc_cni"].update(version="v1.10.4-eksbuild.1"),
     "vpc-cni-knows-the-variables"),
    ("a peer behind the node's SNAT", _pods(external_snat=False), "peer-sees-pod-address"),
    ("a peer among external services", _env(AWS_EXTERNAL_SERVICE_CIDRS="10.99.0.0/16"),
     "no-vpc-range-among-external-services"),
    ("exclusions without translation", _pods(exclude_snat_cidrs=["10.99.0.0/16"]), "excluded-ranges-have-effect"),
    ("a name that the add-on's closed schema lacks", _env(WARM_IP_TARGT="4"), "addon-schema-has-the-variables"),
    ("the init container's variable among aws-node's", _env(DISABLE_TCP_EARLY_DEMU="true"),
     "addon-schema-has-the-variables"),
    ("prefix delegation without a target", _env(ENABLE_PREFIX_DELEGATION="true", WARM_PREFIX_TARGET="0"),
     "aws-node-starts-with-the-values"),
    ("custom networking", _env(AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG="true"), "flows-are-known-for-the-variables"),
    ("network policies in their strict mode", _env(NETWORK_POLICY_ENFORCING_MODE="strict"),
     "network-policies-do-not-cut-pods-off"),
    ("IPv6", _env(ENABLE_IPv6="true"), "cluster-is-ipv4"),
    ("t3 has no trunk ENI", _types("t3.large"), "instance-type-has-a-trunk"),
    ("a type that the controller does not know", _types("m99.large"), "instance-type-is-known"),
    ("flex types carry less", _types("m7i-flex.large"), "flex-instances-carry-less"),
    ("six groups on an interface", _groups(5), "groups-fit-the-quota"),
    ("seventeen groups", _groups(15), "groups-fit-an-interface"),
    ("a policy for pods on the node's network", _kube_system(**{"k8s-app": "node-local-dns"}),
     "host-network-pods-have-no-policy"),
    ("CoreDNS in a group of its own", _kube_system(**{"k8s-app": "kube-dns"}), "coredns-keeps-its-group"),
    ("a group of another region",
     lambda c: c["peers"][0].update(region="us-east-1", peer_side={"security_group_id": "sg-0123456789abcdef0"}),
     "security-group-stays-in-its-region"),
    ("no return route", lambda c: c["peers"][0].update(peer_side={"security_group_id": "sg-0123456789abcdef0"}),
     "peer-routes-return"),
    ("a peer's own resolver", lambda c: c["pod_networking"]["dns_cache"].update(stub_domains={"a.b": ["10.99.0.2"]}),
     "stub-resolvers-serve-others"),
    ("overlapping peers", lambda c: c["peers"][0].update(cidr="10.20.0.0/17"), "ranges-do-not-overlap"),
]  # fmt: skip
# what breaks, how a file says it, the path at which the settings refuse it
BY_SETTINGS = [
    ("a mistyped mode", _pods(enforcing_mode="Standard"), "pod_networking.enforcing_mode"),
    ("values that are no text", _env(WARM_IP_TARGET=4), "pod_networking.env.WARM_IP_TARGET"),
    ("the init container's variable as aws-node's", _env(DISABLE_TCP_EARLY_DEMUX="true"),
     "pod_networking.env.DISABLE_TCP_EARLY_DEMUX"),
    ("pod security groups switched off", _env(ENABLE_POD_ENI="false"), "pod_networking.env.ENABLE_POD_ENI"),
    ("external SNAT without a NAT gateway", lambda c: c["network"].update(nat_gateways=0), "network.nat_gateways"),
    ("nodes in public subnets", lambda c: c["network"].update(public_nodes=True), "network.public_nodes"),
    ("a policy that selects nothing", lambda c: c["workloads"][0].pop("pod_labels"), "workloads[0]"),
    ("an empty selector, which selects everything", lambda c: c["workloads"][0].update(pod_labels={}),
     "workloads[0].pod_labels"),
    ("a policy without groups",
     lambda c: c["workloads"].append({"name": "x", "namespace": "y", "pod_labels": {"a": "b"}}), "workloads[3]"),
    ("a syncinterval with a unit", lambda c: c["pod_networking"]["dns_cache"].update(sync="60s"),
     "pod_networking.dns_cache.sync"),
]  # fmt: skip
STRICT = Conditions(enforcing_mode="strict")
DEMUX = Conditions(enforcing_mode="strict", tcp_early_demux=True)
SNAT = Conditions(external_snat=False, peer_cidr="10.9.0.0/16")
# what is so, conditions, flow, verdict, source that the other side sees
BY_FLOW = [
    ("strict loses the cache by either address", STRICT, "sgp-to-local-dns", "fails", "pod"),
    ("strict loses the ClusterIP under the cache", STRICT, "sgp-to-cluster-dns", "fails",
     "pod"),
    ("plain pods are not hit", STRICT, "plain-to-cluster-dns", "unfiltered", "node"),
    ("standard keeps DNS on the node, unfiltered", Conditions(), "sgp-to-cluster-dns", "unfiltered", "node"),
    ("the cache asks under the node's group", Conditions(), "cache-to-coredns", "works", "node"),
    ("the fallback goes by the branch ENI", Conditions(cache="away"), "sgp-to-cluster-dns", "works", "pod"),
    ("no fallback for the link-local address", Conditions(cache="away"), "sgp-to-local-dns", "fails", "pod"),
    ("the peer sees the node", SNAT, "sgp-to-peer", "works", "node"),
    ("unless it is excluded", Conditions(external_snat=False, excluded_cidrs=("10.9.0.0/16",), peer_cidr="10.9.0.0/16"),
     "sgp-to-peer", "works", "pod"),
    ("a peer that begins uses the branch ENI all the same", SNAT,
     "peer-to-sgp", "works", "-"),
    ("no filter between pods of a node", Conditions(), "sgp-to-plain", "unfiltered", "pod"),
    ("none between pods with groups of their own either", Conditions(), "sgp-to-sgp", "unfiltered", "pod"),
    ("strict lets both pods' groups judge", STRICT, "sgp-to-sgp", "works", "pod"),
    ("a peer's resolver sees the node, whatever of pods", SNAT, "cache-to-peer-resolver", "works", "node"),
    ("no filter between kubelet and pod", Conditions(), "kubelet-to-sgp", "unfiltered", "node"),
    ("strict probes need early demux off", DEMUX, "kubelet-to-sgp",
     "fails", "node"),
    ("and so does TCP to the own node", DEMUX, "sgp-to-node-ip-tcp",
     "fails", "pod"),
    ("connected UDP of the node is lost in strict", STRICT, "node-to-sgp-connected", "fails", "node"),
    ("NodePort Local is lost in strict", STRICT, "nodeport-local-to-sgp", "fails", "-"),
    ("early demux matters in strict only", Conditions(tcp_early_demux=True), "kubelet-to-sgp", "unfiltered", "node"),
    ("public subnets lose the internet with external SNAT", Conditions(nodes="public-subnet"), "plain-to-internet",
     "fails", "pod"),
    ("and strict loses it anyway", Conditions(enforcing_mode="strict", external_snat=False, nodes="public-subnet"),
     "sgp-to-internet", "fails", "pod"),
    *((f"without a way out nothing reaches the internet, {flow}, {source}",
       Conditions(nodes="isolated", external_snat=source == "pod"), flow, "fails", source)
      for flow, source in (("sgp-to-internet", "pod"), ("sgp-to-internet", "node"), ("plain-to-internet", "pod"),
                           ("plain-to-internet", "node"), ("node-to-internet", "node"))),
    ("and a peer as ever", Conditions(nodes="isolated", peer_cidr="10.9.0.0/16"), "sgp-to-peer", "works", "pod"),
    *((f"no token where the answer may make one hop, {flow}, {source}",
       Conditions(metadata_hops=1, external_snat=source == "pod"), flow, "fails", source)
      for flow in ("sgp-to-imds", "plain-to-imds") for source in ("pod", "node")),
    ("no group judges the VPC's resolver", Conditions(), "cache-to-vpc-resolver", "unfiltered", "node"),
]  # fmt: skip


@pytest.mark.parametrize(("fact", "change", "rule"), BY_RULE, ids=[row[0] for row in BY_RULE])
def test_a_rule_tells_it(changed, fact, change, rule):
    """The change makes the rule speak, and the file without the change does not."""
    assert rule in [finding.rule.id for finding in check(changed("dev", change))]
    assert rule not in [finding.rule.id for finding in check(changed("dev", lambda _: None))]


@pytest.mark.parametrize(("fact", "change", "path"), BY_SETTINGS, ids=[row[0] for row in BY_SETTINGS])
def test_the_settings_refuse_it(changed, fact, change, path):
    """It cannot even be written."""
    with pytest.raises(SettingsError) as caught:
        changed("dev", change)
    assert path in [problem.path for problem in caught.value.problems]


@pytest.mark.parametrize("row", BY_FLOW, ids=lambda row: row[0])
def test_a_flow_shows_it(row):
    """The model has it, with the kernel's agreement in tests/dataplane."""
    _, conditions, flow, verdict, source = row
    (found,) = [one for one in predict(conditions) if one.id == flow]
    assert (found.verdict, found.source) == (verdict, source)


def test_no_flow_of_the_example_fails_but_one_on_purpose(changed):
    """The file that people copy is right about all of it; instance metadata is kept from pods."""
    lost = [flow.id for flow in flows_of(changed("dev", lambda _: None)) if not flow.arrives]
    assert lost == ["sgp-to-imds", "plain-to-imds"]
