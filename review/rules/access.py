"""Rules about who gets into the cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING

from review.rules.at import At
from review.rules.rule import rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from settings import Settings

_ADMINISTRATORS = "cluster.admin_role_arns"


@rule(
    "somebody-may-use-kubectl",
    "warning",
    must="name a role of the people who run the cluster",
    why="only CloudFormation's role and podnet's functions get in otherwise; `make verify` and leaving need kubectl",
    source="EKS user guide, Grant IAM users access to Kubernetes with EKS access entries",
    fix="name the role that you log in with, or have an administrator of EKS add an access entry, and acknowledge it",
    paths=(_ADMINISTRATORS,),
)
def somebody_may_use_kubectl(settings: Settings) -> Iterator[At]:
    """Find new clusters that admit nobody."""
    if settings.cluster and not settings.cluster.admin_role_arns:
        yield At(_ADMINISTRATORS, "none")


RULES = (somebody_may_use_kubectl,)
