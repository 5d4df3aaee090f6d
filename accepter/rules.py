"""The rules in the group of a peer's servers."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from accepter.answer import Answer
    from settings import Settings
    from settings.network import Peer, RuleSource
    from settings.workloads import EgressRule

Json = dict[str, Any]


def rules(settings: Settings, peer: Peer, answer: Answer) -> Json:
    """Give a rule for each port: from a workload's group where it is known and of this region, else the range."""
    found: Json = {}
    here = peer.region in (None, settings.region)
    for name, ports in wanted(settings, peer).items():
        group = answer.workload_groups.get(name) if here else None
        source = {"CidrIp": settings.any_network.cidr, "Description": f"podnet {settings.name}"}
        if group:
            source = {"SourceSecurityGroupId": group, "Description": f"{settings.name} {name}"[:255]}
            source |= {"SourceSecurityGroupOwnerId": settings.account} if peer.account else {}
        for told, port in ports.items():
            properties = {"GroupId": answer.security_group, **port, **source}
            key = f"Admit{(group or 'Range').replace('-', '')}{told}"
            found[key] = {"Type": "AWS::EC2::SecurityGroupIngress", "Properties": properties}
    return found


def wanted(settings: Settings, peer: Peer) -> dict[str, Json]:
    """Give {namespace/name: {a name of the ports: the fields of a rule}} of the workloads that talk with the peer."""
    found: dict[str, Json] = {}
    for workload in settings.workloads:
        ports = [_ports(r.protocol, r.port, r.port) for r in workload.reaches if r.peer == peer.name]
        ports += [_sent(sent) for sent in workload.egress or () if _leads_to(sent.destination, peer)]
        if ports:
            found[f"{workload.namespace}/{workload.name}"] = dict(ports)
    return found


def _leads_to(end: RuleSource, peer: Peer) -> bool:
    """Return whether a rule's end is the peer, or a part of its range."""
    if end.cidr:
        return ipaddress.IPv4Network(end.cidr).subnet_of(ipaddress.IPv4Network(peer.cidr))
    return end.peer == peer.name


def _sent(rule: EgressRule) -> tuple[str, Json]:
    if rule.protocol == "all":
        return "All", {"IpProtocol": "-1"}
    if rule.port is None:  # icmp: every type and code
        return "Icmp", {"IpProtocol": rule.protocol, "FromPort": -1, "ToPort": -1}
    return _ports(rule.protocol, rule.port, rule.to_port or rule.port)


def _ports(protocol: str, first: int, last: int) -> tuple[str, Json]:
    told = f"{protocol.capitalize()}{first}" + (f"To{last}" if last > first else "")
    return told, {"IpProtocol": protocol, "FromPort": first, "ToPort": last}
