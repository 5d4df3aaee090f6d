"""The cluster, its add-ons and its nodes."""

import json
import pathlib

import pytest

from podnet.addon import configuration
from settings import load


def test_the_cluster_starts_without_nodes_auto_mode_or_self_managed_add_ons(synthesized):
    """Nothing starts before aws-node is right, and Auto Mode has no aws-node."""
    dev = synthesized("dev")
    _, cluster = dev.only("Cluster", "AWS::EKS::Cluster")
    properties = cluster["Properties"]
    assert dev.resources("Cluster", "AWS::EKS::Nodegroup") == {}
    assert properties["BootstrapSelfManagedAddons"] is False
    assert properties.get("ComputeConfig", {}).get("Enabled", False) is False
    assert properties["AccessConfig"]["AuthenticationMode"] == "API"
    assert properties["KubernetesNetworkConfig"]["ServiceIpv4Cidr"] == "172.20.0.0/16"
    assert properties["EncryptionConfig"][0]["Resources"] == ["secrets"]
    assert [kind["Type"] for kind in properties["Logging"]["ClusterLogging"]["EnabledTypes"]] == [
        "api",
        "audit",
        "authenticator",
    ]


def test_the_cluster_role_lets_the_controller_attach_trunk_interfaces(synthesized):
    """Without AmazonEKSVPCResourceController, ENABLE_POD_ENI starves ordinary pods."""
    dev = synthesized("dev")
    _, cluster = dev.only("Cluster", "AWS::EKS::Cluster")
    role = dev.templates["Cluster"]["Resources"][cluster["Properties"]["RoleArn"]["Fn::GetAtt"][0]]
    names = [arn["Fn::Join"][1][-1].rpartition("/")[2] for arn in role["Properties"]["ManagedPolicyArns"]]
    assert names == ["AmazonEKSClusterPolicy", "AmazonEKSVPCResourceController"]


def test_the_add_on_carries_every_variable_in_its_place(synthesized):
    """`env` for aws-node, `init.env` for its init container, all values text."""
    addons = synthesized("dev").resources("Cluster", "AWS::EKS::Addon").values()
    (cni,) = [addon["Properties"] for addon in addons if addon["Properties"]["AddonName"] == "vpc-cni"]
    assert json.loads(cni["ConfigurationValues"]) == {
        "env": {
            "AWS_VPC_K8S_CNI_EXTERNALSNAT": "true",
            "ENABLE_POD_ENI": "true",
            "POD_SECURITY_GROUP_ENFORCING_MODE": "standard",
            "WARM_IP_TARGET": "4",
        },
        "init": {"env": {"DISABLE_TCP_EARLY_DEMUX": "true"}},
    }


def test_variables_in_another_order_are_the_same_configuration():
    """It is text to CloudFormation: another one is an update of the add-on."""
    one, other = ({"aws-node": dict.fromkeys(names, "1")} for names in ("AB", "BA"))
    assert configuration(one) == configuration(other)


def test_an_output_is_the_command_that_sets_kubectl_up(synthesized):
    """As the README promises: name and region of the cluster, nothing to fill in."""
    dev = synthesized("dev")
    name, _ = dev.only("Cluster", "AWS::EKS::Cluster")
    ((_, parts),) = dev.templates["Cluster"]["Outputs"]["UpdateKubeconfig"]["Value"].values()
    assert parts == ["aws eks update-kubeconfig --name ", {"Ref": name}, " --region eu-west-1"]


def test_the_custom_resource_knows_what_the_add_on_carries(synthesized):
    """What leaves it has no entry before it: the handler removes such a variable in place of restoring it."""
    dev = synthesized("dev")
    addons = dev.resources("Cluster", "AWS::EKS::Addon").values()
    (cni,) = [addon["Properties"] for addon in addons if addon["Properties"]["AddonName"] == "vpc-cni"]
    _, resource = dev.only("PodNetworking", "Custom::AwsNodeEnv")
    assert resource["Properties"]["AddonConfiguration"] == cni["ConfigurationValues"]


@pytest.mark.parametrize(("stack", "count"), [("Cluster", 2), ("Compute", 1)])
def test_an_update_of_an_add_on_leaves_what_others_changed_and_a_deletion_the_software(synthesized, stack, count):
    """An edited Corefile, or kube-proxy's ConfigMap, would let each later update fail, with no setting to help."""
    addons = [addon["Properties"] for addon in synthesized("dev").resources(stack, "AWS::EKS::Addon").values()]
    assert [addon.get("ResolveConflicts") for addon in addons] == ["PRESERVE"] * count
    assert [addon.get("PreserveOnDelete") for addon in addons] == [True] * count


def test_without_add_on_configuration_only_the_custom_resource_sets_the_variables(synthesized):
    """The original procedure: the add-on has an empty configuration, since EKS would keep an earlier one."""
    settings = load("dev")
    networking = settings.pod_networking.model_copy(update={"addon_configuration": False})
    found = synthesized(settings.model_copy(update={"pod_networking": networking}))
    addons = found.resources("Cluster", "AWS::EKS::Addon").values()
    given = {addon["Properties"]["AddonName"]: addon["Properties"].get("ConfigurationValues") for addon in addons}
    assert given == {"kube-proxy": None, "vpc-cni": "{}"}
    _, resource = found.only("PodNetworking", "Custom::AwsNodeEnv")
    assert resource["Properties"]["Env"]["aws-node"]["ENABLE_POD_ENI"] == "true"
    assert resource["Properties"]["AddonConfiguration"] == ""


