"""The resources of environments/dev.yaml by bare constructs of aws-cdk-lib: no settings, no charts, none of podnet's.

The other side of `make bench NAME=synth`. What it takes from podnet is data: the handler's folder (an asset as any),
and the Kubernetes objects as podnet's own review wrote them, read from the file that the first argument names.
"""

from __future__ import annotations

import json
import pathlib
import sys
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_eks_v2 as eks
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import custom_resources as cr
from aws_cdk.lambda_layer_kubectl_v35 import KubectlV35Layer

HANDLER = pathlib.Path(__file__).parents[1] / "constructs" / "podnet" / "aws_node_env" / "handler"
MANIFESTS = HANDLER.parents[1] / "manifests_layer"
PLACE = cdk.Environment(account="111111111111", region="eu-west-1")
PRIVATE = ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_WITH_EGRESS)
GONE = cdk.RemovalPolicy.DESTROY


def network(app: cdk.App) -> tuple[cdk.Stack, ec2.Vpc]:
    """Make the VPC and the connection to the peer."""
    stack = cdk.Stack(app, "bare-Network", env=PLACE)
    public, private = ec2.SubnetType.PUBLIC, ec2.SubnetType.PRIVATE_WITH_EGRESS
    vpc = ec2.Vpc(
        stack,
        "Vpc",
        ip_addresses=ec2.IpAddresses.cidr("10.20.0.0/16"),
        availability_zones=["eu-west-1a", "eu-west-1b"],
        nat_gateways=1,
        subnet_configuration=[
            ec2.SubnetConfiguration(name="Public", subnet_type=public, cidr_mask=24, map_public_ip_on_launch=False),
            ec2.SubnetConfiguration(name="Private", subnet_type=private),
        ],
    )
    vpc.add_gateway_endpoint("S3", service=ec2.GatewayVpcEndpointAwsService.S3)
    peer = ec2.CfnVPCPeeringConnection(stack, "Peer", vpc_id=vpc.vpc_id, peer_vpc_id="vpc-0d1a2b3c4d5e6f701")
    ways = [(subnet.route_table.route_table_id, "10.99.0.0/16") for subnet in vpc.private_subnets]
    for number, (table, cidr) in enumerate([*ways, ("rtb-0d1a2b3c4d5e6f702", "10.20.0.0/16")]):
        ec2.CfnRoute(
            stack,
            f"Route{number}",
            route_table_id=table,
            destination_cidr_block=cidr,
            vpc_peering_connection_id=peer.attr_id,
        )
    call = cr.AwsSdkCall(
        service="EC2",
        action="modifyVpcPeeringConnectionOptions",
        parameters={
            "VpcPeeringConnectionId": peer.attr_id,
            "RequesterPeeringConnectionOptions": {"AllowDnsResolutionFromRemoteVpc": True},
        },
        physical_resource_id=cr.PhysicalResourceId.of("dns"),
    )
    policy = cr.AwsCustomResourcePolicy.from_sdk_calls(resources=["*"])
    cr.AwsCustomResource(stack, "Dns", install_latest_aws_sdk=False, on_create=call, on_update=call, policy=policy)
    return stack, vpc


def cluster(app: cdk.App, vpc: ec2.Vpc) -> Any:  # noqa: ANN401 (an eks.Cluster; its stub lacks a member of ICluster)
    """Make the cluster with its first add-ons."""
    stack = cdk.Stack(app, "bare-Cluster", env=PLACE)
    policies = ("AmazonEKSClusterPolicy", "AmazonEKSVPCResourceController")
    managed = [iam.ManagedPolicy.from_aws_managed_policy_name(name) for name in policies]
    role = iam.Role(stack, "Role", assumed_by=iam.ServicePrincipal("eks.amazonaws.com"), managed_policies=managed)
    kinds = eks.ClusterLoggingTypes
    made = eks.Cluster(
        stack,
        "Cluster",
        vpc=vpc,
        vpc_subnets=[PRIVATE],
        role=role,
        version=eks.KubernetesVersion.V1_35,
        default_capacity_type=eks.DefaultCapacityType.NODEGROUP,
        default_capacity=0,
        bootstrap_self_managed_addons=False,
        service_ipv4_cidr="172.20.0.0/16",
        cluster_logging=[kinds.API, kinds.AUDIT, kinds.AUTHENTICATOR],
        secrets_encryption_key=kms.Key(stack, "Key", enable_key_rotation=True, removal_policy=GONE),
        kubectl_provider_options=eks.KubectlProviderOptions(kubectl_layer=KubectlV35Layer(stack, "Kubectl")),
    )
    lambda_.LayerVersion(stack, "Again", code=lambda_.Code.from_asset(str(MANIFESTS), exclude=["**/__pycache__"]))
    scope = eks.AccessScopeType.CLUSTER
    policy = eks.AccessPolicy.from_access_policy_name("AmazonEKSClusterAdminPolicy", access_scope_type=scope)
    made.grant_access("Admin", "arn:aws:iam::111111111111:role/Admin", [policy])
    for name in ("kube-proxy", "vpc-cni"):
        eks.CfnAddon(stack, name, cluster_name=made.cluster_name, addon_name=name)
    return made


