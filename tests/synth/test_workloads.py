"""Security groups and policies of workloads."""

import json

import pytest

from settings import load
from settings.workloads import Workload

MANIFEST = "Custom::AWSCDK-EKS-KubernetesResource"


def _policies(found, stack):
    for resource in found.resources(stack, MANIFEST).values():
        text = resource["Properties"]["Manifest"]
        parts = text["Fn::Join"][1] if isinstance(text, dict) else [text]
        if "SecurityGroupPolicy" in json.dumps(parts):
            yield parts


def test_each_policy_lists_the_shared_group_first_then_its_own(synthesized):
    """The shared group carries what all such pods need."""
    dev = synthesized("dev")
    policies = list(_policies(dev, "Workloads-shop"))
    assert len(policies) == 2
    for parts in policies:
        references = [part for part in parts if isinstance(part, dict)]
        assert "SharedPodGroup" in references[0]["Fn::ImportValue"]
        (name,) = [name for name in ("orders-api", "orders-worker") if f'"name":"{name}"' in parts[0]]
        assert references[1]["Fn::GetAtt"][0].startswith(f"Group{name.replace('-', '')}")


def test_the_shared_group_allows_dns_to_the_cluster_and_nothing_else(synthesized):
    """UDP and TCP 53 are the way while a node's cache is away; the cluster's group admits them once for all."""
    dev = synthesized("dev")
    egress = [found["Properties"] for found in dev.resources("PodNetworking", "AWS::EC2::SecurityGroupEgress").values()]
    ingress = [
        found["Properties"] for found in dev.resources("PodNetworking", "AWS::EC2::SecurityGroupIngress").values()
    ]
    for rules in (egress, ingress):
        assert sorted((rule["IpProtocol"], rule["FromPort"], rule["ToPort"]) for rule in rules) == [
            ("tcp", 53, 53),
            ("udp", 53, 53),
        ]
    _, group = dev.only("PodNetworking", "AWS::EC2::SecurityGroup")
    assert "0.0.0.0/0" not in json.dumps(group["Properties"].get("SecurityGroupEgress", []))


def test_strict_mode_admits_probes_by_the_shared_group(synthesized):
    """In strict mode kubelet's probes arrive by the branch ENI; in standard mode they never leave the node."""
    settings = load("dev")
    cache = settings.pod_networking.dns_cache.model_copy(update={"enabled": False})
    networking = settings.pod_networking.model_copy(update={"enforcing_mode": "strict", "dns_cache": cache})
    strict = synthesized(settings.model_copy(update={"pod_networking": networking}))
    rules = [
        found["Properties"] for found in strict.resources("PodNetworking", "AWS::EC2::SecurityGroupIngress").values()
    ]
    (probes,) = [rule for rule in rules if rule["FromPort"] == 0]
    assert (probes["IpProtocol"], probes["ToPort"]) == ("tcp", 65535)
    shared, _ = strict.only("PodNetworking", "AWS::EC2::SecurityGroup")
    assert probes["GroupId"] == {"Fn::GetAtt": [shared, "GroupId"]}
    assert "ClusterSecurityGroupId" in str(probes["SourceSecurityGroupId"])


def test_a_reached_peer_admits_the_workloads_own_group(synthesized):
    """The peer's group names the pods' group, not the node's and not a range."""
    dev = synthesized("dev")
    rules = [
        found["Properties"]
        for found in dev.resources("Workloads-shop", "AWS::EC2::SecurityGroupIngress").values()
        if found["Properties"]["GroupId"] == "sg-0d1a2b3c4d5e6f703"
    ]
    assert {(rule["IpProtocol"], rule["FromPort"]) for rule in rules} == {("tcp", 5432)}
    assert len({rule["SourceSecurityGroupId"]["Fn::GetAtt"][0] for rule in rules}) == 2


def test_restricted_egress_still_reaches_the_peer_and_nothing_unnamed(synthesized):
    """A workload with egress rules gets one for each service it reaches."""
    dev = synthesized("dev")
    groups = dev.resources("Workloads-shop", "AWS::EC2::SecurityGroup")
    (worker,) = [found["Properties"] for name, found in groups.items() if "worker" in name]
    egress = {(rule["CidrIp"], rule["FromPort"]) for rule in worker["SecurityGroupEgress"]}
    assert egress == {("0.0.0.0/0", 443), ("10.99.0.0/16", 5432)}


