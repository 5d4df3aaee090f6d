"""CloudFormation resource types that the emulator lacks or takes too lightly."""

from rehearsal.emulator.resources.alarm import Alarm
from rehearsal.emulator.resources.eks_access_entry import EksAccessEntry
from rehearsal.emulator.resources.eks_addon import EksAddon
from rehearsal.emulator.resources.eks_cluster import EksCluster
from rehearsal.emulator.resources.eks_nodegroup import EksNodegroup
from rehearsal.emulator.resources.eks_pod_identity_association import EksPodIdentityAssociation
from rehearsal.emulator.resources.elastic_ip import ElasticIp
from rehearsal.emulator.resources.flow_log import FlowLog
from rehearsal.emulator.resources.lambda_function import LambdaFunction
from rehearsal.emulator.resources.nat_gateway import NatGateway
from rehearsal.emulator.resources.oidc_provider import OidcProvider
from rehearsal.emulator.resources.peering_connection import PeeringConnection
from rehearsal.emulator.resources.resource_type import ResourceType
from rehearsal.emulator.resources.route import Route
from rehearsal.emulator.resources.security_group import SecurityGroup
from rehearsal.emulator.resources.security_group_egress import SecurityGroupEgress
from rehearsal.emulator.resources.security_group_ingress import SecurityGroupIngress
from rehearsal.emulator.resources.subnet import Subnet
from rehearsal.emulator.resources.transit_gateway_vpc_attachment import TransitGatewayVpcAttachment
from rehearsal.emulator.resources.vpc import Vpc

RESOURCE_TYPES: tuple[type[ResourceType], ...] = (
    Alarm,
    EksAccessEntry,
    EksAddon,
    EksCluster,
    EksNodegroup,
    EksPodIdentityAssociation,
    ElasticIp,
    FlowLog,
    LambdaFunction,
    NatGateway,
    OidcProvider,
    PeeringConnection,
    Route,
    SecurityGroup,
    SecurityGroupEgress,
    SecurityGroupIngress,
    Subnet,
    TransitGatewayVpcAttachment,
    Vpc,
)


def install_resource_types() -> None:
    """Tell the emulator all of them.

    Raises:
        SystemExit: If the emulator gained or lost one of the types since this was written.
    """
    for kind in RESOURCE_TYPES:
        kind().install()
