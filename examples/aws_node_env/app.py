"""A CDK app of your own that uses only AwsNodeEnv: security groups for pods on a cluster that the app makes."""

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_eks_v2 as eks
from aws_cdk import aws_iam as iam
from aws_cdk.lambda_layer_kubectl_v35 import KubectlV35Layer
from constructs import Construct

from podnet.aws_node_env import AwsNodeEnv

CNI = "v1.23.1-eksbuild.1"
METADATA = {"name": "aws-node-env", "namespace": "kube-system"}
RBAC = "rbac.authorization.k8s.io"
RIGHTS = (
    {
        "apiVersion": f"{RBAC}/v1",
        "kind": "Role",
        "metadata": METADATA,
        "rules": [
            {
                "apiGroups": ["apps"],
                "resources": ["daemonsets"],
                "resourceNames": ["aws-node"],
                "verbs": ["get", "patch"],
            },
            {"apiGroups": [""], "resources": ["pods"], "verbs": ["list"]},
        ],
    },
    {
        "apiVersion": f"{RBAC}/v1",
        "kind": "RoleBinding",
        "metadata": METADATA,
        "roleRef": {"apiGroup": RBAC, "kind": "Role", "name": METADATA["name"]},
        "subjects": [{"apiGroup": RBAC, "kind": "Group", "name": AwsNodeEnv.KUBERNETES_GROUP}],
    },
)


class ClusterStack(cdk.Stack):
    """A cluster, aws-node with two variables, and nodes that come after them."""

    def __init__(self, scope: Construct, construct_id: str) -> None:
        """Make the cluster without nodes first, so that no node has to be replaced."""
        super().__init__(scope, construct_id)
        role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("eks.amazonaws.com"))
        for policy in ("AmazonEKSClusterPolicy", "AmazonEKSVPCResourceController"):
            role.add_managed_policy(iam.ManagedPolicy.from_aws_managed_policy_name(policy))
        cluster = eks.Cluster(
            self,
            "Cluster",
            version=eks.KubernetesVersion.V1_35,
            role=role,
            default_capacity_type=eks.DefaultCapacityType.NODEGROUP,
            default_capacity=0,
            kubectl_provider_options=eks.KubectlProviderOptions(kubectl_layer=KubectlV35Layer(self, "Kubectl")),
        )
        add_on = eks.CfnAddon(
            self,
            "VpcCni",
            cluster_name=cluster.cluster_name,
            addon_name="vpc-cni",
            addon_version=CNI,
            resolve_conflicts="OVERWRITE",  # EKS brings an aws-node; what an update resets, AwsNodeEnv puts back
        )
        variables = AwsNodeEnv(
            self,
            "AwsNodeEnv",
            cluster=cluster,
            env={"aws-node": {"ENABLE_POD_ENI": "true", "POD_SECURITY_GROUP_ENFORCING_MODE": "standard"}},
            addon_version=CNI,
            watch_every=cdk.Duration.minutes(30),
        )
        variables.resource.node.add_dependency(add_on)
        variables.needs_rights(cluster.add_manifest("AwsNodeEnvRights", *RIGHTS))
        nodes = cluster.add_nodegroup_capacity(
            "Nodes", instance_types=[ec2.InstanceType("m5.large")], ami_type=eks.NodegroupAmiType.AL2023_X86_64_STANDARD
        )
        nodes.node.add_dependency(variables.resource)


app = cdk.App()
ClusterStack(app, "AwsNodeEnvExample")
app.synth()
