"""The security groups and policies of one namespace's workloads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2

from charts.security_group_policy import SecurityGroupPolicy
from charts.workload_namespace import WorkloadNamespace
from podnet.pod_security_group import admit, port
from stacks.manifest_stack import ManifestStack

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk import aws_eks_v2 as eks
    from constructs import Construct

    from settings.network import Peer, RuleSource
    from settings.workloads import EgressRule, Rule, Workload


class WorkloadsStack(ManifestStack):
    """Makes a security group and a SecurityGroupPolicy for each workload, in a stack that teams deploy by itself.

    A policy is one resource: kubectl does not prune custom resources, so a policy dropped from a list inside one
    resource would stay in effect (aws/aws-cdk#22085).
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        cluster: eks.ICluster,
        vpc: ec2.IVpc,
        shared_group: ec2.ISecurityGroup,
        workloads: Sequence[Workload],
        peers: Mapping[str, Peer],
        make_namespace: bool,
        **kwargs: Any,  # noqa: ANN401 (what every stack takes)
    ) -> None:
        """Make them; all of `workloads` are of one namespace, which is made first and never deleted where wanted."""
        super().__init__(scope, construct_id, **kwargs)
        self._cluster, self._peers = cluster, peers
        self._groups = {w.name: self._group(w, vpc) for w in workloads if w.has_own_group}
        for workload in workloads:
            self._rules(workload)
        before = [self._namespace(workloads[0].namespace)] if make_namespace and workloads else []
        for workload in workloads:
            own = self._groups.get(workload.name)
            made = [group.security_group_id for group in (shared_group, own) if group]
            chart = SecurityGroupPolicy(
                self.charts,
                f"policy-{workload.name}",
                name=workload.name,
                namespace=workload.namespace,
                pod_labels=workload.pod_labels,
                service_account_labels=workload.service_account_labels,
                security_group_ids=[*made, *workload.security_group_ids],
            )
            self.apply(f"Policy-{workload.name}", cluster=cluster, chart=chart, after=before)

    def _namespace(self, name: str) -> eks.KubernetesManifest:
        chart = WorkloadNamespace(self.charts, "namespace", name=name)
        keep = cdk.RemovalPolicy.RETAIN
        return self.apply(
            "Namespace", cluster=self._cluster, chart=chart, overwrite=True, prune=False, removal_policy=keep
        )

    def _group(self, workload: Workload, vpc: ec2.IVpc) -> ec2.SecurityGroup:
        return ec2.SecurityGroup(
            self,
            f"Group-{workload.name}",
            vpc=vpc,
            description=f"pods of {workload.namespace}/{workload.name}",
            allow_all_outbound=workload.egress is None,
        )

    def _rules(self, workload: Workload) -> None:
        if workload.name not in self._groups:
            return
        group = self._groups[workload.name]
        for rule in workload.ingress:
            group.add_ingress_rule(self._end(rule.source), _port(rule), rule.description or None)
        for number, sent in enumerate(workload.egress or (), 1):
            group.add_egress_rule(self._end(sent.destination), _port(sent), sent.description or None)
            if sent.destination.cluster:
                target = self._cluster.cluster_security_group_id
                admit(self, f"Cluster-{workload.name}-{number}", group=target, source=group, port=_port(sent))
        for number, reach in enumerate(workload.reaches, 1):
            peer, target_port = self._peers[reach.peer], port(reach.protocol, reach.port)
            if workload.egress is not None:
                group.add_egress_rule(ec2.Peer.ipv4(peer.cidr), target_port, f"to {peer.name}")
            if peer.peer_side and peer.peer_side.security_group_id:
                target = peer.peer_side.security_group_id
                admit(self, f"Reach-{workload.name}-{number}", group=target, source=group, port=target_port)

    def _end(self, source: RuleSource) -> ec2.IPeer:
        if source.cidr:
            return ec2.Peer.ipv4(source.cidr)
        if source.peer:
            return ec2.Peer.ipv4(self._peers[source.peer].cidr)
        if source.workload:
            return self._groups[source.workload]
        return ec2.Peer.security_group_id(source.security_group_id or self._cluster.cluster_security_group_id)


def _port(rule: Rule | EgressRule) -> ec2.Port:
    return port(rule.protocol, rule.port, rule.to_port)
