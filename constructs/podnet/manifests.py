"""Manifests that can be made and deleted again where a first try failed."""

from pathlib import Path
from typing import cast

from aws_cdk import aws_eks_v2 as eks
from aws_cdk import aws_lambda as lambda_

_LAYER = Path(__file__).parent / "manifests_layer"


def make_repeatable(provider: eks.IKubectlProvider | None) -> None:
    """Put podnet's layer in front of a cluster's kubectl function.

    What fails because nobody answers is tried again for two minutes. So is a deletion, and then it fails its resource;
    CDK's function reports success, and what it could not delete stays for ever. A creation takes up what an earlier try
    of the same manifest has made.
    An imported provider, or none, is left as it is: its function is somebody else's.
    """
    function = provider and provider.node.try_find_child("Handler")
    if isinstance(function, lambda_.Function):
        code = lambda_.Code.from_asset(str(_LAYER), exclude=["**/__pycache__", "*.pyc"])
        function.add_layers(lambda_.LayerVersion(function, "Again", code=code, description="podnet: tries again"))
        resource = cast("lambda_.CfnFunction", function.node.default_child)
        resource.add_property_override("Handler", "podnet_manifests.handler")
