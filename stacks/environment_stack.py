"""What every stack of an environment has: name, account, region, and a way to apply Kubernetes objects."""

from collections.abc import Sequence
from typing import Any

import aws_cdk as cdk
import cdk8s
from aws_cdk import aws_eks_v2 as eks
from constructs import Construct, IDependable

from settings import Settings


class EnvironmentStack(cdk.Stack):
    """Is called `<environment>-<construct id>` and applies cdk8s charts by CDK's kubectl handler.

    `cluster.add_cdk8s_chart` would put the objects into the cluster's own stack, which cannot name another stack's
    resources without a dependency cycle; `KubernetesManifest` in this stack can.
    """

    def __init__(self, scope: Construct, construct_id: str, *, settings: Settings) -> None:
        """Make an empty stack in the account and region of the settings."""
        place = cdk.Environment(account=settings.account, region=settings.region)
        name = f"{settings.name}-{construct_id}"
        # under a pipeline's stage a stack would otherwise get the stage's name too, and be a new one
        super().__init__(scope, name, stack_name=name, env=place, tags={"podnet:environment": settings.name})
        self._settings = settings
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
        """Apply a chart's objects as one resource; it is made after `after` and deleted before them.

        CloudFormation never looks at them: a new text in `run_again`, a property that nobody reads, applies them again.
        """
        self.manifests[f"{self.stack_name}-{construct_id}"] = objects = chart.to_json()
        resource = eks.KubernetesManifest(self, construct_id, cluster=cluster, manifest=objects, **options)
        if again := self._settings.pod_networking.run_again:
            made: Any = resource.node.find_child("Resource").node.default_child
            made.add_property_override("RunAgain", again)
        resource.node.add_dependency(*after)
        return resource
