"""The security groups and policies of one namespace's workloads."""

from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from charts.security_group_policy import SecurityGroupPolicy
from charts.workload_namespace import WorkloadNamespace
from podnet.pod_security_group import admit, let_out, port
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
        self._cluster, self._nodes = below.cluster, below.node_group_id
        self._peers = {peer.name: peer for peer in settings.peers}
        self._groups = {
            workload.name: ec2.SecurityGroup(
                self,
                f"Group-{workload.name}",
                vpc=below.cluster.vpc,
                description=f"pods of {namespace}/{workload.name}",
                allow_all_outbound=workload.sends_everything,
            )
            for workload in workloads
            if workload.has_own_group
        }
        # the AWS Load Balancer Controller opens the one group of an interface that has this tag
        tag = f"kubernetes.io/cluster/{self._cluster.cluster_name}"
        cdk.Tags.of(self).add(tag, "shared", include_resource_types=["AWS::EC2::SecurityGroup"])
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
        keep: dict[str, Any] = {"overwrite": True, "prune": False, "removal_policy": cdk.RemovalPolicy.RETAIN}
        return self.apply("Namespace", cluster=self._cluster, chart=chart, **keep)

    def _rules(self, workload: Workload, group: ec2.SecurityGroup) -> None:
        own, pods = group.security_group_id, f"pods of {workload.namespace}/{workload.name}"
        # CDK takes no rule beside the one for everything
        send = (lambda *_: None) if workload.sends_everything else group.add_egress_rule
        for rule, name, end in [(one, *end) for one in workload.ingress for end in self._ends(one.source)]:
            wanted = port(rule.protocol, rule.port, rule.to_port)
            if "/" in end:
                group.add_ingress_rule(ec2.Peer.ipv4(end), wanted, rule.description or None)
            else:
                made = f"{workload.name} from {name} {wanted.to_string()}"
                admit(self, made, group=own, source=end, port=wanted, why=rule.description or name)
        for sent, name, end in [(one, *end) for one in workload.egress or () for end in self._ends(one.destination)]:
            wanted = port(sent.protocol, sent.port, sent.to_port)
            if "/" in end:
                send(ec2.Peer.ipv4(end), wanted, sent.description or None)
            else:
                made = f"{workload.name} to {name} {wanted.to_string()}"
                let_out(self, made, group=own, target=end, port=wanted, why=sent.description or name)
            if sent.destination.cluster:
                made = f"Cluster from {workload.name} {wanted.to_string()}"
                admit(self, made, group=end, source=own, port=wanted, why=pods)
        for reach in workload.reaches:
            peer, wanted = self._peers[reach.peer], port(reach.protocol, reach.port)
            for cidr in peer.cidrs:
                send(ec2.Peer.ipv4(cidr), wanted, f"to {peer.name}")
            if peer.peer_side and (target := peer.peer_side.security_group_id):
                made = f"{target} from {workload.name} {wanted.to_string()}"
                if not self.node.try_find_child(made):  # two peers may share a group
                    admit(self, made, group=target, source=own, port=wanted, why=pods)

    def _ends(self, end: RuleSource) -> list[tuple[str, str]]:
        """Return a name for a rule's far end, and its range or the id of its group; a peer may have several ranges."""
        if end.workload:
            return [(end.workload, self._groups[end.workload].security_group_id)]
        if cidrs := self._peers[end.peer].cidrs if end.peer else (end.cidr,) if end.cidr else ():
            return [(cidr, cidr) for cidr in cidrs]
        return [(end.security_group_id or "cluster", end.security_group_id or self._nodes)]
