"""The kubectl that applies manifests, of the cluster's own version or next to it."""

import importlib
from typing import cast

from aws_cdk import aws_lambda as lambda_
from constructs import Construct

VERSIONS = {"1.33": "34", "1.34": "34", "1.35": "35", "1.36": "36", "1.37": "36"}  # minor version -> layer


def kubectl_layer(scope: Construct, kubernetes_version: str) -> lambda_.ILayerVersion:
    """Return the Lambda layer for a minor version; only its package is loaded, since each takes a second.

    kubectl is supported within one minor version of the API server (kubernetes.io/releases/version-skew-policy); the
    review refuses a version without a layer.
    """
    number = VERSIONS[kubernetes_version]
    package = importlib.import_module(f"aws_cdk.lambda_layer_kubectl_v{number}")
    return cast("lambda_.ILayerVersion", getattr(package, f"KubectlV{number}Layer")(scope, "Kubectl"))
