"""What a file chooses reaches the resource that it is about: values that are nobody's default, and those of prod."""

import json

import pytest

from charts.node_local_dns import NodeLocalDns
from settings import load
from settings.dns_cache import DnsCache
from settings.pod_networking import Drift
from stacks.kubectl_layer import VERSIONS

MANIFEST = "Custom::AWSCDK-EKS-KubernetesResource"


def manifests(found, stack):
    """Give the objects of each manifest that has no reference in it, by logical id."""
    texts = {name: one["Properties"]["Manifest"] for name, one in found.resources(stack, MANIFEST).items()}
    return {name: json.loads(text) for name, text in texts.items() if isinstance(text, str)}


def of_kind(found, kind):
    """Give {name of the object: (logical id, object)} of the stack PodNetworking."""
    every = [(name, item) for name, items in manifests(found, "PodNetworking").items() for item in items]
    return {item["metadata"]["name"]: (name, item) for name, item in every if item["kind"] == kind}


@pytest.fixture(scope="module")
def chosen(synthesized):
    """An existing cluster with a private endpoint, a standby, and no value of pod networking that is a default."""
    settings = load("existing")
    cache = DnsCache(
        standby=True, local_ip="169.254.20.77", cluster_domain="cluster.example", cluster_ttl=7, metrics_port=9700
    )
    changes = {
        "run_again": "twice",
        "rollout_limit_minutes": 20,
        "dead_nodes": "refuse",
        "drift": Drift(every_minutes=7, repair=False),
        "dns_cache": cache,
    }
    networking = settings.pod_networking.model_copy(update=changes)
    cluster = settings.existing_cluster.model_copy(update={"endpoint": "private"})
    return synthesized(settings.model_copy(update={"pod_networking": networking, "existing_cluster": cluster}))


def test_the_custom_resource_and_its_watch_have_the_values_of_the_file(chosen):
    """What runs it again, its limit, dead nodes; how often the watch looks, and that it only reports."""
    properties = chosen.only("PodNetworking", "Custom::AwsNodeEnv")[1]["Properties"]
    assert (properties["RunAgain"], properties["RolloutMinutes"], properties["DeadNodes"]) == ("twice", "20", "refuse")
    rule = chosen.only("PodNetworking", "AWS::Events::Rule")[1]["Properties"]
    assert rule["ScheduleExpression"] == "rate(7 minutes)"
    assert '"Repair":"false"' in json.dumps(rule["Targets"]).replace("\\", "")


def test_both_caches_have_the_values_of_the_file(chosen):
    """Local address, zone and options; the standby has the next port."""
    sets = of_kind(chosen, "DaemonSet")
    assert sets.keys() == {NodeLocalDns.NAME, NodeLocalDns.STANDBY}
    for name, port in ((NodeLocalDns.NAME, 9700), (NodeLocalDns.STANDBY, 9701)):
        pod = sets[name][1]["spec"]["template"]["spec"]
        assert "169.254.20.77,172.20.0.10" in pod["containers"][0]["args"]
        (volume,) = [one["configMap"]["name"] for one in pod["volumes"] if "configMap" in one]
        corefile = of_kind(chosen, "ConfigMap")[volume][1]["data"]["Corefile"]
        assert corefile.startswith("cluster.example:53 {")
        assert f"prometheus :{port}" in corefile
        assert "success 9984 7\n" in corefile


def test_the_standby_is_changed_after_the_rollout_of_the_first_cache(chosen):
    """A node never restarts both at once; each rollout waits again when its own pods are replaced."""
    sets = of_kind(chosen, "DaemonSet")
    waits = chosen.resources("PodNetworking", "Custom::DaemonSetRollout")
    rollouts = {one["Properties"]["DaemonSet"]: (name, one) for name, one in waits.items()}
    assert rollouts.keys() == sets.keys()
    for name, (_, rollout) in rollouts.items():
        assert sets[name][0] in rollout["DependsOn"]
    manifest = chosen.resources("PodNetworking", MANIFEST)[sets[NodeLocalDns.STANDBY][0]]
    assert rollouts[NodeLocalDns.NAME][0] in manifest["DependsOn"]
    revisions = [one["Properties"]["Revision"] for one in waits.values()]
    assert len(set(revisions)) == 2


def test_the_handler_may_read_both_caches(chosen):
    """Otherwise the second rollout ends in 403."""
    (_, role) = of_kind(chosen, "Role")["podnet-aws-node-env"]
    assert ["node-local-dns", "node-local-dns-standby"] in [rule.get("resourceNames") for rule in role["rules"]]