def test_nodes_are_al2023_with_one_metadata_hop_and_encrypted_volumes(synthesized):
    """AL2 is refused from Kubernetes 1.33 on."""
    dev = synthesized("dev")
    _, group = dev.only("Compute", "AWS::EKS::Nodegroup")
    assert group["Properties"]["AmiType"] == "AL2023_x86_64_STANDARD"
    # the API's `force`: ends pods that a disruption budget protects
    assert group["Properties"]["ForceUpdateEnabled"] is False
    assert group["Properties"]["ScalingConfig"] == {"DesiredSize": 3, "MaxSize": 6, "MinSize": 2}
    name, template = dev.only("Compute", "AWS::EC2::LaunchTemplate")
    version = {"Fn::GetAtt": [name, "LatestVersionNumber"]}
    assert group["Properties"]["LaunchTemplate"] == {"Id": {"Ref": name}, "Version": version}
    assert all("VpcPrivateSubnet" in str(subnet) for subnet in group["Properties"]["Subnets"])
    data = template["Properties"]["LaunchTemplateData"]
    (instance,) = [tags["Tags"] for tags in data["TagSpecifications"] if tags["ResourceType"] == "instance"]
    assert [(tag["Key"], tag["Value"]["Fn::Join"][1][-1]) for tag in instance] == [("Name", "-general")]
    assert data["MetadataOptions"] == {"HttpTokens": "required", "HttpPutResponseHopLimit": 1}
    (disk,) = data["BlockDeviceMappings"]
    root = {"Encrypted": True, "VolumeSize": load("dev").node_groups[0].disk_gib, "VolumeType": "gp3"}
    assert disk == {"DeviceName": "/dev/xvda", "Ebs": root}


def test_arm_groups_get_the_arm_image(synthesized):
    """The image follows the architecture that the file names."""
    groups = synthesized("prod").resources("Compute", "AWS::EKS::Nodegroup").values()
    assert {group["Properties"]["AmiType"] for group in groups} == {"AL2023_x86_64_STANDARD", "AL2023_ARM_64_STANDARD"}


def test_administrators_and_endpoint_ranges_are_as_the_file_says(synthesized):
    """prod restricts the public endpoint and names one administrator."""
    prod = synthesized("prod")
    _, cluster = prod.only("Cluster", "AWS::EKS::Cluster")
    assert cluster["Properties"]["ResourcesVpcConfig"]["PublicAccessCidrs"] == ["192.175.48.0/24"]
    entries = [
        entry["Properties"]["PrincipalArn"] for entry in prod.resources("Cluster", "AWS::EKS::AccessEntry").values()
    ]
    assert "arn:aws:iam::222222222222:role/PlatformAdmin" in entries


@pytest.mark.parametrize(("name", "stack"), [("dev", "Cluster"), ("existing", "PodNetworking")])
def test_manifests_that_failed_can_be_made_and_deleted_again(synthesized, name, stack):
    """The layer's module is the entry point of the one function that applies manifests."""
    found = synthesized(name)
    functions = found.resources(stack, "AWS::Lambda::Function").values()
    (kubectl,) = [one["Properties"] for one in functions if one["Properties"]["Handler"] == "podnet_manifests.handler"]
    assert "kubectl" in kubectl["Description"]
    (layer,) = [key for key in found.resources(stack, "AWS::Lambda::LayerVersion") if "Again" in key]
    assert {"Ref": layer} in kubectl["Layers"]
    key = found.templates[stack]["Resources"][layer]["Properties"]["Content"]["S3Key"]
    asset = pathlib.Path(found.assembly.directory, f"asset.{key.removesuffix('.zip')}")
    assert {file.suffix for file in asset.rglob("*.*")} == {".py"}, "byte code makes another layer on each machine"
    assert not [one for one in functions if "kubectl" in str(one["Properties"].get("Description"))][1:]


@pytest.mark.parametrize(
    ("environment", "stack", "policy"),
    [("dev", "Cluster", "AWSLambdaVPCAccess"), ("existing", "PodNetworking", "AWSLambdaBasic")],
)
def test_what_applies_manifests_has_no_right_that_manifests_do_not_need(synthesized, environment, stack, policy):
    """CDK's two functions: one managed policy each, none for charts in ECR, and no condition left that named it."""
    made = synthesized(environment)
    roles = {
        name: role["Properties"]
        for name, role in made.resources(stack, "AWS::IAM::Role").items()
        if name.startswith("ClusterKubectl")
    }
    assert len(roles) == 2
    for properties in roles.values():
        (one,) = properties["ManagedPolicyArns"]
        assert one["Fn::Join"][1][-1] == f":iam::aws:policy/service-role/{policy}ExecutionRole"
    assert "Conditions" not in made.templates[stack]


def test_kubectl_is_of_the_clusters_version(synthesized):
    """The layer that applies manifests follows kubernetes_version."""
    for version in ("1.34", "1.36"):
        settings = load("dev")
        cluster = settings.cluster.model_copy(update={"kubernetes_version": version})
        found = synthesized(settings.model_copy(update={"cluster": cluster}))
        layers = found.resources("Cluster", "AWS::Lambda::LayerVersion")
        assert any(version in str(layer["Properties"].get("Description", "")) for layer in layers.values())
