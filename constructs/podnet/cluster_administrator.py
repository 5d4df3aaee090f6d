"""Full rights in a cluster for one IAM role."""

from __future__ import annotations

from aws_cdk import Aws
from aws_cdk import aws_eks_v2 as eks
from constructs import Construct


class ClusterAdministrator(Construct):
    """Gives AmazonEKSClusterAdminPolicy by an access entry in this stack, not in the cluster's."""

    def __init__(self, scope: Construct, construct_id: str, *, cluster_name: str, role_arn: str) -> None:
        """Make the entry; a role has at most one in a cluster."""
        super().__init__(scope, construct_id)
        policy = f"arn:{Aws.PARTITION}:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"
        whole = eks.CfnAccessEntry.AccessScopeProperty(type="cluster")
        self.resource = eks.CfnAccessEntry(
            self,
            "Resource",
            cluster_name=cluster_name,
            principal_arn=role_arn,
            access_policies=[eks.CfnAccessEntry.AccessPolicyProperty(policy_arn=policy, access_scope=whole)],
        )
