"""The handler of one cluster, ready to be called by CloudFormation and by a schedule."""

from functools import partial

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_eks_v2 as eks
from aws_cdk import custom_resources as cr
from constructs import Construct

from podnet.aws_node_env.endpoint_access import EndpointAccess
from podnet.aws_node_env.handler_function import HandlerFunction
from podnet.aws_node_env.handler_role import HandlerRole


class ClusterHandler(Construct):
    """IAM role, access entry, functions and the provider framework around them.

    The access entry is a CfnAccessEntry: the L2 has no Kubernetes groups, and `cluster.grant_access` would put it into
    the cluster's stack.

    Args:
        scope: parent construct.
        construct_id: id below it.
        cluster: the cluster that the handler may enter.
        group: the Kubernetes group that it has there.
        total_timeout: the longest that a resource may take.
        vpc: where to reach a private endpoint from; outside any VPC when left out.
        vpc_subnets: subnets in `vpc`; its private ones when left out.

    Attributes:
        role: the IAM role of all functions.
        access_entry: every resource of this handler has to depend on it.
        service_token: for custom resources.
        function: gives a function for another entry point.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        cluster: eks.ICluster,
        group: str,
        total_timeout: cdk.Duration,
        vpc: ec2.IVpc | None = None,
        vpc_subnets: ec2.SubnetSelection | None = None,
    ) -> None:
        super().__init__(scope, construct_id)
        self.role = HandlerRole(self, "Role", in_vpc=vpc is not None)
        self.access_entry = eks.CfnAccessEntry(
            self,
            "AccessEntry",
            cluster_name=cluster.cluster_name,
            principal_arn=self.role.role_arn,
            kubernetes_groups=[group],
        )
        access = EndpointAccess(self, "EndpointAccess", cluster=cluster, vpc=vpc) if vpc else None
        self.function = partial(
            HandlerFunction,
            self,
            role=self.role,
            vpc=vpc,
            vpc_subnets=vpc_subnets,
            security_group=access.security_group if access else None,
        )
        provider = cr.Provider(
            self,
            "Provider",
            on_event_handler=self.function("OnEvent", entry_point="on_event"),
            is_complete_handler=self.function("IsComplete", entry_point="is_complete"),
            query_interval=cdk.Duration.seconds(5),
            total_timeout=total_timeout,
            disable_waiter_state_machine_logging=True,  # the handler logs each look
        )
        self.service_token = provider.service_token