def test_kubectl_reaches_a_private_endpoint_of_an_existing_cluster_from_its_subnets(chosen):
    """As the handler of the variables does."""
    functions = chosen.resources("PodNetworking", "AWS::Lambda::Function").values()
    (kubectl,) = [one["Properties"] for one in functions if one["Properties"]["Handler"] == "podnet_manifests.handler"]
    wanted = load("existing").existing_network.private_subnet_ids
    assert sorted(kubectl["VpcConfig"]["SubnetIds"]) == sorted(wanted)


def test_each_add_on_has_the_version_of_the_file(synthesized):
    """Three versions, each its own."""
    dev, settings = synthesized("dev"), load("dev")
    addons = [one for stack in ("Cluster", "Compute") for one in dev.resources(stack, "AWS::EKS::Addon").values()]
    assert {one["Properties"]["AddonName"]: one["Properties"]["AddonVersion"] for one in addons} == {
        "kube-proxy": settings.cluster.kube_proxy_version,
        "vpc-cni": settings.pod_networking.vpc_cni.version,
        "coredns": settings.cluster.coredns_version,
    }


@pytest.mark.parametrize(
    ("given", "told"),
    [(None, None), ({}, "{}"), ({"b": [1, True], "a": ".:53 {\n}\n"}, '{"a": ".:53 {\\n}\\n", "b": [1, true]}')],
)
def test_coredns_has_the_configuration_of_the_file(synthesized, given, told):
    """As JSON; an empty one is EKS's own, and one that is left out is not named."""
    settings = load("dev")
    cluster = settings.cluster.model_copy(update={"coredns_configuration": given})
    made = synthesized(settings.model_copy(update={"cluster": cluster}))
    assert made.only("Compute", "AWS::EKS::Addon")[1]["Properties"].get("ConfigurationValues") == told


def test_node_groups_are_as_the_file_says(synthesized):
    """Types, sizes, labels and capacity; the label by which the wait for trunk ENIs knows a group's nodes."""
    prod, settings = synthesized("prod"), load("prod")
    groups = [one["Properties"] for one in prod.resources("Compute", "AWS::EKS::Nodegroup").values()]
    found = {one["Labels"]["podnet.io/node-group"]: one for one in groups}
    assert found.keys() == {group.name for group in settings.node_groups}
    for group in settings.node_groups:
        made = found[group.name]
        assert made["InstanceTypes"] == list(group.instance_types)
        assert made["Labels"] == {"podnet.io/node-group": group.name, **group.labels}
        assert made["CapacityType"] == "ON_DEMAND"
        least, wanted, most = (made["ScalingConfig"][name] for name in ("MinSize", "DesiredSize", "MaxSize"))
        assert (least, wanted, most) == (group.min_size, group.desired_size, group.max_size)
    disks = [
        one["Properties"]["LaunchTemplateData"]["BlockDeviceMappings"][0]["Ebs"]["VolumeSize"]
        for one in prod.resources("Compute", "AWS::EC2::LaunchTemplate").values()
    ]
    assert disks == [group.disk_gib for group in settings.node_groups]


def test_spot_nodes_and_their_disks_are_as_the_file_says(synthesized):
    """Neither is the default."""
    settings = load("dev")
    groups = tuple(group.model_copy(update={"capacity": "spot", "disk_gib": 77}) for group in settings.node_groups)
    found = synthesized(settings.model_copy(update={"node_groups": groups}))
    assert found.only("Compute", "AWS::EKS::Nodegroup")[1]["Properties"]["CapacityType"] == "SPOT"
    template = found.only("Compute", "AWS::EC2::LaunchTemplate")[1]["Properties"]["LaunchTemplateData"]
    assert template["BlockDeviceMappings"][0]["Ebs"]["VolumeSize"] == 77


def test_nodes_have_the_version_of_the_file_or_the_one_that_eks_chooses(synthesized):
    """Given, it is looked at whether its nodes have trunk ENIs; left out, nothing of it stands in a template."""
    settings = load("dev")
    groups = tuple(group.model_copy(update={"kubernetes_version": "1.34"}) for group in settings.node_groups)
    given, left_out = synthesized(settings.model_copy(update={"node_groups": groups})), synthesized("dev")
    for found, version, waited in ((given, "1.34", True), (left_out, None, False)):
        assert found.only("Compute", "AWS::EKS::Nodegroup")[1]["Properties"].get("Version") == version
        (group,) = found.only("Compute", "Custom::TrunkNodes")[1]["Properties"]["NodeGroups"].values()
        assert ("kubernetes_version" in group) == waited