def pod_networking(app: cdk.App, vpc: ec2.Vpc, made: Any, objects: dict[str, Any]) -> tuple[str, str]:  # noqa: ANN401
    """Make the custom resource with its functions, watch and alarms, the shared group and the cache.

    Return the provider's token and the id of the shared group.
    """
    stack = cdk.Stack(app, "bare-PodNetworking", env=PLACE)
    role = iam.Role(stack, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
    log_group = logs.LogGroup(stack, "Logs", retention=logs.RetentionDays.THREE_MONTHS, removal_policy=GONE)
    log_group.grant_write(role)
    code = lambda_.Code.from_asset(str(HANDLER), exclude=["**/__pycache__", "*.pyc"])
    on_event, is_complete, watch = (
        lambda_.Function(
            stack,
            name,
            runtime=lambda_.Runtime.PYTHON_3_14,
            code=code,
            handler=f"index.{name}",
            role=role,
            log_group=log_group,
        )
        for name in ("on_event", "is_complete", "watch")
    )
    provider = cr.Provider(
        stack,
        "Provider",
        on_event_handler=on_event,
        is_complete_handler=is_complete,
        disable_waiter_state_machine_logging=True,
        log_group=log_group,
    )
    entry = eks.CfnAccessEntry(stack, "Entry", cluster_name=made.cluster_name, principal_arn=role.role_arn)
    rights = eks.KubernetesManifest(stack, "Rights", cluster=made, manifest=objects["Rights"])
    token, kind = provider.service_token, "Custom::AwsNodeEnv"
    env = cdk.CustomResource(stack, "Env", service_token=token, resource_type=kind, properties={"Env": {}})
    env.node.add_dependency(rights, entry)
    watch.configure_async_invoke(retry_attempts=0)
    events.Rule(
        stack,
        "Rule",
        schedule=events.Schedule.rate(cdk.Duration.minutes(15)),
        targets=[targets.LambdaFunction(watch, event=events.RuleTargetInput.from_object({"Repair": "true"}))],
    )
    for name in ("DriftFound", "Failures", "Checks"):
        metric = cloudwatch.Metric(namespace="bare", metric_name=name)
        metric.create_alarm(stack, name, threshold=1, evaluation_periods=1)
    group = ec2.SecurityGroup(stack, "Shared", vpc=vpc, allow_all_outbound=False)
    theirs = ec2.SecurityGroup.from_security_group_id(stack, "C", made.cluster_security_group_id, mutable=False)
    for number, port in enumerate((ec2.Port.tcp(53), ec2.Port.udp(53))):
        group.add_egress_rule(theirs, port)
        ingress(stack, f"Dns{number}", made.cluster_security_group_id, group, 53)
    way = eks.KubernetesManifest(stack, "Way", cluster=made, manifest=objects["NodeLocalDnsUpstream"])
    way.node.add_dependency(env)
    gone = cdk.CustomResource(stack, "Gone", service_token=token, resource_type="Custom::PodsGone")
    gone.node.add_dependency(way)
    cache = eks.KubernetesManifest(stack, "Cache", cluster=made, manifest=objects["NodeLocalDns"])
    cache.node.add_dependency(gone)
    waiting = cdk.CustomResource(stack, "Wait", service_token=token, resource_type="Custom::DaemonSetRollout")
    waiting.node.add_dependency(cache)
    return token, group.security_group_id


def ingress(stack: cdk.Stack, name: str, group: str, source: ec2.SecurityGroup, port: int) -> None:
    """Add an ingress rule to a group of somebody else."""
    own = source.security_group_id
    ec2.CfnSecurityGroupIngress(
        stack, name, group_id=group, source_security_group_id=own, ip_protocol="tcp", from_port=port, to_port=port
    )


def egress(stack: cdk.Stack, name: str, target: str, group: ec2.SecurityGroup, port: int) -> None:
    """Add an egress rule to a group of ours."""
    own = group.security_group_id
    ec2.CfnSecurityGroupEgress(
        stack, name, group_id=own, destination_security_group_id=target, ip_protocol="tcp", from_port=port, to_port=port
    )


def compute(app: cdk.App, made: Any, token: str, objects: dict[str, Any]) -> None:  # noqa: ANN401 (see cluster)
    """Make the nodes and CoreDNS, and wait for trunk ENIs."""
    stack = cdk.Stack(app, "bare-Compute", env=PLACE)
    volume = ec2.BlockDeviceVolume.ebs(50, encrypted=True)
    template = ec2.LaunchTemplate(
        stack, "Template", block_devices=[ec2.BlockDevice(device_name="/dev/xvda", volume=volume)]
    )
    nodes = eks.Nodegroup(
        stack,
        "Nodes",
        cluster=made,
        subnets=PRIVATE,
        instance_types=[ec2.InstanceType("m5.large")],
        ami_type=eks.NodegroupAmiType.AL2023_X86_64_STANDARD,
        launch_template_spec=eks.LaunchTemplateSpec(id=str(template.launch_template_id)),
    )
    addon = eks.CfnAddon(stack, "CoreDns", cluster_name=made.cluster_name, addon_name="coredns")
    addon.node.add_dependency(nodes)
    rights = eks.KubernetesManifest(stack, "Rights", cluster=made, manifest=objects["TrunkNodesRights"])
    properties = {"NodeGroups": {"general": "{}"}}
    trunks = cdk.CustomResource(
        stack, "Trunks", service_token=token, resource_type="Custom::TrunkNodes", properties=properties
    )
    trunks.node.add_dependency(nodes, rights)


def workloads(app: cdk.App, vpc: ec2.Vpc, made: Any, shared: str, namespace: str, rules: dict[str, str]) -> None:  # noqa: ANN401, PLR0917
    """Make groups and policies of one namespace; `rules` maps workload to rules with other groups, as `in` or `out`."""
    stack = cdk.Stack(app, f"bare-Workloads-{namespace}", env=PLACE)
    space = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}}
    eks.KubernetesManifest(stack, "Namespace", cluster=made, manifest=[space], overwrite=True, prune=False)
    for name, ways in rules.items():
        group = ec2.SecurityGroup(stack, name, vpc=vpc)
        for number, way in enumerate(ways.split()):
            make = ingress if way == "in" else egress
            make(stack, f"{name}{number}", "sg-0d1a2b3c4d5e6f703", group, 5432 + number)
        ids = {"groupIds": [shared, group.security_group_id]}
        spec = {"podSelector": {"matchLabels": {"app": name}}, "securityGroups": ids}
        policy = {"apiVersion": "vpcresources.k8s.aws/v1beta1", "kind": "SecurityGroupPolicy", "spec": spec}
        manifest = [{**policy, "metadata": {"name": name, "namespace": namespace}}]
        eks.KubernetesManifest(stack, f"Policy-{name}", cluster=made, manifest=manifest)


def main() -> None:
    """Synthesize."""
    objects = json.loads(pathlib.Path(sys.argv[1]).read_text())
    # as podnet has it: the templates' validation is more than half of a synth otherwise, stack traces a good part
    quick = {"aws:cdk:disable-stack-trace": True, "aws:cdk:disable-creation-stack-traces": True}
    app = cdk.App(context=quick, builtin_cloud_formation_validation=False)
    _, vpc = network(app)
    made = cluster(app, vpc)
    token, shared = pod_networking(app, vpc, made, objects)
    compute(app, made, token, objects)
    workloads(app, vpc, made, shared, "shop", {"orders-api": "in in", "orders-worker": "in in"})
    workloads(app, vpc, made, shared, "monitoring", {"prometheus": "in out"})
    app.synth()


if __name__ == "__main__":
    main()
