"""Manifests that can be made and deleted again where a first try failed."""

from pathlib import Path
from typing import cast

from aws_cdk import aws_eks_v2 as eks
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_

_LAYER = Path(__file__).parent / "manifests_layer"


def make_repeatable(provider: eks.IKubectlProvider | None) -> None:
    """Put podnet's layer in front of a cluster's kubectl function.

    What fails because nobody answers is tried again for two minutes. So is a deletion, and then it fails its resource;
    CDK's function reports success, and what it could not delete stays for ever. A creation takes up what an earlier try
    of the same manifest has made. A namespace that is there keeps what others have applied, such as its labels.
    The function, and CDK's own in front of it, keep what applying manifests needs: their log, and in a VPC their
    interfaces. What CDK adds for Helm charts in ECR is taken off.
    An imported provider, or none, is left as it is: its function is somebody else's.
    """
    for function in provider.node.find_all() if provider else ():
        if isinstance(function, lambda_.Function):
            if function.node.id == "Handler":
                code = lambda_.Code.from_asset(str(_LAYER), exclude=["**/__pycache__", "*.pyc"])
                layer = lambda_.LayerVersion(function, "Again", code=code, description="podnet: tries again")
                function.add_layers(layer)
                resource = cast("lambda_.CfnFunction", function.node.default_child)
                resource.add_property_override("Handler", "podnet_manifests.handler")
                function.node.try_remove_child("HasEcrPublic")  # the condition of a policy for charts
            name = f"service-role/AWSLambda{'VPCAccess' if function.is_bound_to_vpc else 'Basic'}ExecutionRole"
            role = cast("iam.CfnRole", cast("iam.IRole", function.role).node.default_child)
            role.managed_policy_arns = [iam.ManagedPolicy.from_aws_managed_policy_name(name).managed_policy_arn]
