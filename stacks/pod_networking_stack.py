"""Pod networking of one cluster: aws-node's variables kept in effect, the shared pod group, the node cache."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_sns as sns

from charts.aws_node_env_rights import AwsNodeEnvRights
from charts.node_local_dns import NodeLocalDns, Options
from podnet.aws_node_env import AwsNodeEnv
from podnet.imported_cluster import ImportedCluster
from podnet.pod_security_group import SharedPodGroup
from settings.cluster import ExistingCluster
from settings.network import ExistingNetwork
from stacks.kubectl_layer import kubectl_layer
from stacks.manifest_stack import ManifestStack
from stacks.network_stack import import_vpc

if TYPE_CHECKING:
    from aws_cdk import aws_eks_v2 as eks
    from constructs import Construct, IDependable

    from settings.dns_cache import DnsCache
    from settings.pod_networking import PodNetworking


NODE_CACHE = "node-local-dns"


class PodNetworkingStack(ManifestStack):
    """Puts the variables in effect before any node arrives, proves it, and brings the cache. Works on any cluster."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        cluster: eks.ICluster | ExistingCluster,
        vpc: ec2.IVpc | ExistingNetwork,
        settings: PodNetworking,
        cluster_dns_ip: str,
        addon_configuration: str,
        handler_in_vpc: bool,
        **kwargs: Any,  # noqa: ANN401 (what every stack takes)
    ) -> None:
        """Make it.

        `addon_configuration` is what the add-on itself carries, "" for nothing: CloudFormation runs the custom resource
        again only when one of its properties changes, and an add-on update may have reset the values.
        """
        super().__init__(scope, construct_id, **kwargs)
        self.vpc = import_vpc(self, vpc) if isinstance(vpc, ExistingNetwork) else vpc
        self.cluster, access = self._cluster(cluster)
        self.aws_node_env = self._aws_node_env(settings, addon_configuration, self.vpc if handler_in_vpc else None)
        cache = settings.dns_cache if settings.dns_cache.enabled else None
        rights = AwsNodeEnvRights(
            self.charts, "rights", group=AwsNodeEnv.KUBERNETES_GROUP, awaited_daemon_sets=[NODE_CACHE] if cache else []
        )
        self.aws_node_env.needs_rights(self.apply("Rights", cluster=self.cluster, chart=rights, after=access))
        self.shared_group = SharedPodGroup(
            self,
            "SharedPodGroup",
            vpc=self.vpc,
            cluster_security_group_id=self.cluster.cluster_security_group_id,
            probes_through_vpc=settings.enforcing_mode == "strict",
        ).group
        if cache:
            self._node_cache(cache, cluster_dns_ip, access)

    def _cluster(self, cluster: eks.ICluster | ExistingCluster) -> tuple[eks.ICluster, list[IDependable]]:
        if not isinstance(cluster, ExistingCluster):
            return cluster, []
        imported = ImportedCluster(
            self,
            "Cluster",
            name=cluster.name,
            endpoint=cluster.endpoint_url,
            certificate_authority=cluster.certificate_authority,
            security_group_id=cluster.security_group_id,
            vpc=self.vpc,
            kubectl_layer=kubectl_layer(self, cluster.kubernetes_version),
            private_endpoint=cluster.handler_in_vpc,
        )
        return imported.cluster, [imported.entry]

    def _aws_node_env(self, settings: PodNetworking, addon_configuration: str, vpc: ec2.IVpc | None) -> AwsNodeEnv:
        drift = settings.drift
        topic = sns.Topic.from_topic_arn(self, "AlarmTopic", drift.alarm_topic_arn) if drift.alarm_topic_arn else None
        return AwsNodeEnv(
            self,
            "AwsNodeEnv",
            cluster=self.cluster,
            env=settings.variables(),
            addon_version=settings.vpc_cni.version,
            addon_configuration=addon_configuration,
            run_again=settings.run_again,
            rollout_limit=cdk.Duration.minutes(settings.rollout_limit_minutes),
            dead_nodes=settings.dead_nodes,
            watch_every=cdk.Duration.minutes(drift.every_minutes) if drift.every_minutes else None,
            watch_repairs=drift.repair,
            alarm_topic=topic,
            vpc=vpc,
        )

    def _node_cache(self, cache: DnsCache, cluster_dns_ip: str, access: list[IDependable]) -> None:
        chart = NodeLocalDns(
            self.charts,
            "node-local-dns",
            cluster_dns_ip=cluster_dns_ip,
            image=cache.image,
            local_ip=cache.local_ip,
            cluster_domain=cache.cluster_domain,
            options=Options(stub_domains=cache.stub_domains),
        )
        after = [*access, self.aws_node_env.resource]
        applied = self.apply("NodeLocalDns", cluster=self.cluster, chart=chart, after=after)
        self.aws_node_env.wait_for(
            "NodeLocalDnsRollout",
            namespace="kube-system",
            daemon_set=chart.daemon_set_name,
            revision=chart.revision,
            after=applied,
        )
