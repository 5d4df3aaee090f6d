"""Pod networking of one cluster: aws-node's variables kept in effect, the shared pod group, the node cache."""

import aws_cdk as cdk
from aws_cdk import aws_eks_v2 as eks
from aws_cdk import aws_sns as sns
from constructs import Construct, IDependable

from charts.aws_node_env_rights import AwsNodeEnvRights
from charts.node_local_dns import KubeDnsUpstream, NodeLocalDns, Options
from podnet.aws_node_env import AwsNodeEnv
from podnet.imported_cluster import ImportedCluster
from podnet.pod_security_group import SharedPodGroup
from settings import Settings
from stacks.cluster_stack import ClusterStack
from stacks.environment_stack import EnvironmentStack
from stacks.kubectl_layer import kubectl_layer
from stacks.network_stack import import_vpc


class PodNetworkingStack(EnvironmentStack):
    """Puts the variables in effect before any node arrives, proves it, and brings the cache. Works on any cluster."""

    def __init__(
        self, scope: Construct, construct_id: str, *, settings: Settings, cluster: ClusterStack | None = None
    ) -> None:
        """Make it for a cluster of ours, or for the existing one that the settings describe."""
        super().__init__(scope, construct_id, settings=settings)
        self.cluster = cluster.cluster if cluster else self._existing_cluster()
        # a property of the custom resource: CloudFormation runs it again only when one of them changes
        self.aws_node_env = self._aws_node_env(cluster.addon_configuration if cluster else "")
        self.node_group_id = settings.node_security_group_id or self.cluster.cluster_security_group_id
        self.shared_group = SharedPodGroup(
            self,
            "SharedPodGroup",
            vpc=self.cluster.vpc,
            cluster_security_group_id=self.node_group_id,
            probes_through_vpc=settings.pod_networking.enforcing_mode == "strict",
        ).group
        if settings.pod_networking.dns_cache.enabled:
            self._node_cache()

    def _existing_cluster(self) -> eks.ICluster:
        found, network = self._settings.existing_cluster, self._settings.existing_network
        if not found or not network:
            raise ValueError("existing_cluster and existing_network must be given, got none: settings.load checks it")
        return ImportedCluster(
            self,
            "Cluster",
            name=found.name,
            endpoint=found.endpoint_url,
            certificate_authority=found.certificate_authority,
            security_group_id=found.security_group_id,
            vpc=import_vpc(self, network),
            kubectl_layer=kubectl_layer(self, found.kubernetes_version),
            private_endpoint=found.handler_in_vpc,
        ).cluster

    def _aws_node_env(self, addon_configuration: str) -> AwsNodeEnv:
        settings = self._settings.pod_networking
        drift = settings.drift
        topic = sns.Topic.from_topic_arn(self, "Topic", drift.alarm_topic_arn) if drift.alarm_topic_arn else None
        made = AwsNodeEnv(
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
            vpc=self.cluster.vpc if self._settings.any_cluster.handler_in_vpc else None,
        )
        names = (NodeLocalDns.NAME, NodeLocalDns.STANDBY)[: 1 + settings.dns_cache.standby]
        awaited = names if settings.dns_cache.enabled else ()
        rights = AwsNodeEnvRights(self.charts, "rights", group=made.KUBERNETES_GROUP, awaited_daemon_sets=awaited)
        made.needs_rights(self.apply("Rights", cluster=self.cluster, chart=rights))
        return made

    def _node_cache(self) -> None:
        """Make the cache, and after its rollout the standby: a node never restarts both at once.

        Deleted the other way round: the way to CoreDNS goes when no pod of a cache is left that may need it.
        """
        cache = self._settings.pod_networking.dns_cache
        after: list[IDependable] = [self.aws_node_env.resource]
        way = KubeDnsUpstream(self.charts, KubeDnsUpstream.NAME)
        caches = f"k8s-app in ({NodeLocalDns.NAME},{NodeLocalDns.STANDBY})"
        gone = self.aws_node_env.custom(self, "NodeLocalDnsGone", "Custom::PodsGone", Pods=caches)
        gone.node.add_dependency(self.apply("NodeLocalDnsUpstream", cluster=self.cluster, chart=way, after=after))
        after.append(gone)
        for standby in (False, True)[: 1 + cache.standby]:
            name = "NodeLocalDnsStandby" if standby else "NodeLocalDns"
            chart = NodeLocalDns(
                self.charts,
                name,
                cluster_dns_ip=self._settings.cluster_dns_ip,
                image=cache.image,
                local_ip=cache.local_ip,
                cluster_domain=cache.cluster_domain,
                options=Options(**cache.options()),
                standby=standby,
                upstream=False,
            )
            applied = self.apply(name, cluster=self.cluster, chart=chart, after=after)
            waiting = self.aws_node_env.wait_for(
                f"{name}Rollout", namespace="kube-system", daemon_set=chart.name, revision=chart.revision, after=applied
            )
            after = [waiting]
