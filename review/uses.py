"""What an environment's workloads ask of the network."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from settings import Settings
    from settings.network import Peer


@dataclasses.dataclass(frozen=True)
class PeerUse:
    """A workload that talks with a peer: where the file says so, and who begins."""

    path: str
    workload: str
    peer: Peer
    direction: Literal["to", "from"]


def peer_uses(settings: Settings) -> Iterator[PeerUse]:
    """Yield every use of a peer by a workload, in the order of the file."""
    peers = {peer.name: peer for peer in settings.peers}
    for i, workload in enumerate(settings.workloads):
        name = f"{workload.namespace}/{workload.name}"
        for j, reach in enumerate(workload.reaches):
            yield PeerUse(f"workloads[{i}].reaches[{j}].peer", name, peers[reach.peer], "to")
        for j, sent in enumerate(workload.egress or ()):
            if sent.destination.peer:
                yield PeerUse(f"workloads[{i}].egress[{j}].to.peer", name, peers[sent.destination.peer], "to")
        for j, received in enumerate(workload.ingress):
            if received.source.peer:
                yield PeerUse(f"workloads[{i}].ingress[{j}].from.peer", name, peers[received.source.peer], "from")
