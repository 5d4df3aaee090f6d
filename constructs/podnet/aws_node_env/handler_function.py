"""One entry point of the handler as a Lambda function."""

from pathlib import Path

from aws_cdk import Duration
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from podnet.aws_node_env.handler_role import HandlerRole

HANDLER = Path(__file__).parent / "handler"


class HandlerFunction(lambda_.Function):
    """A function with the code in `handler/` as it lies there: no layer, no bundling, nothing to install.

    Args:
        scope: parent construct.
        construct_id: id below it.
        entry_point: a function of handler/index.py.
        role: the handler's role; the log goes to its log group.
        vpc: where a private endpoint is reached from; outside any VPC when left out.
        vpc_subnets: the subnets in it; its private subnets when left out.
        security_group: of its network interfaces, required with `vpc`.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        entry_point: str,
        role: HandlerRole,
        vpc: ec2.IVpc | None = None,
        vpc_subnets: ec2.SubnetSelection | None = None,
        security_group: ec2.ISecurityGroup | None = None,
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            runtime=lambda_.Runtime.PYTHON_3_13,
            code=lambda_.Code.from_asset(str(HANDLER), exclude=["**/__pycache__", "*.pyc", "__init__.py"]),
            handler=f"index.{entry_point}",
            role=role,
            log_group=role.log_group,
            timeout=Duration.minutes(1),
            memory_size=256,  # 128 MB would do; the share of a CPU that comes with it makes the TLS handshake slow
            vpc=vpc,
            vpc_subnets=vpc_subnets,
            security_groups=[security_group] if security_group else None,
        )
