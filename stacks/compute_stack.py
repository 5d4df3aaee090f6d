"""Nodes, and what needs nodes to run."""

import aws_cdk as cdk
from constructs import Construct

from charts.trunk_nodes_rights import TrunkNodesRights
from podnet.addon import Addon
from podnet.node_group import NodeGroup
from settings import Settings
from settings.cluster import Cluster
from stacks.environment_stack import EnvironmentStack
from stacks.pod_networking_stack import PodNetworkingStack


class ComputeStack(EnvironmentStack):
    """Makes the node groups, after pod networking is right, and then CoreDNS.

    A node that joined before ENABLE_POD_ENI was set may have no room for a trunk ENI and must be recycled
    (EKS user guide, "Assign security groups to individual Pods").
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, settings: Settings, own: Cluster, below: PodNetworkingStack
    ) -> None:
        """Make one managed node group for each of `settings.node_groups`; done when their nodes have trunk ENIs.

        `own` is the part of the settings that describes the cluster.
        """
        super().__init__(scope, construct_id, settings=settings)
        cluster, handler = below.cluster, below.aws_node_env
        rights = TrunkNodesRights(self.charts, "rights", group=handler.KUBERNETES_GROUP)
        # any change of a group is looked at again; one that an autoscaler may empty is not waited for
        groups = {one.name: one.model_dump_json(exclude_none=True) for one in settings.node_groups if one.min_size}
        trunks = handler.custom(self, "Trunks", "Custom::TrunkNodes", NodeGroups=groups)
        trunks.node.add_dependency(self.apply("TrunkNodesRights", cluster=cluster, chart=rights))
        version, values = own.coredns_version, own.coredns_values
        core_dns = Addon(self, "CoreDns", cluster=cluster, name="coredns", version=version, configuration_values=values)
        for group in settings.node_groups:
            nodes = NodeGroup(
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
                version=group.kubernetes_version,
            )
            core_dns.node.add_dependency(nodes)
            trunks.node.add_dependency(nodes)
