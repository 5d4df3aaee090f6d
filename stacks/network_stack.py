"""The VPC and its connections to peers."""

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_logs as logs
from constructs import Construct

from podnet.peering_connection import PeeringConnection
from podnet.transit_gateway import TransitGateway
from settings import Settings
from settings.network import ExistingNetwork, Network, Peer
from stacks.environment_stack import EnvironmentStack


class NetworkStack(EnvironmentStack):
    """Makes or imports the VPC: nodes in private subnets, public ones only for NAT gateways and load balancers."""

    def __init__(self, scope: Construct, construct_id: str, *, settings: Settings) -> None:
        """Make the VPC, and for each peer a connection or the way to its transit gateway."""
        super().__init__(scope, construct_id, settings=settings)
        network = self._network = settings.any_network
        self.vpc = import_vpc(self, network) if isinstance(network, ExistingNetwork) else self._make_vpc(network)
        # only peers need them, and without peers an existing VPC's file may leave them out
        tables = [one.route_table.route_table_id for one in self.vpc.private_subnets if settings.peers]
        for peer in settings.peers:
            back = peer.peer_side.route_table_ids if peer.peer_side else ()
            if peer.transit_gateway_id:
                gateway = self._gateway(peer.transit_gateway_id)
                gateway.route(peer.name, cidrs=peer.cidrs, route_table_ids=tables)
                gateway.route("Return", cidrs=network.cidrs, route_table_ids=back)
            else:
                self._connection(peer, tables, back)

    def _connection(self, peer: Peer, tables: Sequence[str], back: Sequence[str]) -> None:
        PeeringConnection(
            self,
            f"Peer-{peer.name}",
            vpc=self.vpc,
            vpc_cidrs=self._network.cidrs,
            peer_vpc_id=peer.vpc_id or "",  # settings.load demands it
            peer_cidrs=peer.cidrs,
            peer_account=peer.account,
            peer_region=peer.region,
            accepter_role_arn=peer.accepter_role_arn,
            route_table_ids=tables,
            return_route_table_ids=back,
            dns_resolution=peer.dns_resolution,
        )

    def _gateway(self, gateway_id: str) -> TransitGateway:
        """Return the gateway, made once; the owner of an existing VPC attaches it."""
        found = self.node.try_find_child(gateway_id)
        if isinstance(found, TransitGateway):
            return found
        own = isinstance(self._network, Network)
        return TransitGateway(self, gateway_id, transit_gateway_id=gateway_id, vpc=self.vpc, attach=own)

    @property
    def availability_zones(self) -> list[str]:
        """The zones of the settings: `ec2.Vpc` compares with them, and CDK would ask AWS for the region's."""
        return list(self._network.availability_zones)

    def _make_vpc(self, network: Network) -> ec2.IVpc:
        public = ec2.SubnetConfiguration(
            name="Public", subnet_type=ec2.SubnetType.PUBLIC, cidr_mask=24, map_public_ip_on_launch=False
        )
        private = ec2.SubnetConfiguration(name="Private", subnet_type=ec2.SubnetType.PRIVATE_WITH_EGRESS)
        vpc = ec2.Vpc(
            self,
            "Vpc",
            ip_addresses=ec2.IpAddresses.cidr(network.cidr),
            availability_zones=list(network.availability_zones),
            nat_gateways=network.nat_gateways,  # of which a zone has one at most
            subnet_configuration=[public, private],
        )
        if network.s3_endpoint:
            vpc.add_gateway_endpoint("S3", service=ec2.GatewayVpcEndpointAwsService.S3)
        if network.interface_endpoints:
            why = "interface endpoints"
            shared = ec2.SecurityGroup(self, "Endpoints", vpc=vpc, description=why, allow_all_outbound=False)
            for service in network.interface_endpoints:
                name = "".join(part.capitalize() for part in service.split("."))
                of = ec2.InterfaceVpcEndpointAwsService(service)
                vpc.add_interface_endpoint(name, service=of, security_groups=[shared])
        if network.flow_logs:
            kept, gone = logs.RetentionDays.ONE_MONTH, cdk.RemovalPolicy.DESTROY
            group = logs.LogGroup(self, "FlowLogs", retention=kept, removal_policy=gone)
            vpc.add_flow_log("FlowLogs", destination=ec2.FlowLogDestination.to_cloud_watch_logs(group))
        return vpc


def import_vpc(scope: Construct, network: ExistingNetwork) -> ec2.IVpc:
    """Return the existing VPC as the settings describe it; nothing is looked up."""
    vpc = ec2.Vpc.from_vpc_attributes(
        scope,
        "Vpc",
        vpc_id=network.vpc_id,
        availability_zones=list(network.availability_zones),
        private_subnet_ids=list(network.private_subnet_ids),
        private_subnet_route_table_ids=list(network.private_route_table_ids) or None,
    )
    why = "podnet reads route tables only to route to peers, and then the settings demand them"
    cdk.Annotations.of(vpc).acknowledge_warning("@aws-cdk/aws-ec2:noSubnetRouteTableId", why)
    return vpc