def test_a_workload_may_send_everything_and_be_admitted_by_the_cluster(synthesized):
    """CDK takes no egress rule for everything beside others; the API server admits whom the cluster's group names."""
    settings = load("dev")
    egress = [
        {"protocol": "all", "to": {"cidr": "0.0.0.0/0"}},
        {"port": 8443, "to": {"cidr": "10.99.0.0/16"}},
        {"port": 443, "to": {"cluster": True}},
        {"port": 444, "to": {"security_group_id": "sg-0f5a2b3c4d5e6f703"}},
        {"port": 445, "to": {"prefix_list_id": "pl-0f5a2b3c4d5e6f703"}},
    ]
    given = {**settings.workloads[0].model_dump(by_alias=True, exclude_none=True), "egress": egress}
    workload = Workload.model_validate(given, strict=False)
    found = synthesized(settings.model_copy(update={"workloads": (workload,)}))
    name, group = found.only("Workloads-shop", "AWS::EC2::SecurityGroup")
    assert [rule["IpProtocol"] for rule in group["Properties"]["SecurityGroupEgress"]] == ["-1"]
    own = {"Fn::GetAtt": [name, "GroupId"]}
    rules = found.resources("Workloads-shop", "AWS::EC2::SecurityGroupIngress").values()
    (admitted,) = [rule["Properties"] for rule in rules if rule["Properties"]["FromPort"] == 443]
    assert admitted["SourceSecurityGroupId"] == own
    assert "ClusterSecurityGroupId" in str(admitted["GroupId"])
    rules = found.resources("Workloads-shop", "AWS::EC2::SecurityGroupEgress").values()
    sent = {rule["Properties"]["FromPort"]: rule["Properties"] for rule in rules}
    assert [rule["GroupId"] for rule in sent.values()] == [own] * 3
    assert "ClusterSecurityGroupId" in str(sent[443]["DestinationSecurityGroupId"])
    assert sent[444]["DestinationSecurityGroupId"] == "sg-0f5a2b3c4d5e6f703"
    assert sent[445]["DestinationPrefixListId"] == "pl-0f5a2b3c4d5e6f703"
    assert "DestinationSecurityGroupId" not in sent[445]
    assert [message.entry.data for message in found.stacks["Workloads-shop"].messages] == []  # CDK warns of such rules


def test_a_description_stands_beside_its_rule(synthesized):
    """Of a range in the group itself, of a group in a resource; who was named stands where there is none."""
    settings = load("existing")
    cidr, nodes = {"cidr": "10.60.0.0/16"}, {"cluster": True}
    ends = [(1, cidr, {"description": "known"}), (2, cidr, {}), (3, nodes, {"description": "given"}), (4, nodes, {})]
    given = {
        "ingress": [{"port": port, "from": end, **said} for port, end, said in ends],
        "egress": [{"port": port, "to": end, **said} for port, end, said in ends],
        "reaches": (),
    }
    whole = settings.workloads[0].model_dump(by_alias=True, exclude_none=True) | given
    found = synthesized(settings.model_copy(update={"workloads": (Workload.model_validate(whole, strict=False),)}))
    _, group = found.only("Workloads-payments", "AWS::EC2::SecurityGroup")
    own = next(iter(found.resources("Workloads-payments", "AWS::EC2::SecurityGroup")))
    for way in ("Ingress", "Egress"):
        inline = {rule["FromPort"]: rule["Description"] for rule in group["Properties"][f"SecurityGroup{way}"]}
        assert inline == {1: "known", 2: "from 10.60.0.0/16:2-2"}  # CDK's words, which another text would make anew
        rules = found.resources("Workloads-payments", f"AWS::EC2::SecurityGroup{way}").values()
        mine = [rule["Properties"] for rule in rules if own in str(rule["Properties"]["GroupId"])]
        assert {rule["FromPort"]: rule["Description"] for rule in mine} == {3: "given", 4: "cluster"}


