"""All stacks of one environment, in the order in which they are deployed."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import aws_cdk as cdk

from podnet.vpc_cni_addon import configuration
from stacks.cluster_stack import ClusterStack
from stacks.compute_stack import ComputeStack
from stacks.network_stack import NetworkStack
from stacks.pod_networking_stack import PodNetworkingStack
from stacks.workloads_stack import WorkloadsStack

if TYPE_CHECKING:
    from aws_cdk import aws_ec2 as ec2
    from aws_cdk import aws_eks_v2 as eks
    from constructs import Construct

    from settings import Settings
    from settings.cluster import ExistingCluster
    from settings.network import ExistingNetwork


class Environment:
    """Network, Cluster, PodNetworking, Compute, Workloads-<namespace>; an existing cluster has the third and the last.

    References order everything after Cluster. Compute after PodNetworking and Workloads after Compute have none and are
    ordered by hand: nodes arrive in a cluster whose pod networking is right, policies before the pods they select.
    """

    def __init__(self, scope: Construct, settings: Settings) -> None:
        """Make the stacks under an App or a Stage; they are called `<environment>-<Stack>` either way."""
        self._scope, self._settings = scope, settings
        if settings.cluster:
            self.pod_networking, last = self._new_cluster()
        else:
            self.pod_networking = last = self._existing_cluster()
        by_namespace = sorted(settings.workloads, key=lambda workload: workload.namespace)
        self.workloads = [
            WorkloadsStack(
                scope,
                f"{settings.name}-Workloads-{namespace}",
                cluster=self.pod_networking.cluster,
                vpc=self.pod_networking.vpc,
                shared_group=self.pod_networking.shared_group,
                workloads=list(workloads),
                peers={peer.name: peer for peer in settings.peers},
                make_namespace=settings.cluster is not None,
                **self._common(),
            )
            for namespace, workloads in itertools.groupby(by_namespace, key=lambda workload: workload.namespace)
        ]
        for stack in self.workloads:
            stack.add_stack_dependency(last)

    @property
    def manifests(self) -> dict[str, list[Any]]:
        """What the stacks apply, by `<stack>-<resource>`; references are shown as CloudFormation writes them."""
        return {
            f"{stack.stack_name}-{name}": stack.resolve(objects)
            for stack in (self.pod_networking, *self.workloads)
            for name, objects in stack.manifests.items()
        }

    def _common(self) -> dict[str, Any]:
        settings = self._settings
        return {
            "env": cdk.Environment(account=settings.account, region=settings.region),
            "tags": {"podnet:environment": settings.name},
        }

    def _new_cluster(self) -> tuple[PodNetworkingStack, cdk.Stack]:
        settings, common = self._settings, self._common()
        scope, name = self._scope, settings.name
        if settings.cluster is None:
            raise ValueError("cluster must be given, got none: settings.load checks it")
        variables = settings.pod_networking.variables() if settings.pod_networking.addon_configuration else {}
        network = NetworkStack(scope, f"{name}-Network", network=settings.any_network, peers=settings.peers, **common)
        cluster = ClusterStack(
            scope,
            f"{name}-Cluster",
            vpc=network.vpc,
            cluster=settings.cluster,
            vpc_cni=settings.pod_networking.vpc_cni,
            addon_env=variables,
            **common,
        )
        pod_networking = self._pod_networking(cluster.cluster, network.vpc, configuration(variables))
        compute = ComputeStack(
            scope,
            f"{name}-Compute",
            cluster=cluster.cluster,
            node_groups=settings.node_groups,
            coredns_version=settings.cluster.coredns_version,
            **common,
        )
        compute.add_stack_dependency(pod_networking)
        return pod_networking, compute

    def _existing_cluster(self) -> PodNetworkingStack:
        settings = self._settings
        if settings.existing_cluster is None or settings.existing_network is None:
            raise ValueError("existing_cluster needs existing_network, got one of them: settings.load checks it")
        return self._pod_networking(settings.existing_cluster, settings.existing_network, "")

    def _pod_networking(
        self, cluster: eks.ICluster | ExistingCluster, vpc: ec2.IVpc | ExistingNetwork, addon_configuration: str
    ) -> PodNetworkingStack:
        settings = self._settings
        return PodNetworkingStack(
            self._scope,
            f"{settings.name}-PodNetworking",
            cluster=cluster,
            vpc=vpc,
            settings=settings.pod_networking,
            cluster_dns_ip=settings.cluster_dns_ip,
            addon_configuration=addon_configuration,
            handler_in_vpc=settings.any_cluster.handler_in_vpc,
            **self._common(),
        )
