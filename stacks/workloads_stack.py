"""The security groups and policies of one namespace's workloads."""

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from charts.security_group_policy import SecurityGroupPolicy
from charts.workload_namespace import WorkloadNamespace
from podnet.pod_security_group import admit, let_out, port
from settings import Settings
from settings.network import RuleSource
from settings.workloads import EgressRule, Rule, Workload
from stacks.environment_stack import EnvironmentStack
from stacks.pod_networking_stack import PodNetworkingStack

Groups = Mapping[tuple[str, str], ec2.SecurityGroup]
OneRule = TypeVar("OneRule", Rule, EgressRule)


class WorkloadsStack(EnvironmentStack):
    """Makes a security group and a SecurityGroupPolicy for each workload, in a stack that teams deploy by itself.

    A policy is one resource: kubectl does not prune custom resources, so a policy dropped from a list inside one
    resource would stay in effect (aws/aws-cdk#22085). A rule between two namespaces stands in the stack of the later
    one, whichever group it opens, so that stacks never need each other in a circle.

    Attributes:
        groups: Those of workloads by (namespace, name), of this namespace and of earlier ones.
    """

    def __init__(
        self, scope: Construct, *, settings: Settings, namespace: str, below: PodNetworkingStack, earlier: Groups
    ) -> None:
        """Make them for one namespace. On a new cluster the namespace is made first, and never deleted."""
        super().__init__(scope, f"Workloads-{namespace}", settings=settings)
        workloads = [workload for workload in settings.workloads if workload.namespace == namespace]
        self._cluster, self._nodes, self._namespace = below.cluster, below.node_group_id, namespace
        self._peers = {peer.name: peer for peer in settings.peers}
        own = {
            (namespace, workload.name): ec2.SecurityGroup(
                self,
                f"Group-{workload.name}",
                vpc=below.cluster.vpc,
                description=f"pods of {namespace}/{workload.name}",
                allow_all_outbound=workload.sends_everything,
            )
            for workload in workloads
            if workload.has_own_group
        }
        for made in own.values() if settings.namespaces != [namespace] else ():
            # for good: an export that came with a rule of a later stack could not go in the same deploy as that rule
            self.export_value(made.security_group_id)
        self.groups: Groups = {**earlier, **own}
        # the AWS Load Balancer Controller opens the one group of an interface that has this tag
        tag = f"kubernetes.io/cluster/{self._cluster.cluster_name}"
        cdk.Tags.of(self).add(tag, "shared", include_resource_types=["AWS::EC2::SecurityGroup"])
        before = [self._made(namespace)] if settings.cluster else []
        for workload in settings.workloads:
            group = self.groups.get((workload.namespace, workload.name))
            if group and namespace in (workload.namespace, *(end.namespace for end in workload.ends)):
                self._rules(workload, group)
        for workload in workloads:
            if group := own.get((namespace, workload.name)):
                self._services(workload, group)
            groups = [below.shared_group, *([group] if group else [])]
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

    def _made(self, name: str) -> cdk.aws_eks_v2.KubernetesManifest:
        chart = WorkloadNamespace(self.charts, "namespace", name=name)
        keep: dict[str, Any] = {"overwrite": True, "prune": False, "removal_policy": cdk.RemovalPolicy.RETAIN}
        return self.apply("Namespace", cluster=self._cluster, chart=chart, **keep)

    def _rules(self, workload: Workload, group: ec2.SecurityGroup) -> None:
        own, pods = group.security_group_id, f"{workload.namespace}/{workload.name}"
        # CDK takes no rule beside the one for everything
        send = (lambda *_: None) if workload.sends_everything else group.add_egress_rule
        for rule, wanted, name, end in self._ends(workload, [(one, one.source) for one in workload.ingress]):
            if "/" in end:
                group.add_ingress_rule(ec2.Peer.ipv4(end), wanted, rule.description or None)
            else:
                made = f"{pods if rule.source.namespace else workload.name} from {name} {wanted.to_string()}"
                admit(self, made, group=own, source=end, port=wanted, why=rule.description or name)
        for sent, wanted, name, end in self._ends(workload, [(one, one.destination) for one in workload.egress or ()]):
            if "/" in end:
                send(ec2.Peer.ipv4(end), wanted, sent.description or None)
            else:
                made = f"{pods if sent.destination.namespace else workload.name} to {name} {wanted.to_string()}"
                let_out(self, made, group=own, target=end, port=wanted, why=sent.description or name)
            if sent.destination.cluster:
                made = f"Cluster from {workload.name} {wanted.to_string()}"
                admit(self, made, group=end, source=own, port=wanted, why=f"pods of {pods}")

    def _services(self, workload: Workload, group: ec2.SecurityGroup) -> None:
        own, pods = group.security_group_id, f"pods of {workload.namespace}/{workload.name}"
        for reach in workload.reaches:
            wanted, there = port(reach.protocol, reach.port), reach.security_group_id
            made = f"{workload.name} to {there} {wanted.to_string()}"  # which an egress rule may have made
            if there and not (workload.sends_everything or self.node.try_find_child(made)):
                let_out(self, made, group=own, target=there, port=wanted, why=there)
            if reach.peer:
                peer = self._peers[reach.peer]
                there = peer.peer_side.security_group_id if peer.peer_side else None
                for cidr in () if workload.sends_everything else peer.cidrs:
                    group.add_egress_rule(ec2.Peer.ipv4(cidr), wanted, f"to {peer.name}")
            made = f"{there} from {workload.name} {wanted.to_string()}"  # two peers may share a group
            if there and not self.node.try_find_child(made):
                admit(self, made, group=there, source=own, port=wanted, why=pods)

    def _ends(
        self, workload: Workload, rules: list[tuple[OneRule, RuleSource]]
    ) -> Iterator[tuple[OneRule, ec2.Port, str, str]]:
        """Yield each rule of this stack with its port, and a name and the range or group's id of each of its ends."""
        for rule, end in rules:
            if max(workload.namespace, end.namespace or "") == self._namespace:
                for name, far in self._far(workload, end):
                    yield rule, port(rule.protocol, rule.port, rule.to_port), name, far

    def _far(self, workload: Workload, end: RuleSource) -> list[tuple[str, str]]:
        if end.workload:
            name = f"{end.namespace}/{end.workload}" if end.namespace else end.workload
            return [(name, self.groups[end.namespace or workload.namespace, end.workload].security_group_id)]
        if cidrs := self._peers[end.peer].cidrs if end.peer else (end.cidr,) if end.cidr else ():
            return [(cidr, cidr) for cidr in cidrs]
        given = end.security_group_id or end.prefix_list_id
        return [(given or "cluster", given or self._nodes)]