def test_a_prefix_list_may_be_let_in(synthesized):
    """As a rule of its own, for CloudFormation to change in place."""
    settings = load("existing")
    rules = [{"port": 8443, "from": {"prefix_list_id": "pl-0f5a2b3c4d5e6f703"}, "description": "the offices"}]
    given = settings.workloads[0].model_dump(by_alias=True, exclude_none=True) | {"ingress": rules, "reaches": ()}
    workload = Workload.model_validate(given, strict=False)
    found = synthesized(settings.model_copy(update={"workloads": (workload,)}))
    _, rule = found.only("Workloads-payments", "AWS::EC2::SecurityGroupIngress")
    kept = {key: rule["Properties"][key] for key in ("SourcePrefixListId", "FromPort", "Description")}
    assert kept == {"SourcePrefixListId": "pl-0f5a2b3c4d5e6f703", "FromPort": 8443, "Description": "the offices"}


def test_given_groups_stand_behind_the_shared_one(synthesized):
    """A workload without rules of its own uses the ids as they are."""
    settings = load("prod")
    given = settings.workloads[1].model_copy(update={"egress": None, "security_group_ids": ("sg-0f5a2b3c4d5e6f703",)})
    found = synthesized(settings.model_copy(update={"workloads": (given,)}))
    (policy,) = _policies(found, "Workloads-reports")
    assert "sg-0f5a2b3c4d5e6f703" in json.dumps(policy)
    assert not found.resources("Workloads-reports", "AWS::EC2::SecurityGroup")


def test_nodes_with_a_group_of_their_own_are_those_whom_the_rules_name(synthesized):
    """Nodes that terraform-aws-eks makes do not carry the cluster's group, and neither does CoreDNS on them."""
    settings = load("existing")
    nodes = "sg-0e1a2b3c4d5e6f799"
    cluster = settings.existing_cluster.model_copy(update={"node_security_group_id": nodes})
    found = synthesized(settings.model_copy(update={"existing_cluster": cluster}))
    let_out = found.resources("PodNetworking", "AWS::EC2::SecurityGroupEgress").values()
    admitted = found.resources("PodNetworking", "AWS::EC2::SecurityGroupIngress").values()
    assert {rule["Properties"]["DestinationSecurityGroupId"] for rule in let_out} == {nodes}
    assert {rule["Properties"]["GroupId"] for rule in admitted} == {nodes}
    rules = found.resources("Workloads-payments", "AWS::EC2::SecurityGroupIngress").values()
    sources = [rule["Properties"]["SourceSecurityGroupId"] for rule in rules]
    assert [source for source in sources if isinstance(source, str)] == [nodes]


def test_three_hundred_workloads_stay_within_cloudformations_limits(synthesized):
    """A hundred workloads in each of three namespaces: no stack over 500 resources, the cluster's group as it was."""
    settings = load("dev")
    template = settings.workloads[0].model_dump(by_alias=True, exclude_none=True)
    workloads = tuple(
        Workload.model_validate({**template, "name": f"app-{i}", "namespace": f"team-{i % 3}"}, strict=False)
        for i in range(300)
    )
    found = synthesized(settings.model_copy(update={"workloads": workloads}))
    sizes = {name: len(template["Resources"]) for name, template in found.templates.items()}
    assert max(sizes.values()) <= 500, sizes
    assert sizes["Workloads-team-0"] > 300
    assert len(found.resources("PodNetworking", "AWS::EC2::SecurityGroupIngress")) == 2


@pytest.mark.parametrize(("environment", "stack"), [("dev", "Workloads-shop"), ("existing", "Workloads-payments")])
def test_exactly_one_group_of_a_pod_has_the_tag_of_load_balancers(synthesized, environment, stack):
    """The AWS Load Balancer Controller opens that one for targets of type ip; with none or two it opens nothing."""
    found = synthesized(environment)
    groups = found.resources(stack, "AWS::EC2::SecurityGroup").values()
    assert groups
    for group in groups:
        keys = [tag["Key"] for tag in group["Properties"]["Tags"] if "kubernetes.io/cluster/" in str(tag["Key"])]
        assert len(keys) == 1
        assert [tag["Value"] for tag in group["Properties"]["Tags"] if tag["Key"] in keys] == ["shared"]
    # none of the stack itself: the cluster's name is known at the deploy alone
    assert list(found.stacks[stack].tags) == ["podnet:environment"]
    shared = found.resources("PodNetworking", "AWS::EC2::SecurityGroup").values()
    assert "kubernetes.io/cluster/" not in str([group["Properties"].get("Tags") for group in shared])