def test_limit_and_topic_of_prod_reach_resource_and_alarms(synthesized):
    """Whoever is on call hears of all three."""
    prod, settings = synthesized("prod"), load("prod")
    properties = prod.only("PodNetworking", "Custom::AwsNodeEnv")[1]["Properties"]
    assert properties["RolloutMinutes"] == str(settings.pod_networking.rollout_limit_minutes) == "45"
    alarms = [one["Properties"] for one in prod.resources("PodNetworking", "AWS::CloudWatch::Alarm").values()]
    topic = settings.pod_networking.drift.alarm_topic_arn
    assert [one["AlarmActions"] for one in alarms] == [one["OKActions"] for one in alarms] == [[topic]] * 3


@pytest.mark.parametrize("environment", ["dev", "prod", "existing"])
def test_every_stack_is_tagged_with_its_environment(synthesized, environment):
    """By it costs and leftovers are found."""
    tags = [stack.tags for stack in synthesized(environment).stacks.values()]
    assert tags == [{"podnet:environment": environment}] * len(tags)
    assert len(tags) > 1


def test_the_namespace_is_taken_as_it_is_and_none_is_made_in_an_existing_cluster(synthesized):
    """It may be there already, with more in it than podnet knows; prune would take objects of others away."""
    found = synthesized("dev").resources("Workloads-shop", MANIFEST).values()
    (space,) = [one["Properties"] for one in found if '"Namespace"' in one["Properties"]["Manifest"]]
    assert space["Overwrite"] is True
    assert "PruneLabel" not in space
    existing = synthesized("existing").resources("Workloads-payments", MANIFEST)
    assert existing
    assert "Namespace" not in {item["kind"] for one in existing.values() for item in objects(one)}


def objects(resource):
    """Give the objects of a manifest; a reference in it becomes a word."""
    text = resource["Properties"]["Manifest"]
    parts = text["Fn::Join"][1] if isinstance(text, dict) else [text]
    return json.loads("".join(part if isinstance(part, str) else "reference" for part in parts))


def test_the_key_of_secrets_turns_and_goes_with_its_cluster(synthesized):
    """KMS keeps a deleted key for 30 days; one that is retained is paid for ever."""
    _, key = synthesized("dev").only("Cluster", "AWS::KMS::Key")
    assert (key["Properties"]["EnableKeyRotation"], key["DeletionPolicy"]) == (True, "Delete")


def test_interface_endpoints_share_a_group_that_sends_nothing(synthesized):
    """One for each service of the file."""
    prod, settings = synthesized("prod"), load("prod")
    endpoints = [one["Properties"] for one in prod.resources("Network", "AWS::EC2::VPCEndpoint").values()]
    shared = [one["SecurityGroupIds"] for one in endpoints if one["VpcEndpointType"] == "Interface"]
    assert shared == shared[:1] * len(settings.network.interface_endpoints)
    (ids,) = shared[0]
    group = prod.resources("Network", "AWS::EC2::SecurityGroup")[ids["Fn::GetAtt"][0]]["Properties"]
    assert [rule["CidrIp"] for rule in group["SecurityGroupEgress"]] == ["255.255.255.255/32"]


def test_every_kubectl_is_within_one_minor_version_of_its_api_server():
    """kubernetes.io/releases/version-skew-policy."""
    assert VERSIONS
    assert {version for version, layer in VERSIONS.items() if abs(int(version[2:]) - int(layer)) > 1} == set()


def test_every_manifest_is_applied_again_where_the_file_says_so(chosen, synthesized):
    """Somebody deleted an object, or changed one: CloudFormation does not look, and calls nobody without a change."""

    def told(found):
        each = [name for name in found.templates if found.resources(name, MANIFEST)]
        assert {"PodNetworking", "Workloads-payments"} <= {*each}
        return {one["Properties"].get("RunAgain") for name in each for one in found.resources(name, MANIFEST).values()}

    assert told(chosen) == {"twice"}
    assert told(synthesized("existing")) == {None}


def test_types_that_cdk_cannot_read_or_takes_for_gpus_reach_their_group(synthesized):
    """CDK's own check would refuse the name of the first, and the image of the second."""
    settings, types = load("dev"), ("u7i-12tb.224xlarge", "g6.xlarge")
    groups = (settings.node_groups[0].model_copy(update={"instance_types": types}),)
    _, made = synthesized(settings.model_copy(update={"node_groups": groups})).only("Compute", "AWS::EKS::Nodegroup")
    assert made["Properties"]["InstanceTypes"] == list(types)
    assert made["Properties"]["AmiType"] == "AL2023_x86_64_STANDARD"
