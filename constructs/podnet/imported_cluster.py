"""A cluster that somebody else made, as far as podnet needs it."""

from typing import Any, cast

from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_eks_v2 as eks
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from podnet.eks_cluster import administrator
from podnet.manifests import make_repeatable


class ImportedCluster(Construct):
    """Refers to a cluster by plain values and lets a kubectl handler of this stack apply manifests to it.

    The handler gets cluster administration by an access entry, as CDK gives it on clusters that it makes. Manifests
    are made after it and deleted before it.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        endpoint: str,
        certificate_authority: str,
        security_group_id: str,
        vpc: ec2.IVpc,
        kubectl_layer: lambda_.ILayerVersion,
        private_endpoint: bool = False,
    ) -> None:
        """Refer to the cluster.

        `certificate_authority` is base64 as EKS returns it. With `private_endpoint` the handler runs in the
        VPC's private subnets under the cluster's security group.
        """
        super().__init__(scope, construct_id)
        known: dict[str, Any] = {
            "cluster_name": name,
            "cluster_endpoint": endpoint,
            "cluster_certificate_authority_data": certificate_authority,
            "cluster_security_group_id": security_group_id,
            "vpc": vpc,
        }
        # a handler is made for a cluster, and a cluster that takes manifests names its handler: hence two references
        kubectl = eks.KubectlProvider(
            self,
            "Kubectl",
            cluster=eks.Cluster.from_cluster_attributes(self, "Reached", **known),
            kubectl_layer=kubectl_layer,
            private_subnets=vpc.private_subnets if private_endpoint else None,
        )
        make_repeatable(kubectl)
        self.cluster = eks.Cluster.from_cluster_attributes(self, "Resource", **known, kubectl_provider=kubectl)
        role = cast("iam.IRole", kubectl.role)  # optional in the interface, always there in this class
        access = administrator(self, "KubectlAccess", cluster=self.cluster, role_arn=role.role_arn)
        # every manifest refers to the provider, whichever stack it is in
        kubectl.node.find_child("Provider").node.add_dependency(access)
