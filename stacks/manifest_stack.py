"""A stack that applies Kubernetes objects and remembers them for the review."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
import cdk8s
from aws_cdk import aws_eks_v2 as eks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from constructs import Construct, IDependable


class ManifestStack(cdk.Stack):
    """Applies cdk8s charts to one cluster by CDK's kubectl handler.

    `cluster.add_cdk8s_chart` would put the objects into the cluster's own stack, which cannot name another stack's
    resources without a dependency cycle; `KubernetesManifest` in this stack can.
    """

    def __init__(self, scope: Construct, construct_id: str, **kwargs: Any) -> None:  # noqa: ANN401 (what a stack takes)
        """Make an empty stack."""
        super().__init__(scope, construct_id, **kwargs)
        self.charts = cdk8s.App()
        self.manifests: dict[str, list[Any]] = {}

    def apply(
        self,
        construct_id: str,
        *,
        cluster: eks.ICluster,
        chart: cdk8s.Chart,
        after: Sequence[IDependable] = (),
        **options: Any,  # noqa: ANN401 (options of KubernetesManifest)
    ) -> eks.KubernetesManifest:
        """Apply a chart's objects as one resource; it is made after `after` and deleted before them."""
        objects = chart.to_json()
        self.manifests[construct_id] = objects
        resource = eks.KubernetesManifest(self, construct_id, cluster=cluster, manifest=objects, **options)
        resource.node.add_dependency(*after)
        return resource
