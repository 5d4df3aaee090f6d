"""The handler of one cluster, ready to be called by CloudFormation and by a schedule."""

from pathlib import Path

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_eks_v2 as eks
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import custom_resources as cr
from constructs import Construct

from podnet.pod_security_group import admit, let_out

_SOURCE = Path(__file__).parent / "handler"
_IN_VPC = (
    *("ec2:CreateNetworkInterface", "ec2:DescribeNetworkInterfaces", "ec2:DeleteNetworkInterface"),
    *("ec2:DescribeSubnets", "ec2:AssignPrivateIpAddresses", "ec2:UnassignPrivateIpAddresses"),
)


class ClusterHandler(Construct):
    """IAM role, log group, access entry, functions and the provider framework around them.

    The role may write its log and nothing else: the token for the cluster is signed without a request, and endpoint and
    certificate come from CloudFormation. In a VPC it needs the network interface actions too, which name no resource
    (docs.aws.amazon.com/lambda, "Giving Lambda functions access to resources in an Amazon VPC", execution role).
    The access entry is a CfnAccessEntry: the L2 has no Kubernetes groups, and `cluster.grant_access` would put it into
    the cluster's stack.

    Args:
        scope: parent construct.
        construct_id: id below it.
        cluster: the cluster that the handler may enter.
        group: the Kubernetes group that it has there.
        total_timeout: the longest that a resource may take.
        vpc: where to reach a private endpoint from; outside any VPC when left out.

    Attributes:
        role: the IAM role of all functions.
        access_entry: every resource of this handler has to depend on it.
        service_token: for custom resources.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        cluster: eks.ICluster,
        group: str,
        total_timeout: Duration,
        vpc: ec2.IVpc | None,
    ) -> None:
        super().__init__(scope, construct_id)
        self.role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
        kept, gone = logs.RetentionDays.THREE_MONTHS, RemovalPolicy.DESTROY
        self._log_group = logs.LogGroup(self, "Logs", retention=kept, removal_policy=gone)
        self._log_group.grant_write(self.role)
        self._vpc = vpc
        self.access_entry = eks.CfnAccessEntry(
            self,
            "AccessEntry",
            cluster_name=cluster.cluster_name,
            principal_arn=self.role.role_arn,
            kubernetes_groups=[group],
        )
        self._security_groups = [self._reach(cluster, vpc)] if vpc else None
        self.service_token = cr.Provider(
            self,
            "Provider",
            on_event_handler=self.function("OnEvent", "on_event"),
            is_complete_handler=self.function("IsComplete", "is_complete"),
            total_timeout=total_timeout,
            log_group=self._log_group,
        ).service_token

    def function(self, name: str, entry_point: str, environment: dict[str, str] | None = None) -> lambda_.Function:
        """Make a function of handler/index.py: the code as it lies there, no layer, no bundling."""
        return lambda_.Function(
            self,
            name,
            runtime=lambda_.Runtime.PYTHON_3_14,
            code=lambda_.Code.from_asset(str(_SOURCE), exclude=["**/__pycache__", "*.pyc", "__init__.py"]),
            handler=f"index.{entry_point}",
            environment=environment,
            role=self.role,
            log_group=self._log_group,
            logging_format=lambda_.LoggingFormat.JSON,  # or Lambda adds tracebacks as plain text
            timeout=Duration.minutes(1),
            memory_size=256,  # 128 MB would do; the share of a CPU that comes with it makes the TLS handshake slow
            vpc=self._vpc,
            security_groups=self._security_groups,
        )

    def _reach(self, cluster: eks.ICluster, vpc: ec2.IVpc) -> ec2.SecurityGroup:
        """Make a security group that may reach port 443 of the cluster's, and nothing else.

        STS is not needed: it is the API server that asks it. What is made with the handler depends on the access entry,
        so it is deleted before the rules: a Delete that reaches nobody takes the cluster for gone.
        The right to interfaces goes after the group: Lambda deletes them by it when the functions leave the VPC, and
        until then nobody can delete the group (aws/aws-cdk#34400).
        """
        why, statement = "the handler of AwsNodeEnv", iam.PolicyStatement(actions=[*_IN_VPC], resources=["*"])
        rights = iam.Policy(self, "InVpc", roles=[self.role], statements=[statement])
        group = ec2.SecurityGroup(self, "SecurityGroup", vpc=vpc, description=why, allow_all_outbound=False)
        group.node.add_dependency(rights)
        own, theirs, https = group.security_group_id, cluster.cluster_security_group_id, ec2.Port.tcp(443)
        out = let_out(self, "Out", group=own, target=theirs, port=https, why=why)
        admitted = admit(self, "In", group=theirs, source=own, port=https, why=why)
        self.access_entry.node.add_dependency(out, admitted)
        return group
