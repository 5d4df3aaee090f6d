"""The environment of aws-node as a CloudFormation resource."""

from collections.abc import Mapping
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_eks_v2 as eks
from aws_cdk import aws_sns as sns
from constructs import Construct, IDependable

from podnet.aws_node_env import limits
from podnet.aws_node_env.cluster_handler import ClusterHandler
from podnet.aws_node_env.drift_watch import DriftWatch

_HALF_AN_HOUR, _QUARTER = cdk.Duration.minutes(30), cdk.Duration.minutes(15)


class AwsNodeEnv(Construct):
    """Environment variables of the DaemonSet kube-system/aws-node, owned by field manager `podnet`.

    Makes the custom resource, its handler with an access entry to a Kubernetes group, and a watch that repairs drift.
    The resource is complete when every node runs aws-node with the values; deleting it puts back what was there before.
    The group needs the rights of `charts.AwsNodeEnvRights`: say so by `needs_rights`.

    Attributes:
        KUBERNETES_GROUP: the group that the Role of the handler is bound to.
        resource: the custom resource, with the attributes Generation, Nodes and CniVersion.
        role: the handler's IAM role.
        watch: schedule and alarms, None without `watch_every`.
    """

    KUBERNETES_GROUP = "podnet:reconcilers"

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        cluster: eks.ICluster,
        env: Mapping[str, Mapping[str, str]],
        addon_version: str,
        addon_configuration: str = "",
        run_again: str = "",
        rollout_limit: cdk.Duration = _HALF_AN_HOUR,
        dead_nodes: str = "count-out",
        watch_every: cdk.Duration | None = _QUARTER,
        watch_repairs: bool = True,
        alarm_topic: sns.ITopic | None = None,
        vpc: ec2.IVpc | None = None,
    ) -> None:
        """Set `env` on aws-node and keep it.

        Args:
            scope: parent construct.
            construct_id: id below it.
            cluster: only its name, endpoint, certificate and security group are read.
            env: container -> variable -> value.
            addon_version: of vpc-cni, "" where the CNI is self-managed; an update of the add-on may reset the values,
                and CloudFormation calls the handler only when a property changes.
            addon_configuration: configuration values of the add-on as JSON, for the same reason; none when left out.
            run_again: any new value calls the handler again.
            rollout_limit: how long the nodes may take, 1 to 45 minutes; 30 when left out.
            dead_nodes: where nodes have no available pod before: "count-out" waits for the others, "refuse" fails.
            watch_every: time between two checks for drift, 1 minute to 8 hours; 15 minutes when left out, None: never.
            watch_repairs: whether drift is repaired, or only counted.
            alarm_topic: told about drift, failures and silence of the watch; nobody when left out.
            vpc: where to reach a private endpoint from; the handler runs outside any VPC when left out.

        Raises:
            ValueError: an argument is out of its range.
        """
        super().__init__(scope, construct_id)
        limits.check(env, rollout_limit, dead_nodes, watch_every)
        minutes = int(rollout_limit.to_minutes())
        timeout = cdk.Duration.minutes(minutes + limits.WAIT_MINUTES + limits.SPARE_MINUTES)
        group = self.KUBERNETES_GROUP
        self._handler = ClusterHandler(self, "Handler", cluster=cluster, group=group, total_timeout=timeout, vpc=vpc)
        self.role = self._handler.role
        reached = {
            "ClusterName": cluster.cluster_name,
            "Endpoint": cluster.cluster_endpoint,
            "CertificateAuthority": cluster.cluster_certificate_authority_data,
        }
        self._properties: dict[str, Any] = {**reached, "RolloutMinutes": str(minutes)}
        self.resource = self.custom(
            self,
            "Resource",
            "Custom::AwsNodeEnv",
            Env=env,
            AddonVersion=addon_version,
            AddonConfiguration=addon_configuration,
            RunAgain=run_again,
            DeadNodes=dead_nodes,
            InVpc=str(vpc is not None).lower(),  # another way to the API server has to be proven
            WaitMinutes=str(limits.WAIT_MINUTES),
        )
        self.resource.node.add_dependency(self._handler.access_entry)
        self.watch: DriftWatch | None = None
        if watch_every:
            wanted = {"ResourceProperties": {"Env": env}, "Repair": str(watch_repairs).lower()}
            self.watch = DriftWatch(
                self,
                "Watch",
                function=self._handler.function("Watch", "watch", reached),
                cluster_name=cluster.cluster_name,
                every=watch_every,
                event={"PhysicalResourceId": self.resource.ref, **wanted},
                alarm_topic=alarm_topic,
            )
            self.watch.node.add_dependency(self.resource)  # its last step is the first count

    def needs_rights(self, manifest: IDependable) -> None:
        """Make the resource wait for its Role and RoleBinding, and go before them; otherwise both end in 403."""
        self.resource.node.add_dependency(manifest)

    def wait_for(
        self, construct_id: str, *, namespace: str, daemon_set: str, revision: str, after: IDependable
    ) -> cdk.CustomResource:
        """Give a resource that is complete when another DaemonSet is rolled out; it changes nothing.

        Args:
            construct_id: id below this construct.
            namespace: where the DaemonSet `daemon_set` is, on which the Role must allow `get`.
            daemon_set: its name.
            revision: waits again when it changes, so give a hash of the manifest.
            after: the manifest that makes the DaemonSet.
        """
        where = {"Namespace": namespace, "DaemonSet": daemon_set}
        waiting = self.custom(self, construct_id, "Custom::DaemonSetRollout", **where, Revision=revision)
        waiting.node.add_dependency(self.resource, after)  # self.resource has the rights and the access entry
        return waiting

    def custom(self, scope: Construct, name: str, kind: str, **properties: object) -> cdk.CustomResource:
        """Give a resource of one of the types of handler/index.py."""
        token, given = self._handler.service_token, {**self._properties, **properties}
        return cdk.CustomResource(scope, name, service_token=token, resource_type=kind, properties=given)
