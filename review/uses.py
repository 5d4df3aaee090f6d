"""What an environment's workloads ask of the network."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Literal

from review.flows.conditions import covers, overlapping
from review.flows.environment import lies_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from settings import Settings
    from settings.network import Peer, RuleSource
    from settings.workloads import EgressRule, Reach, Rule


@dataclasses.dataclass(frozen=True)
class PeerUse:
    """A workload that talks with a peer: where the file says so, and who begins."""

    path: str
    workload: str
    peer: Peer
    direction: Literal["to", "from"]
    cidrs: tuple[str, ...]
    """The ranges of the peer that are meant."""


def groups_at_peers(settings: Settings) -> dict[str | None, str | None]:
    """Return {peer: the group of its servers, if podnet may change it}, of peers with a side that podnet changes."""
    return {peer.name: peer.peer_side.security_group_id for peer in settings.peers if peer.peer_side}


def elsewhere(settings: Settings, peer: Peer) -> tuple[bool, bool]:
    """Return whether the peer is in another account, and in another region."""
    return peer.account not in (None, settings.account), peer.region not in (None, settings.region)


def ports(rule: Rule | EgressRule) -> str:
    """Return protocol and ports of a rule: `tcp 443`, `udp 8000-8010`, `all`."""
    if rule.port is None:
        return rule.protocol
    last = f"-{rule.to_port}" if rule.to_port not in (None, rule.port) else ""
    return f"{rule.protocol} {rule.port}{last}"


def may_reach(settings: Settings) -> Iterator[tuple[str, str]]:
    """Yield where a workload may talk with a peer though the file does not name one: path, workload."""
    for i, workload in enumerate(settings.workloads):
        name = f"{workload.namespace}/{workload.name}"
        if workload.egress is None and workload.has_own_group:
            yield f"workloads[{i}].egress", name
        for j, sent in enumerate(workload.egress or ()):
            end = sent.destination
            if end.security_group_id or end.prefix_list_id or any(_contains(end.cidr, peer) for peer in settings.peers):
                yield f"workloads[{i}].egress[{j}].to", name


def peer_uses(settings: Settings) -> Iterator[PeerUse]:
    """Yield every use of a peer by a workload, in the order of the file."""
    groups = groups_at_peers(settings)
    for i, workload in enumerate(settings.workloads):
        name = f"{workload.namespace}/{workload.name}"
        for j, reach in enumerate(workload.reaches):
            key = "peer" if reach.peer else "security_group_id"
            for peer, cidrs in _meant(settings, reach, groups):
                yield PeerUse(f"workloads[{i}].reaches[{j}].{key}", name, peer, "to", cidrs)
        for j, sent in enumerate(workload.egress or ()):
            for peer, cidrs in _meant(settings, sent.destination, groups):
                yield PeerUse(f"workloads[{i}].egress[{j}].to", name, peer, "to", cidrs)
        for j, received in enumerate(workload.ingress):
            for peer, cidrs in _meant(settings, received.source, groups):
                yield PeerUse(f"workloads[{i}].ingress[{j}].from", name, peer, "from", cidrs)


def _meant(
    settings: Settings, end: RuleSource | Reach, groups: Mapping[str | None, str | None]
) -> Iterator[tuple[Peer, tuple[str, ...]]]:
    """Yield the peer that is named, by its servers' group too, or that the end is a part of, and the ranges meant."""
    cidr = getattr(end, "cidr", None)
    for peer in settings.peers:
        if peer.name == end.peer or (end.security_group_id and end.security_group_id == groups.get(peer.name)):
            yield peer, peer.cidrs
        elif cidr and lies_in(settings, peer, cidr):
            yield peer, tuple(own for own in peer.cidrs if overlapping(own, cidr))


def _contains(cidr: str | None, peer: Peer) -> bool:
    """Return whether the range has addresses of the peer, and others."""
    return cidr is not None and any(overlapping(cidr, own) for own in peer.cidrs) and not covers(peer.cidrs, cidr)
