"""Who the handler is in AWS."""

from aws_cdk import RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from constructs import Construct

_NETWORK_INTERFACE_ACTIONS = (
    "ec2:CreateNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:DeleteNetworkInterface",
    "ec2:AssignPrivateIpAddresses",
    "ec2:UnassignPrivateIpAddresses",
)


class HandlerRole(iam.Role):
    """An IAM role that may write to one log group, and nothing else.

    The handler calls no AWS API: its token for the cluster is signed without a request, and the cluster's endpoint and
    certificate come from CloudFormation. In a VPC it needs the network interface actions too, which name no resource
    (docs.aws.amazon.com/lambda, "Giving Lambda functions access to resources in an Amazon VPC", execution role).

    Attributes:
        log_group: The log group of all functions with this role; kept for three months.
    """

    def __init__(self, scope: Construct, construct_id: str, *, in_vpc: bool) -> None:
        super().__init__(
            scope,
            construct_id,
            assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
            description="podnet: member of a Kubernetes group by an access entry, no rights in AWS but its log",
        )
        self.log_group = logs.LogGroup(
            self, "Logs", retention=logs.RetentionDays.THREE_MONTHS, removal_policy=RemovalPolicy.DESTROY
        )
        self.log_group.grant_write(self)
        if in_vpc:
            self.add_to_policy(iam.PolicyStatement(actions=[*_NETWORK_INTERFACE_ACTIONS], resources=["*"]))
