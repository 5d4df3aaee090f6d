"""A transit gateway as the way to peers, where many VPCs meet."""

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from podnet.route_ids import route_ids


class TransitGateway(Construct):
    """Attaches the VPC to a transit gateway of somebody else, and routes to it.

    The gateway must accept the attachment by itself (AutoAcceptSharedAttachments) or belong to the same account: a
    route is refused before the VPC is attached (CloudFormation user guide, AWS::EC2::Route). Ingress rules over it may
    name groups of this VPC where the gateway and both attachments have security group referencing: this attachment has
    it, a gateway has not by default (EC2 API reference, TransitGatewayRequestOptions).
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, transit_gateway_id: str, vpc: ec2.IVpc, attach: bool = True
    ) -> None:
        """Attach one private subnet of each zone; without `attach` the VPC's owner has done so."""
        super().__init__(scope, construct_id)
        self._id, self._routes = transit_gateway_id, set[tuple[str, str]]()
        self._attachment: cdk.CfnResource | None = None
        if attach:
            private = vpc.select_subnets(subnet_type=ec2.SubnetType.PRIVATE_WITH_EGRESS, one_per_az=True)
            self._attachment = ec2.CfnTransitGatewayVpcAttachment(
                self,
                "Resource",
                transit_gateway_id=transit_gateway_id,
                vpc_id=vpc.vpc_id,
                subnet_ids=private.subnet_ids,
                # not OptionsProperty: the L1 takes JSON here, and writes the names of its fields as they are
                options={"SecurityGroupReferencingSupport": "enable", "DnsSupport": "enable"},
            )

    def route(self, construct_id: str, *, cidrs: Sequence[str], route_table_ids: Sequence[str]) -> None:
        """Lead ranges to the gateway in each of these tables, which are of this VPC or of another attached one."""
        for route_id, table, cidr in route_ids(construct_id, route_table_ids, cidrs):
            if (table, cidr) in self._routes:  # two peers may lie in one VPC
                continue
            self._routes.add((table, cidr))
            made = ec2.CfnRoute(
                self, route_id, route_table_id=table, destination_cidr_block=cidr, transit_gateway_id=self._id
            )
            if self._attachment:
                made.add_resource_dependency(self._attachment)
