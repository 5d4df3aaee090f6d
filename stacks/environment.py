"""All stacks of one environment, in the order in which they are deployed."""

from typing import Any

import aws_cdk as cdk

from settings import Settings
from stacks.cluster_stack import ClusterStack
from stacks.compute_stack import ComputeStack
from stacks.environment_stack import EnvironmentStack
from stacks.network_stack import NetworkStack
from stacks.pod_networking_stack import PodNetworkingStack
from stacks.workloads_stack import Groups, WorkloadsStack


class Environment:
    """Network, Cluster, PodNetworking, Compute, Workloads-<namespace>; an existing cluster has the third and the last.

    References order everything after Cluster. Compute after PodNetworking and Workloads after Compute are ordered by
    hand: nodes arrive in a cluster whose pod networking is right, policies before the pods they select. The proof of
    the nodes' trunks refers to PodNetworking as well, but the order is not to rest on it.
    """

    def __init__(self, stage: cdk.Stage, settings: Settings) -> None:
        """Make the stacks under an App or another Stage; they are called `<environment>-<Stack>` either way."""
        self.stage, self.settings = stage, settings
        nodes: ComputeStack | PodNetworkingStack
        if own := settings.cluster:
            network = NetworkStack(stage, "Network", settings=settings)
            cluster = ClusterStack(stage, "Cluster", settings=settings, cluster=own, vpc=network.vpc)
            pod_networking = PodNetworkingStack(stage, "PodNetworking", settings=settings, cluster=cluster)
            nodes = ComputeStack(stage, "Compute", settings=settings, own=own, below=pod_networking)
            nodes.add_stack_dependency(pod_networking)
        else:
            pod_networking = nodes = PodNetworkingStack(stage, "PodNetworking", settings=settings)
        groups: Groups = {}
        for name in settings.namespaces:
            made = WorkloadsStack(stage, settings=settings, namespace=name, below=pod_networking, earlier=groups)
            made.add_stack_dependency(nodes)
            groups = made.groups

    @property
    def manifests(self) -> dict[str, list[Any]]:
        """What the stacks apply, by `<stack>-<resource>`; references are shown as CloudFormation writes them."""
        stacks = [stack for stack in self.stage.node.children if isinstance(stack, EnvironmentStack)]
        return {name: stack.resolve(objects) for stack in stacks for name, objects in stack.manifests.items()}
