"""One cell of the comparison: settings for the node, conditions for the model."""

from __future__ import annotations

import dataclasses
import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

from review.flows import Conditions, conditions_of
from review.flows.conditions import EnforcingMode, Nodes
from tests.dataplane.lab.addresses import INTERNET_RANGE

if TYPE_CHECKING:
    from settings import Settings
    from tests.dataplane.lab.job import Moment

_EXTERNAL_SERVICES = "AWS_EXTERNAL_SERVICE_CIDRS"


@dataclass(frozen=True, kw_only=True)
class Cell:
    """What is varied; everything else is the environment's."""

    enforcing_mode: EnforcingMode
    external_snat: bool
    excluded: bool
    """Whether the peer's range is in AWS_VPC_K8S_CNI_EXCLUDE_SNAT_CIDRS."""
    cache: bool
    early_demux: bool
    rerouted: bool = False
    """Whether peer and internet are in AWS_EXTERNAL_SERVICE_CIDRS; the nodes are not podnet's then."""

    @property
    def metadata_hops(self) -> Literal[1, 2]:
        """Both limits are measured: podnet's own with the matrix, EKS's default with the cells of external services."""
        return 2 if self.rerouted else 1

    @property
    def node(self) -> str:
        """Name of the node: cells of one name differ only in what can change while a node runs."""
        words = [self.enforcing_mode, "external-snat" if self.external_snat else "snat"]
        return " ".join([*words, *["excluded"] * self.excluded, *["rerouted"] * self.rerouted])

    @property
    def moment(self) -> str:
        """Name of the node's state."""
        return f"{'cache' if self.cache else 'cache-away'} {'demux' if self.early_demux else 'no-demux'}"

    @property
    def name(self) -> str:
        """Name of the cell."""
        return f"{self.node} {self.moment}"

    def settings(self, base: Settings) -> Settings:
        """Return the environment with this cell's choices, about its first peer."""
        peer, pods = base.peers[0].cidr, base.pod_networking
        choices = {
            "enforcing_mode": self.enforcing_mode,
            "external_snat": self.external_snat,
            "exclude_snat_cidrs": (peer,) if self.excluded else (),
            "disable_tcp_early_demux": not self.early_demux,
            "env": {**pods.env, **({_EXTERNAL_SERVICES: f"{peer},{INTERNET_RANGE}"} if self.rerouted else {})},
        }
        return base.model_copy(update={"pod_networking": pods.model_copy(update=choices)})

    def conditions(self, base: Settings, nodes: Nodes) -> Conditions:
        """Return what the model is told, read from the settings as `synth` does."""
        found = conditions_of(self.settings(base), base.peers[0].cidr)
        state: Literal["on", "away"] = "on" if self.cache else "away"
        return dataclasses.replace(found, cache=state, nodes=nodes, metadata_hops=self.metadata_hops)

    def moment_of(self, base: Settings) -> Moment:
        """Return the state for the laboratory."""
        from tests.dataplane.jobs import moment  # noqa: PLC0415  cells are named without what builds programs

        return moment(self.settings(base), self.moment, cache=self.cache)


def matrix() -> list[Cell]:
    """Return all 32 combinations; on one node the cache goes away after both of its states."""
    modes, both = get_args(EnforcingMode), (True, False)
    return [
        Cell(enforcing_mode=mode, external_snat=snat, excluded=excluded, cache=cache, early_demux=demux)
        for mode, snat, excluded, cache, demux in itertools.product(modes, both, both, both, both)
    ]


def rerouted() -> list[Cell]:
    """Return the cells in which the peer and a server on the internet are external services too."""
    return [
        dataclasses.replace(cell, rerouted=True)
        for cell in matrix()
        if cell.cache and not cell.early_demux and not (cell.excluded and cell.external_snat)
    ]
