"""An EKS cluster that waits for its pod networking before it has nodes."""

from collections.abc import Sequence
from typing import cast

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_eks_v2 as eks
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from podnet.manifests import make_repeatable

PRIVATE = ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_WITH_EGRESS)


class EksCluster(Construct):
    """Makes a cluster without nodes, Auto Mode or self-managed add-ons: nothing starts before aws-node is right.

    Its role has AmazonEKSVPCResourceController: without it ENABLE_POD_ENI starves ordinary pods of addresses
    (aws/amazon-vpc-cni-k8s#1203).
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        vpc: ec2.IVpc,
        version: str,
        service_cidr: str,
        kubectl_layer: lambda_.ILayerVersion,
        private_endpoint: bool = False,
        endpoint_cidrs: Sequence[str] = (),
        log_types: Sequence[str] = (),
        admin_role_arns: Sequence[str] = (),
    ) -> None:
        """Make the cluster.

        `version` is a minor version such as "1.35". `endpoint_cidrs` left out: a public endpoint answers every address.
        Each of `admin_role_arns` becomes cluster administrator.
        """
        super().__init__(scope, construct_id)
        policies = ("AmazonEKSClusterPolicy", "AmazonEKSVPCResourceController")
        managed = [iam.ManagedPolicy.from_aws_managed_policy_name(name) for name in policies]
        role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("eks.amazonaws.com"), managed_policies=managed)
        access = eks.EndpointAccess.PRIVATE if private_endpoint else eks.EndpointAccess.PUBLIC_AND_PRIVATE
        # of no use without the cluster; KMS keeps a deleted key for 30 days
        secrets = kms.Key(self, "Secrets", enable_key_rotation=True, removal_policy=cdk.RemovalPolicy.DESTROY)
        two_words = {"controllerManager": "CONTROLLER_MANAGER"}
        cluster = eks.Cluster(
            self,
            "Resource",
            vpc=vpc,
            vpc_subnets=[PRIVATE],
            role=role,
            version=eks.KubernetesVersion.of(version),
            default_capacity_type=eks.DefaultCapacityType.NODEGROUP,
            default_capacity=0,
            bootstrap_self_managed_addons=False,
            service_ipv4_cidr=service_cidr,
            endpoint_access=access,
            cluster_logging=[eks.ClusterLoggingTypes[two_words.get(name, name.upper())] for name in sorted(log_types)],
            secrets_encryption_key=secrets,
            kubectl_provider_options=eks.KubectlProviderOptions(kubectl_layer=kubectl_layer),
        )
        # always there: once given, CloudFormation refuses a template without them (aws/aws-cdk#37926)
        # and of no effect for a private one; sorted, as log types are: EKS refuses a change to what is there already
        resource = cast("eks.CfnCluster", cluster.node.default_child)
        resource.add_property_override("ResourcesVpcConfig.PublicAccessCidrs", sorted(endpoint_cidrs) or ["0.0.0.0/0"])
        make_repeatable(cluster.kubectl_provider)
        self.cluster = cast("eks.ICluster", cluster)  # the stub of Cluster lacks one member of the interface
        for arn in admin_role_arns:  # not numbered: who moves up in the list would be made while the old entry stands
            administrator(self, f"Admin-{arn}", cluster=self.cluster, role_arn=arn)


def administrator(scope: Construct, construct_id: str, *, cluster: eks.ICluster, role_arn: str) -> eks.AccessEntry:
    """Give an IAM role full rights by an access entry in the scope's stack; a role has at most one in a cluster."""
    whole = eks.AccessScopeType.CLUSTER
    policy = eks.AccessPolicy.from_access_policy_name("AmazonEKSClusterAdminPolicy", access_scope_type=whole)
    return eks.AccessEntry(scope, construct_id, cluster=cluster, principal=role_arn, access_policies=[policy])
