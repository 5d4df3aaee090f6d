"""All stacks of one environment, in the order in which they are deployed."""

from typing import Any

from constructs import Construct

from settings import Settings
from stacks.cluster_stack import ClusterStack
from stacks.compute_stack import ComputeStack
from stacks.environment_stack import EnvironmentStack
from stacks.network_stack import NetworkStack
from stacks.pod_networking_stack import PodNetworkingStack
from stacks.workloads_stack import WorkloadsStack


class Environment:
    """Network, Cluster, PodNetworking, Compute, Workloads-<namespace>; an existing cluster has the third and the last.

    References order everything after Cluster. Compute after PodNetworking and Workloads after Compute are ordered by
    hand: nodes arrive in a cluster whose pod networking is right, policies before the pods they select. The proof of
    the nodes' trunks refers to PodNetworking as well, but the order is not to rest on it.
    """

    def __init__(self, scope: Construct, settings: Settings) -> None:
        """Make the stacks under an App or a Stage; they are called `<environment>-<Stack>` either way."""
        self.settings = settings
        nodes: ComputeStack | PodNetworkingStack
        if own := settings.cluster:
            network = NetworkStack(scope, "Network", settings=settings)
            cluster = ClusterStack(scope, "Cluster", settings=settings, cluster=own, vpc=network.vpc)
            pod_networking = PodNetworkingStack(scope, "PodNetworking", settings=settings, cluster=cluster)
            version = own.coredns_version
            nodes = ComputeStack(scope, "Compute", settings=settings, coredns_version=version, below=pod_networking)
            nodes.add_stack_dependency(pod_networking)
        else:
            pod_networking = nodes = PodNetworkingStack(scope, "PodNetworking", settings=settings)
        self.stacks = list[EnvironmentStack](dict.fromkeys([pod_networking, nodes]))  # those that apply manifests
        for name in sorted({workload.namespace for workload in settings.workloads}):
            made = WorkloadsStack(scope, f"Workloads-{name}", settings=settings, namespace=name, below=pod_networking)
            made.add_stack_dependency(nodes)
            self.stacks.append(made)

    @property
    def manifests(self) -> dict[str, list[Any]]:
        """What the stacks apply, by `<stack>-<resource>`; references are shown as CloudFormation writes them."""
        return {name: stack.resolve(objects) for stack in self.stacks for name, objects in stack.manifests.items()}
