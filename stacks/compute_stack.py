"""Nodes, and what needs nodes to run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
from aws_cdk import aws_eks_v2 as eks

from podnet.node_group import NodeGroup

if TYPE_CHECKING:
    from collections.abc import Sequence

    from constructs import Construct

    from settings import cluster as sections


class ComputeStack(cdk.Stack):
    """Makes the node groups, after pod networking is right, and then CoreDNS.

    A node that joined before ENABLE_POD_ENI was set may have no room for a trunk ENI and must be recycled
    (EKS user guide, "Assign security groups to individual Pods").
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        cluster: eks.ICluster,
        node_groups: Sequence[sections.NodeGroup],
        coredns_version: str,
        **kwargs: Any,  # noqa: ANN401 (what every stack takes)
    ) -> None:
        """Make one managed node group for each section."""
        super().__init__(scope, construct_id, **kwargs)
        groups = [
            NodeGroup(
                self,
                f"Nodes-{group.name}",
                cluster=cluster,
                name=group.name,
                instance_types=group.instance_types,
                sizes=(group.min_size, group.desired_size, group.max_size),
                disk=cdk.Size.gibibytes(group.disk_gib),
                arm=group.architecture == "arm64",
                spot=group.capacity == "spot",
                labels=group.labels,
            )
            for group in node_groups
        ]
        coredns = eks.CfnAddon(
            self, "CoreDns", cluster_name=cluster.cluster_name, addon_name="coredns", addon_version=coredns_version
        )
        coredns.node.add_dependency(*groups)
