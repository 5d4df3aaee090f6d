"""What an IAM role allows, for services that act with it themselves: IAM judges requests, and these make none here."""

import json

from ministack.core import iam_evaluator
from ministack.services import iam

# AWS Managed Policy Reference Guide; the emulator knows the others that CDK attaches
_PULL = "AmazonEC2ContainerRegistryReadOnly"
_PULLS = ["ecr:GetAuthorizationToken", "ecr:BatchCheckLayerAvailability", "ecr:GetDownloadUrlForLayer"]
_PULLS += ["ecr:GetRepositoryPolicy", "ecr:DescribeRepositories", "ecr:ListImages", "ecr:DescribeImages"]
_PULLS += ["ecr:BatchGetImage"]


def install() -> None:
    """Add the managed policy that the emulator lacks."""
    statement = {"Effect": "Allow", "Action": _PULLS, "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam._aws_managed_policies[f"arn:aws:iam::aws:policy/{_PULL}"] = iam._make_aws_managed_record(_PULL, document, "")


def allows(role_arn: str, action: str, resource: str = "*") -> bool:
    """Say whether the role's policies allow an action, as IAM evaluates them; a role that is gone allows nothing."""
    account, name = role_arn.split(":")[4], role_arn.rpartition("/")[2]
    context = iam_evaluator.EvalContext(
        principal_arn=role_arn,
        principal_type="AssumedRole",
        principal_account=account,
        action=action,
        resource_arn=resource,
        region="",
    )
    policies = iam_evaluator._gather_role_policies(name, account)
    return bool(iam_evaluator.evaluate(context, policies).decision == "Allow")
