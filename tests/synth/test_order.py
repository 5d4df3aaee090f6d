"""What is deployed before what, and deleted after it."""

import json
import re

import pytest

from settings import load

MANIFEST = "Custom::AWSCDK-EKS-KubernetesResource"


def test_stacks_of_a_new_cluster_follow_each_other(synthesized):
    """Nodes come after pod networking, policies after nodes; deletion goes the other way."""
    dev = synthesized("dev")
    assert "Network" in dev.after("Cluster")
    assert "Cluster" in dev.after("PodNetworking")
    assert {"Cluster", "PodNetworking"} <= dev.after("Compute")
    assert {"PodNetworking", "Compute"} <= dev.after("Workloads-shop")
    assert {"PodNetworking", "Compute"} <= dev.after("Workloads-monitoring")


def test_namespaces_do_not_wait_for_each_other(synthesized):
    """Teams deploy side by side."""
    dev = synthesized("dev")
    assert "Workloads-shop" not in dev.after("Workloads-monitoring")
    assert "Workloads-monitoring" not in dev.after("Workloads-shop")


def test_the_later_of_two_namespaces_waits_for_the_earlier_one_where_a_rule_joins_them(synthesized):
    """And has the rules of both sides, so that no circle can come of it; the earlier one names nothing of it."""
    prod = synthesized("prod")
    assert "Workloads-reports" in prod.after("Workloads-shop")
    assert "Workloads-shop" not in prod.after("Workloads-reports")
    (batch,) = prod.templates["Workloads-reports"]["Outputs"].values()
    imported = {"Fn::ImportValue": batch["Export"]["Name"]}
    payments = {"Fn::GetAtt": [next(iter(prod.resources("Workloads-shop", "AWS::EC2::SecurityGroup"))), "GroupId"]}
    rules = [
        resource["Properties"]
        for kind in ("AWS::EC2::SecurityGroupIngress", "AWS::EC2::SecurityGroupEgress")
        for resource in prod.resources("Workloads-shop", kind).values()
        if imported in resource["Properties"].values()
    ]
    assert [(rule["GroupId"], rule["IpProtocol"], rule["FromPort"], rule["ToPort"]) for rule in rules] == [
        (payments, "tcp", 8443, 8443),
        (imported, "tcp", 8443, 8443),
    ]
    assert [rules[0]["SourceSecurityGroupId"], rules[1]["DestinationSecurityGroupId"]] == [imported, payments]
    assert "Workloads-shop" not in json.dumps(prod.templates["Workloads-reports"])


def test_groups_of_several_namespaces_are_exported_whether_or_not_a_rule_names_them(synthesized):
    """An export that came with a rule could not go with it: the other stack, which is deployed later, still has it."""
    dev = synthesized("dev")
    for stack in ("Workloads-monitoring", "Workloads-shop"):
        outputs = dev.templates[stack]["Outputs"].values()
        exported = [output["Value"]["Fn::GetAtt"][0] for output in outputs if "Export" in output]
        assert sorted(exported) == sorted(dev.resources(stack, "AWS::EC2::SecurityGroup"))


def test_a_single_namespace_exports_nothing(synthesized):
    """There is nobody to import it."""
    assert "Outputs" not in synthesized("existing").templates["Workloads-payments"]


def test_an_existing_cluster_gets_pod_networking_and_workloads_only(synthesized):
    """Nothing else of somebody's cluster is touched."""
    existing = synthesized("existing")
    assert set(existing.stacks) == {"PodNetworking", "Workloads-payments"}
    assert "PodNetworking" in existing.after("Workloads-payments")


@pytest.mark.parametrize("environment", ["dev", "prod", "existing"])
def test_the_variables_are_set_after_rights_and_access_and_undone_before_they_go(synthesized, environment):
    """Without both, create ends in 403 or 401, and destroy leaves the values in place."""
    found = synthesized(environment)
    _, resource = found.only("PodNetworking", "Custom::AwsNodeEnv")
    template = found.templates["PodNetworking"]["Resources"]
    needed = {template[name]["Type"] for name in resource["DependsOn"]}
    assert {MANIFEST, "AWS::EKS::AccessEntry"} <= needed
    rights = [name for name in resource["DependsOn"] if template[name]["Type"] == MANIFEST]
    assert any("RoleBinding" in json.dumps(template[name]["Properties"]["Manifest"]) for name in rights)


def test_the_node_cache_comes_after_the_variables_and_is_waited_for(synthesized):
    """The cache of a pod with its own group answers only in the mode that the variables set."""
    dev = synthesized("dev")
    variables, _ = dev.only("PodNetworking", "Custom::AwsNodeEnv")
    _, rollout = dev.only("PodNetworking", "Custom::DaemonSetRollout")
    manifests = dev.resources("PodNetworking", MANIFEST)
    (cache,) = [
        name for name, found in manifests.items() if "node-cache" in json.dumps(found["Properties"]["Manifest"])
    ]
    assert variables in manifests[cache]["DependsOn"]
    assert cache in rollout["DependsOn"]
    assert [rollout["Properties"][key] for key in ("Namespace", "DaemonSet")] == ["kube-system", "node-local-dns"]


