"""What is asked of the laboratory."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass, field
from typing import Any

from tests.dataplane.lab.addresses import Addresses


@dataclass(frozen=True, kw_only=True)
class Moment:
    """A state of the node in which all flows are tried."""

    name: str
    cache: bool
    """Whether the node's cache is there."""
    init: dict[str, str]
    """Environment of aws-vpc-cni-init, which runs before the moment."""
    aws_node: dict[str, str] | None = None
    """Environment with which aws-node starts again before the moment, under pods that stay; None: it does not."""


@dataclass(frozen=True, kw_only=True)
class Job:
    """One node, and the moments it goes through in order; plain values, so that it can be sent as JSON."""

    name: str
    addresses: Addresses
    aws_node: dict[str, str]
    """Environment of the aws-node container."""
    moments: tuple[Moment, ...]
    cluster_domain: str
    corefile: str
    """node-cache's Corefile with its __PILLAR__ places."""
    static_rules: tuple[str, ...]
    """Command that runs on the node before the first cache, as the chart's init container does."""
    cni_lab: str
    """Path of the program."""
    coredns: str
    """Path of the program."""
    node_cache: str = ""
    """Path of a real node-cache; empty: CoreDNS with its rules stands for it."""
    only: tuple[str, ...] = field(default=())
    """Flows to try; empty: all."""
    held: tuple[str, ...] = field(default=())
    """Flows of which a TCP connection stays open from the first moment on, and is asked in each later one."""
    metadata_hops: int = 2
    """Hops that answers of the instance metadata service may make."""
    patience: float = 0.6
    """Seconds that lost packets are waited for."""

    def to_json(self) -> str:
        """Write it as one line."""
        return json.dumps(dataclasses.asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Job:
        """Read what `to_json` wrote."""
        values: dict[str, Any] = json.loads(text)
        addresses = values.pop("addresses")
        addresses["peers"] = tuple((name, cidr) for name, cidr in addresses["peers"])
        addresses |= {name: tuple(addresses[name]) for name in ("services", "on_premises", "excluded")}
        addresses["zones"] = tuple((zone, peer, tuple(those)) for zone, peer, those in addresses["zones"])
        moments = tuple(Moment(**moment) for moment in values.pop("moments"))
        return cls(addresses=Addresses(**addresses), moments=moments, **values)
