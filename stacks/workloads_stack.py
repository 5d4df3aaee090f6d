"""The security groups and policies of one namespace's workloads."""

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from charts.security_group_policy import SecurityGroupPolicy
from charts.workload_namespace import WorkloadNamespace
from podnet.pod_security_group import admit, port
from settings import Settings
from settings.network import RuleSource
from settings.workloads import Workload
from stacks.environment_stack import EnvironmentStack
from stacks.pod_networking_stack import PodNetworkingStack


class WorkloadsStack(EnvironmentStack):
    """Makes a security group and a SecurityGroupPolicy for each workload, in a stack that teams deploy by itself.

    A policy is one resource: kubectl does not prune custom resources, so a policy dropped from a list inside one
    resource would stay in effect (aws/aws-cdk#22085).
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, settings: Settings, namespace: str, below: PodNetworkingStack
    ) -> None:
        """Make them for one namespace. On a new cluster the namespace is made first, and never deleted."""
        super().__init__(scope, construct_id, settings=settings)
        workloads = [workload for workload in settings.workloads if workload.namespace == namespace]
        self._cluster, self._peers = below.cluster, {peer.name: peer for peer in settings.peers}
        self._groups = {
            workload.name: ec2.SecurityGroup(
                self,
                f"Group-{workload.name}",
                vpc=below.vpc,
                description=f"pods of {namespace}/{workload.name}",
                allow_all_outbound=workload.egress is None,
            )
            for workload in workloads
            if workload.has_own_group
        }
        before = [self._namespace(namespace)] if settings.cluster else []
        for workload in workloads:
            groups = [below.shared_group]
            if own := self._groups.get(workload.name):
                self._rules(workload, own)
                groups.append(own)
            chart = SecurityGroupPolicy(
                self.charts,
                f"policy-{workload.name}",
                name=workload.name,
                namespace=namespace,
                pod_labels=workload.pod_labels,
                service_account_labels=workload.service_account_labels,
                security_group_ids=[*(group.security_group_id for group in groups), *workload.security_group_ids],
            )
            self.apply(f"Policy-{workload.name}", cluster=self._cluster, chart=chart, after=before)

    def _namespace(self, name: str) -> cdk.aws_eks_v2.KubernetesManifest:
        chart = WorkloadNamespace(self.charts, "namespace", name=name)
        keep = cdk.RemovalPolicy.RETAIN
        return self.apply(
            "Namespace", cluster=self._cluster, chart=chart, overwrite=True, prune=False, removal_policy=keep
        )

    def _rules(self, workload: Workload, group: ec2.SecurityGroup) -> None:
        for rule in workload.ingress:
            wanted = port(rule.protocol, rule.port, rule.to_port)
            group.add_ingress_rule(self._end(rule.source), wanted, rule.description or None)
        for number, sent in enumerate(workload.egress or (), 1):
            wanted = port(sent.protocol, sent.port, sent.to_port)
            group.add_egress_rule(self._end(sent.destination), wanted, sent.description or None)
            if sent.destination.cluster:
                target = self._cluster.cluster_security_group_id
                admit(self, f"Cluster-{workload.name}-{number}", group=target, source=group, port=wanted)
        for number, reach in enumerate(workload.reaches, 1):
            peer, wanted = self._peers[reach.peer], port(reach.protocol, reach.port)
            if workload.egress is not None:
                group.add_egress_rule(ec2.Peer.ipv4(peer.cidr), wanted, f"to {peer.name}")
            if peer.peer_side and peer.peer_side.security_group_id:
                target = peer.peer_side.security_group_id
                admit(self, f"Reach-{workload.name}-{number}", group=target, source=group, port=wanted)

    def _end(self, source: RuleSource) -> ec2.IPeer:
        if source.workload:
            return self._groups[source.workload]
        if cidr := self._peers[source.peer].cidr if source.peer else source.cidr:
            return ec2.Peer.ipv4(cidr)
        return ec2.Peer.security_group_id(source.security_group_id or self._cluster.cluster_security_group_id)