def test_the_handler_may_look_at_the_caches_that_it_awaits_and_at_no_other(synthesized):
    """The standby's is named where there is one (test_choices), and none where the cache is off."""
    manifests = synthesized("dev").resources("PodNetworking", MANIFEST).values()
    texts = (json.dumps(found["Properties"]["Manifest"]) for found in manifests)
    (rights,) = [text for text in texts if "podnet-aws-node-env" in text and "resourceNames" in text]
    named = re.findall(r"resourceNames\W+\[([^]]*)\]", rights)
    assert [re.findall(r"[a-z-]+", names) for names in named] == [["aws-node"], ["node-local-dns"]]


def test_the_way_to_core_dns_comes_first_and_goes_when_no_pod_of_a_cache_is_left(synthesized):
    """Deleted in the opposite order: caches, the wait for their pods, the Service (docs/decisions/0014)."""
    dev = synthesized("dev")
    gone, waits = dev.only("PodNetworking", "Custom::PodsGone")
    manifests = dev.resources("PodNetworking", MANIFEST)
    text = {name: json.dumps(found["Properties"]["Manifest"]) for name, found in manifests.items()}
    (way,) = [name for name, found in text.items() if "KubeDNSUpstream" in found]
    caches = [name for name, found in text.items() if "node-cache" in found]
    assert way in waits["DependsOn"]
    variables, _ = dev.only("PodNetworking", "Custom::AwsNodeEnv")
    assert variables in manifests[way]["DependsOn"], "at its deletion the wait still needs the rights, which go last"
    assert caches
    assert all(gone in manifests[name]["DependsOn"] for name in caches)
    assert waits["Properties"]["Pods"] == "k8s-app in (node-local-dns,node-local-dns-standby)"


def test_manifests_of_an_existing_cluster_wait_for_the_kubectl_handlers_access(synthesized):
    """The handler is nobody in the cluster until its access entry is there."""
    existing = synthesized("existing")
    template = existing.templates["PodNetworking"]["Resources"]
    (entry,) = [name for name in template if name.startswith("ClusterKubectlAccess")]
    manifests = existing.resources("PodNetworking", MANIFEST).values()
    (function,) = {manifest["Properties"]["ServiceToken"]["Fn::GetAtt"][0] for manifest in manifests}
    assert entry in template[function]["DependsOn"]


def test_core_dns_comes_after_the_nodes(synthesized):
    """CoreDNS cannot become healthy without a node."""
    dev = synthesized("dev")
    _, addon = dev.only("Compute", "AWS::EKS::Addon")
    (group,) = dev.resources("Compute", "AWS::EKS::Nodegroup")
    assert addon["Properties"]["AddonName"] == "coredns"
    assert group in addon["DependsOn"]


def test_the_nodes_stack_is_done_when_its_nodes_have_trunks(synthesized):
    """After rights and every group; it waits again when a group changes."""
    dev = synthesized("dev")
    _, trunks = dev.only("Compute", "Custom::TrunkNodes")
    (group,) = dev.resources("Compute", "AWS::EKS::Nodegroup")
    (rights,) = dev.resources("Compute", MANIFEST)
    assert {group, rights} <= set(trunks["DependsOn"])
    groups = trunks["Properties"]["NodeGroups"]
    assert set(groups) == {"general"}
    assert all(word in groups["general"] for word in ("m5.large", '"desired_size":3'))
    assert not existing_waits(synthesized("existing"))


def test_a_group_that_an_autoscaler_may_empty_is_not_waited_for(synthesized):
    """Its nodes are looked at where there are some."""
    settings = load("dev")
    groups = tuple(group.model_copy(update={"min_size": 0}) for group in settings.node_groups)
    _, trunks = synthesized(settings.model_copy(update={"node_groups": groups})).only("Compute", "Custom::TrunkNodes")
    assert trunks["Properties"]["NodeGroups"] == {}


def existing_waits(existing):
    """Somebody else's nodes are looked at by `make verify`, not waited for."""
    return [stack for stack in existing.stacks if existing.resources(stack, "Custom::TrunkNodes")]


def test_policies_wait_for_their_namespace_which_is_never_deleted(synthesized):
    """A destroyed policy must not take the pods' namespace with it."""
    dev = synthesized("dev")
    manifests = dev.resources("Workloads-shop", MANIFEST)
    spaces = [name for name, found in manifests.items() if '"Namespace"' in found["Properties"]["Manifest"]]
    (space,) = spaces
    assert manifests[space]["DeletionPolicy"] == "Retain"
    for name, found in manifests.items():
        assert name == space or space in found["DependsOn"]
