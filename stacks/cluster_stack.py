"""The cluster and the add-ons that must be there before its first node."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
from aws_cdk import aws_eks_v2 as eks

from podnet.eks_cluster import EksCluster
from podnet.vpc_cni_addon import VpcCniAddon
from stacks.kubectl_layer import kubectl_layer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_cdk import aws_ec2 as ec2
    from constructs import Construct

    from settings.cluster import Cluster
    from settings.pod_networking import VpcCni


class ClusterStack(cdk.Stack):
    """Makes the cluster without nodes, kube-proxy, and aws-node with its variables in the add-on's configuration."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        vpc: ec2.IVpc,
        cluster: Cluster,
        vpc_cni: VpcCni,
        addon_env: Mapping[str, Mapping[str, str]],
        **kwargs: Any,  # noqa: ANN401 (what every stack takes)
    ) -> None:
        """Make the cluster; `addon_env` empty leaves the variables to PodNetworking alone."""
        super().__init__(scope, construct_id, **kwargs)
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
        eks.CfnAddon(
            self,
            "KubeProxy",
            cluster_name=self.cluster.cluster_name,
            addon_name="kube-proxy",
            addon_version=cluster.kube_proxy_version,
        )
        self.vpc_cni = VpcCniAddon(
            self,
            "VpcCni",
            cluster=self.cluster,
            version=vpc_cni.version,
            env=addon_env,
            resolve_conflicts=vpc_cni.resolve_conflicts,
        )
