"""One connection to try, and how to know its packets on the wire."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Protocol = Literal["udp", "tcp"]


@dataclass(frozen=True, kw_only=True)
class Request:
    """A request of one flow by one protocol.

    Its packets on the wire are known by the server's end: an address of `far` and `port`, which no other request
    of the same exchange has.
    """

    flow: str
    """Id in review.flows."""
    protocol: Protocol
    """As the flow has it."""
    client: str
    """Namespace that it comes from."""
    client_address: str
    to: str
    """Address that it is sent to, at `port`."""
    port: int
    far: tuple[str, ...] = ()
    """Addresses that the server's end has on the wire; left out: `to`."""
    server: tuple[str, str, int] | None = None
    """Namespace, address and port where an answerer must listen; None: a DNS server that runs already."""
    name: str = ""
    """DNS name to ask for, without its random first label; empty: not DNS."""
    carrier: Protocol | None = None
    """Protocol that the client speaks, where the flow is another's: the cache's own query."""
    near: str = ""
    """Only packets whose client's end has this address."""
    connected: bool = True
    """False: UDP from a socket that is not connected."""
    peer: str = ""
    """Name of the peer, or the range of external services."""
    nodes: Literal["", "nat-gateway", "public-subnet", "isolated"] = ""
    """Where the node must stand for this; empty: anywhere."""

    @property
    def spoken(self) -> Protocol:
        """Protocol that the client speaks."""
        return self.carrier or self.protocol

    @property
    def ends(self) -> tuple[str, ...]:
        """The server's addresses on the wire."""
        return self.far or (self.to,)

    def clashes(self, other: Request) -> bool:
        """Return whether packets of the two cannot be told apart."""
        same = self.protocol == other.protocol and self.port == other.port
        return same and not set(self.ends).isdisjoint(other.ends)
