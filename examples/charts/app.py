"""A CDK app of your own that brings podnet's charts to a cluster of your own.

A SecurityGroupPolicy has an effect where aws-node has ENABLE_POD_ENI and the cluster's role may make trunk interfaces,
as in ../aws_node_env.
"""

import aws_cdk as cdk
import cdk8s
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_eks_v2 as eks
from aws_cdk.lambda_layer_kubectl_v35 import KubectlV35Layer
from constructs import Construct

from podnet.charts.node_local_dns import NodeLocalDns, Options
from podnet.charts.security_group_policy import SecurityGroupPolicy
from podnet.manifests import make_repeatable

IMAGE = "registry.k8s.io/dns/k8s-dns-node-cache:1.26.8@sha256:bc6e64e2c85956af2fcc0aa720086410d41b4f31f378c9a92646fecc85cd4739"


class ClusterStack(cdk.Stack):
    """A cluster with a DNS cache on every node, and a security group for the pods of one workload."""

    def __init__(self, scope: Construct, construct_id: str) -> None:
        """Apply two charts; kubectl does not prune custom resources, so a policy is a resource by itself."""
        super().__init__(scope, construct_id)
        cluster = eks.Cluster(
            self,
            "Cluster",
            version=eks.KubernetesVersion.V1_35,
            service_ipv4_cidr="172.20.0.0/16",
            default_capacity_type=eks.DefaultCapacityType.NODEGROUP,
            default_capacity=0,  # CDK's own has AL2, which EKS refuses from Kubernetes 1.33 on
            kubectl_provider_options=eks.KubectlProviderOptions(kubectl_layer=KubectlV35Layer(self, "Kubectl")),
        )
        make_repeatable(cluster.kubectl_provider)
        cluster.add_nodegroup_capacity(
            "Nodes", instance_types=[ec2.InstanceType("m5.large")], ami_type=eks.NodegroupAmiType.AL2023_X86_64_STANDARD
        )
        charts = cdk8s.App()
        options = Options(stub_domains={"corp.example.com": ["10.99.1.53"]}, memory_limit_percent=200)
        # kube-dns has the tenth address of the service range
        cache = NodeLocalDns(charts, "cache", cluster_dns_ip="172.20.0.10", image=IMAGE, options=options)
        cluster.add_cdk8s_chart("NodeLocalDns", cache)

        group = ec2.SecurityGroup(self, "Api", vpc=cluster.vpc, description="pods of shop/api")
        group.add_ingress_rule(ec2.Peer.ipv4(cluster.vpc.vpc_cidr_block), ec2.Port.tcp(8080), "from the VPC")
        policy = SecurityGroupPolicy(
            charts,
            "policy",
            name="api",
            namespace="default",
            pod_labels={"app": "api"},
            security_group_ids=[group.security_group_id, cluster.cluster_security_group_id],
        )
        cluster.add_cdk8s_chart("ApiPolicy", policy)


app = cdk.App()
ClusterStack(app, "ChartsExample")
app.synth()
