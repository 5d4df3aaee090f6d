"""A VPC peering connection with everything that makes packets cross it."""

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import custom_resources as cr
from constructs import Construct

from podnet.route_ids import route_ids


class PeeringConnection(Construct):
    """Connects the VPC with an existing peer: connection, routes of this side, the peer's return routes, DNS option.

    CloudFormation accepts a connection itself within one account; another account's is accepted by a role there.
    The CloudFormation resource has no DNS option: it is set by ec2:ModifyVpcPeeringConnectionOptions, each side by its
    owner (VPC peering guide, "Enable DNS resolution for a VPC peering connection").
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        vpc: ec2.IVpc,
        vpc_cidrs: Sequence[str],
        peer_vpc_id: str,
        peer_cidrs: Sequence[str],
        route_table_ids: Sequence[str],
        peer_account: str | None = None,
        peer_region: str | None = None,
        accepter_role_arn: str | None = None,
        return_route_table_ids: Sequence[str] = (),
        dns_resolution: bool = True,
    ) -> None:
        """Make the connection.

        `route_table_ids` are this side's, one route each to every range of `peer_cidrs`; `return_route_table_ids` are
        the peer's, one route each to every range of `vpc_cidrs` (same account and region only). `peer_account` and
        `peer_region` left out: as here.
        `dns_resolution` is what each half of the option that is ours is set to; False takes back an earlier True.
        """
        super().__init__(scope, construct_id)
        stack = cdk.Stack.of(self)
        self.resource = ec2.CfnVPCPeeringConnection(
            self,
            "Resource",
            vpc_id=vpc.vpc_id,
            peer_vpc_id=peer_vpc_id,
            peer_owner_id=peer_account,
            peer_region=peer_region,
            peer_role_arn=accepter_role_arn,
        )
        self._route("Route", route_table_ids, peer_cidrs)
        self._route("ReturnRoute", return_route_table_ids, vpc_cidrs)
        ours = peer_account in (None, stack.account) and peer_region in (None, stack.region)
        self._resolve_names(("Requester", "Accepter") if ours else ("Requester",), wanted=dns_resolution)

    def _route(self, name: str, route_table_ids: Sequence[str], destinations: Sequence[str]) -> None:
        for construct_id, table, cidr in route_ids(name, route_table_ids, destinations):
            ec2.CfnRoute(
                self,
                construct_id,
                route_table_id=table,
                destination_cidr_block=cidr,
                vpc_peering_connection_id=self.resource.attr_id,
            )

    def _resolve_names(self, sides: Sequence[str], *, wanted: bool) -> None:
        options = {f"{side}PeeringConnectionOptions": {"AllowDnsResolutionFromRemoteVpc": wanted} for side in sides}
        connection, before = self.resource.attr_id, self.node.children
        arn = cdk.Stack.of(self).format_arn(service="ec2", resource="vpc-peering-connection", resource_name=connection)
        call = cr.AwsSdkCall(
            service="EC2",
            action="modifyVpcPeeringConnectionOptions",
            parameters={"VpcPeeringConnectionId": connection, **options},
            physical_resource_id=cr.PhysicalResourceId.of(f"{connection}-dns"),
        )
        option = cr.AwsCustomResource(
            self,
            "DnsResolution",
            install_latest_aws_sdk=False,
            on_update=call,  # and on create
            policy=cr.AwsCustomResourcePolicy.from_sdk_calls(resources=[arn]),
        )
        # after the routes, unlike its policy, which takes seconds to hold once it is written (aws/aws-cdk#18237)
        option.node.find_child("Resource").node.add_dependency(*before)
