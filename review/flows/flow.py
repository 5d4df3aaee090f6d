"""What becomes of the packets of one kind of connection."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from review.flows.facts import Fact
    from review.flows.judge import Judge

Protocol = Literal["udp", "tcp"]
Verdict = Literal["works", "fails", "unfiltered"]
Source = Literal["pod", "node", "-"]
Path = str
"""Where the packets cross the node's edge, in order: `>branch` leaves by the branch ENI, `<primary` comes in by the
primary ENI, `>branch<primary` leaves and comes back; `local` never leaves the node; `-` no answer comes."""


@dataclasses.dataclass(frozen=True)
class Flow:
    """One kind of connection under given conditions."""

    id: str
    """Stable kebab-case name, such as `sgp-to-peer`; `sgp` is a pod with security groups of its own."""
    title: str
    protocols: tuple[Protocol, ...]
    """Transport protocols for which the rest holds."""
    verdict: Verdict
    """`works` if the judging groups allow it, and routes that others make are there; `unfiltered`: works, and no group
    judges it; `fails`: never."""
    forward: Path
    """Way of the request."""
    back: Path
    """Way of the answer."""
    source: Source
    """Address that the other side sees or a lost packet left with: the pod's, the node's, or `-`: the client's own."""
    judges: tuple[Judge, ...]
    """Groups that judge the request, in order. Answers pass by connection tracking."""
    fact: Fact
    """Why it is so."""
    peer: str = ""
    """Name of the peer of the environment file that it concerns."""
    range: str = ""
    """Range that it concerns: of AWS_EXTERNAL_SERVICE_CIDRS, or of a peer where it is not treated like the first."""
    moment: Literal["", "cache away"] = ""
    """`cache away`: while the node's cache restarts or is not there yet."""

    @property
    def key(self) -> str:
        """The id, made unique within an environment."""
        return "-".join(filter(None, (self.id, self.peer, self.range, self.moment.replace(" ", "-"))))

    @property
    def arrives(self) -> bool:
        """Whether request and answer arrive where the groups allow them."""
        return self.verdict != "fails"
