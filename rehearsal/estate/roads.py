"""The ways to peers that the owner of an existing network made (docs/peers.md)."""

import itertools
from collections.abc import Sequence

from rehearsal.aws import Aws
from settings import Settings
from settings.network import ExistingNetwork, Peer


class Roads:
    """Attachments to gateways; and for an existing cluster, where podnet makes neither, connections and routes.

    To every range of a peer, and back from the tables of it that the file names.

    Args:
        settings: The environment.
        network: Its network, with the ids that it has.
        aws: The APIs of AWS, as the network's owner.
        tables: Its private route tables.
    """

    def __init__(self, settings: Settings, network: ExistingNetwork, aws: Aws, tables: Sequence[str]) -> None:
        self._settings, self._network, self._aws, self._tables = settings, network, aws, tables

    def make(self) -> None:
        """Make them all."""
        for gateway in sorted({peer.transit_gateway_id for peer in self._settings.peers if peer.transit_gateway_id}):
            self._attach(gateway)
        for peer in self._settings.peers if self._settings.existing_cluster else ():
            if peer.transit_gateway_id:
                target = {"TransitGatewayId": peer.transit_gateway_id}
            else:
                target = {"VpcPeeringConnectionId": self._connect(peer)}
            back = peer.peer_side.route_table_ids if peer.peer_side else ()
            self._route(self._tables, peer.cidrs, target)
            self._route(back, self._network.cidrs, target)

    def _connect(self, peer: Peer) -> str:
        """Ask for a connection, accept it as the peer's owner, and set the DNS option of each side; give its id."""
        there = self._aws.at(peer.account or self._settings.account, peer.region or self._settings.region)
        far = {"PeerOwnerId": peer.account, "PeerRegion": peer.region}
        asked = self._aws.ec2.create_vpc_peering_connection(
            VpcId=self._network.vpc_id, PeerVpcId=peer.vpc_id, **{key: value for key, value in far.items() if value}
        )
        connection = str(asked["VpcPeeringConnection"]["VpcPeeringConnectionId"])
        there.ec2.accept_vpc_peering_connection(VpcPeeringConnectionId=connection)
        option = {"AllowDnsResolutionFromRemoteVpc": peer.dns_resolution}
        for owner, side in ((self._aws, "Requester"), (there, "Accepter")):
            owner.ec2.modify_vpc_peering_connection_options(
                VpcPeeringConnectionId=connection, **{f"{side}PeeringConnectionOptions": option}
            )
        return connection

    def _attach(self, gateway: str) -> None:
        self._aws.ec2.create_transit_gateway_vpc_attachment(
            TransitGatewayId=gateway, VpcId=self._network.vpc_id, SubnetIds=list(self._network.private_subnet_ids)
        )

    def _route(self, tables: Sequence[str], cidrs: Sequence[str], target: dict[str, str]) -> None:
        for table, cidr in itertools.product(tables, cidrs):
            self._aws.ec2.create_route(RouteTableId=table, DestinationCidrBlock=cidr, **target)
