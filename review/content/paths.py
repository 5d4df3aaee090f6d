"""The flows as the page and the terminal tell them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from review.flows import flows_of
from review.needs import needs, unmet

if TYPE_CHECKING:
    from review.flows import Flow
    from settings import Settings

_STEPS = {
    "local": "stays on the node",
    "-": "nothing comes back",
    ">branch": "out by the branch ENI",
    ">primary": "out by the primary ENI",
    "<branch": "in by the branch ENI",
    "<primary": "in by the primary ENI",
}
_GROUPS = {
    "pod": "the pod's groups",
    "node": "the node's group",
    "target": "the target's group",
    "peer": "the peer's group",
    "client": "the client's group",
}
_SOURCES = {"pod": "the pod", "node": "the node", "-": "the client"}


def flows(settings: Settings) -> list[dict[str, Any]]:
    """Return each flow of the environment with who needs it, in the model's order."""
    needed, failing = needs(settings), {flow.key for flow in unmet(settings)}
    return [{**_one(flow, needed.get(flow.key, ())), "unmet": flow.key in failing} for flow in flows_of(settings)]


def way(path: str) -> str:
    """Return a path of the model in words."""
    if path in _STEPS:
        return _STEPS[path]
    return ", ".join(_STEPS[step] for step in path.replace(">", " >").replace("<", " <").split())


def _one(flow: Flow, needed_by: tuple[str, ...]) -> dict[str, Any]:
    return {
        "key": flow.key,
        "id": flow.id,
        "title": flow.title + (", while the cache is away" if flow.moment else ""),
        "protocols": list(flow.protocols),
        "verdict": flow.verdict,
        "forward": flow.forward,
        "back": flow.back,
        "way": way(flow.forward) if flow.back != "-" else f"{way(flow.forward)}; {way(flow.back)}",
        "source": _SOURCES[flow.source],
        "judges": [f"{_GROUPS[judge.group]} ({judge.direction})" for judge in flow.judges],
        "why": flow.fact.sentence,
        "fact_source": flow.fact.source,
        "needed_by": list(needed_by),
    }
