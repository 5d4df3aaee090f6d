"""The rules in the group of a peer's servers."""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING, Any

from review.flows.conditions import covers

if TYPE_CHECKING:
    from accepter.answer import Answer
    from settings import Settings
    from settings.network import Peer, RuleSource
    from settings.workloads import EgressRule

Json = dict[str, Any]


def rules(settings: Settings, peer: Peer, answer: Answer) -> Json:
    """Give a rule for each port: from a workload's group where it is known and of this region, else each range."""
    found: Json = {}
    here = peer.region in (None, settings.region)
    for name, ports in wanted(settings, peer).items():
        group = answer.workload_groups.get(name) if here else None
        sources = {f"Range{key}": {"CidrIp": cidr} for key, cidr in keys(settings).items()}
        about = f"podnet {settings.name}"
        if group:
            owner = {"SourceSecurityGroupOwnerId": settings.account} if peer.account else {}
            sources = {group.replace("-", ""): {"SourceSecurityGroupId": group, **owner}}
            about = f"{settings.name} {name}"  # at most 153 characters of the 255 that EC2 takes
        for (told, port), (key, source) in itertools.product(ports.items(), sources.items()):
            properties = {"GroupId": answer.security_group, **port, **source, "Description": about}
            found[f"Admit{key}{told}"] = {"Type": "AWS::EC2::SecurityGroupIngress", "Properties": properties}
    return found


def keys(settings: Settings) -> dict[str, str]:
    """Give {a part of logical ids: range} of the VPC; the first range's is empty, and no range changes another's."""
    first, *further = settings.any_network.cidrs
    return {"": first, **{re.sub(r"\D", "x", f" {cidr} "): cidr for cidr in further}}


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
    """Return whether a rule's end is the peer, or a part of its ranges."""
    if end.cidr:
        return covers(peer.cidrs, end.cidr)
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
