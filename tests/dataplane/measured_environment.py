"""One environment file, measured as it stands."""

from __future__ import annotations

import dataclasses
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from review.flows import conditions_of, flows_of
from tests.dataplane.comparison import Comparison, compare
from tests.dataplane.jobs import PATIENT, job, moment
from tests.dataplane.lab.outside import measure

if TYPE_CHECKING:
    from settings import Settings
    from tests.dataplane.lab.job import Job

_AWAY = "cache away"
_TITLE, _SEEN = 66, 34  # columns


@dataclass(frozen=True)
class MeasuredEnvironment:
    """The flows of an environment, on this kernel and in the model.

    Attributes:
        name: The environment's.
        comparisons: One for each flow, moment, peer and protocol.
        notes: What stood for something else.
    """

    name: str
    comparisons: tuple[Comparison, ...]
    notes: tuple[str, ...]

    @property
    def agrees(self) -> bool:
        """Whether there is no difference."""
        return not any(one.differences for one in self.comparisons)

    def text(self) -> str:
        """Return the table for the terminal; protocols that went the same way share a line."""
        lines: dict[tuple[str, str], list[str]] = {}
        for one in self.comparisons:
            seen = one.outcome.text if one.outcome else "never tried"
            beside = f"MODEL: {one.predicted}" if one.differences else "agrees"
            moment = f", while the {one.flow.moment.replace(' ', ' is ')}" if one.flow.moment else ""
            lines.setdefault((one.flow.title + moment, f"{seen:{_SEEN}}  {beside}"), []).append(one.protocol)
        rows = [f"  {title:{_TITLE}} {'+'.join(names):8} {rest}" for (title, rest), names in lines.items()]
        wrong = sum(bool(one.differences) for one in self.comparisons)
        counts = (
            f"{len(self.comparisons)} flows by AWS's CNI code on Linux {os.uname().release}, model differs in {wrong}"
        )
        return "\n".join([f"{self.name}: {counts}", *(f"  {note}" for note in self.notes), "", *rows])


def measure_environment(settings: Settings) -> MeasuredEnvironment:
    """Measure all flows of an environment, and DNS while its cache is away; what differs once more, with patience.

    Raises:
        LabError: Something is missing here, or the laboratory failed.
    """
    cached = settings.pod_networking.dns_cache.enabled
    moments = [moment(settings, "", cache=cached), moment(settings, _AWAY, cache=False)]
    whole = job(settings, settings.name, moments)
    found = _measured(settings, whole)
    if not found.agrees:
        again = _measured(settings, dataclasses.replace(whole, patience=PATIENT))
        found = dataclasses.replace(again, notes=(*again.notes, "measured twice: packets may have been late"))
    return found


def _measured(settings: Settings, whole: Job) -> MeasuredEnvironment:
    found, mode = measure([whole]), settings.pod_networking.kube_proxy_mode
    replaced = () if mode == "iptables" else (f"kube-proxy: rules of its iptables mode stand for those of {mode}",)
    flows, nodes = flows_of(settings), {"", conditions_of(settings).nodes}
    comparisons = [
        one
        for name in ("", _AWAY)
        for one in compare(
            [flow for flow in flows if flow.moment == name],
            [outcome for outcome in found.outcomes if outcome.moment == name and outcome.nodes in nodes],
        )
    ]
    return MeasuredEnvironment(settings.name, tuple(comparisons), (*found.notes, *replaced))
