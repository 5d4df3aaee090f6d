"""The namespace that a workload's policies live in."""

import cdk8s
from constructs import Construct

from .names import dns_label
from .plain_object import plain_object


class WorkloadNamespace(cdk8s.Chart):
    """One Namespace: a policy must be there before the pods, so before anybody else makes their namespace."""

    def __init__(self, scope: Construct, construct_id: str, *, name: str) -> None:
        """Make it; raises ValueError where `name` is no DNS-1123 label."""
        super().__init__(scope, construct_id)
        plain_object(self, "Namespace", cdk8s.ApiObjectMetadata(name=dns_label("name", name)))
