"""The cluster and the add-ons that must be there before its first node."""

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from podnet.addon import Addon, configuration
from podnet.eks_cluster import EksCluster
from settings import Settings
from settings.cluster import Cluster
from stacks.environment_stack import EnvironmentStack
from stacks.kubectl_layer import kubectl_layer


class ClusterStack(EnvironmentStack):
    """Makes the cluster without nodes, kube-proxy, and aws-node with its variables in the add-on's configuration."""

    def __init__(
        self, scope: Construct, construct_id: str, *, settings: Settings, cluster: Cluster, vpc: ec2.IVpc
    ) -> None:
        """Make the cluster that `cluster`, a part of the settings, describes."""
        super().__init__(scope, construct_id, settings=settings)
        networking = settings.pod_networking
        self.cluster = EksCluster(
            self,
            "Cluster",
            vpc=vpc,
            version=cluster.kubernetes_version,
            service_cidr=cluster.service_cidr,
            kubectl_layer=kubectl_layer(self, cluster.kubernetes_version),
            private_endpoint=cluster.endpoint == "private",
            endpoint_cidrs=cluster.endpoint_cidrs,
            log_types=cluster.log_types,
            admin_role_arns=cluster.admin_role_arns,
        ).cluster
        command = f"aws eks update-kubeconfig --name {self.cluster.cluster_name} --region {settings.region}"
        cdk.CfnOutput(self, "UpdateKubeconfig", value=command)
        Addon(self, "KubeProxy", cluster=self.cluster, name="kube-proxy", version=cluster.kube_proxy_version)
        self.addon_configuration = configuration(networking.variables()) if networking.addon_configuration else ""
        Addon(
            self,
            "VpcCni",
            cluster=self.cluster,
            name="vpc-cni",
            version=networking.vpc_cni.version,
            # EKS keeps a configuration that a template no longer names (cloudformation-coverage-roadmap#1913)
            configuration_values=self.addon_configuration or "{}",
            resolve_conflicts=networking.vpc_cni.resolve_conflicts,
        )
