"""Rules about peers behind a transit gateway."""

from __future__ import annotations

from typing import TYPE_CHECKING

from review.rules.at import At
from review.rules.rule import rule
from settings.problems import show

if TYPE_CHECKING:
    from collections.abc import Iterator

    from settings import Settings

_GUIDE = "Transit gateways guide, Security group referencing"


@rule(
    "gateway-refers-to-groups",
    "warning",
    must="be left out unless the transit gateway and both attachments have security group referencing on",
    why="a gateway has it off by default, and then a rule at the peer that names a group of this VPC admits nobody",
    source=_GUIDE,
    fix="switch it on at gateway and peer and acknowledge it, or have the owner admit the range of this VPC",
    paths=("peers[].transit_gateway_id", "peers[].peer_side.security_group_id"),
)
def gateway_refers_to_groups(settings: Settings) -> Iterator[At]:
    """Find rules at a peer behind a gateway that name groups."""
    for i, peer in enumerate(settings.peers):
        if peer.transit_gateway_id and peer.peer_side and peer.peer_side.security_group_id:
            yield At(f"peers[{i}].peer_side.security_group_id", f"a group behind {peer.transit_gateway_id}")


@rule(
    "gateway-needs-no-accepter",
    "error",
    must="be left out where a transit gateway leads to the peer",
    why="there is no connection that a role could accept",
    source="CloudFormation user guide, AWS::EC2::VPCPeeringConnection and AWS::EC2::TransitGatewayAttachment",
    fix="remove it; attachments are accepted by the gateway, AutoAcceptSharedAttachments",
    paths=("peers[].transit_gateway_id", "peers[].accepter_role_arn"),
)
def gateway_needs_no_accepter(settings: Settings) -> Iterator[At]:
    """Find roles that nobody would assume."""
    for i, peer in enumerate(settings.peers):
        if peer.transit_gateway_id and peer.accepter_role_arn:
            yield At(f"peers[{i}].accepter_role_arn", peer.accepter_role_arn)


@rule(
    "gateway-has-no-dns-option",
    "warning",
    must="be left out where a transit gateway leads to the peer",
    why="the option is a connection's, and nothing reads it here: public names of the other side resolve to private "
    "addresses where gateway and both attachments have DNS support, as they have by default and by podnet",
    source="Transit gateways guide, Transit gateways and VPC attachments, DNS support",
    fix="remove it; DNS support is switched by the gateway's owner, private zones are associated or in stub_domains",
    paths=("peers[].dns_resolution", "peers[].transit_gateway_id"),
)
def gateway_has_no_dns_option(settings: Settings) -> Iterator[At]:
    """Find what the file says of names behind a gateway; what it leaves out is nobody's wish."""
    for i, peer in enumerate(settings.peers):
        if peer.transit_gateway_id and "dns_resolution" in peer.model_fields_set:
            yield At(f"peers[{i}].dns_resolution", show(peer.dns_resolution))


@rule(
    "gateway-takes-no-group-in-egress",
    "error",
    must="name a range, or the peer, and no group behind a transit gateway",
    why="over a gateway only inbound rules name groups: EC2 refuses the rule, or it lets nothing out",
    source=f"{_GUIDE}; AWS Networking & Content Delivery blog, Introducing security group referencing for AWS Transit "
    "Gateway",
    fix="write to: {peer: <name>}; in reaches, peer: <name>",
    paths=(
        "workloads[].egress",
        "workloads[].reaches",
        "peers[].transit_gateway_id",
        "peers[].peer_side.security_group_id",
    ),
)
def gateway_takes_no_group_in_egress(settings: Settings) -> Iterator[At]:
    """Find egress rules that name the group of a peer to which only a gateway leads, those of `reaches` too."""
    sides = [(peer, peer.peer_side.security_group_id) for peer in settings.peers if peer.peer_side]
    connected = {group for peer, group in sides if peer.vpc_id}
    behind = {group: peer.name for peer, group in sides if group and group not in connected}
    for i, workload in enumerate(settings.workloads):
        for group in dict.fromkeys(sent.destination.security_group_id for sent in workload.egress or ()):
            if name := behind.get(group or ""):
                yield At(f"workloads[{i}].egress", f"{group} of {name}", f"write to: {{peer: {name}}}")
        for j, reach in enumerate(() if workload.sends_everything else workload.reaches):
            if name := behind.get(reach.security_group_id or ""):
                got = f"{reach.security_group_id} of {name}"
                yield At(f"workloads[{i}].reaches[{j}]", got, f"write peer: {name} in its place")


RULES = (
    gateway_refers_to_groups,
    gateway_needs_no_accepter,
    gateway_has_no_dns_option,
    gateway_takes_no_group_in_egress,
)
