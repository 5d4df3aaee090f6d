"""Measure, and make intervals of it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.early_demux.interval import Interval
from tests.dataplane.jobs import job, moment
from tests.dataplane.lab.errors import LabError
from tests.dataplane.lab.outside import inside

if TYPE_CHECKING:
    from settings import Settings

_ROOT = Path(__file__).parents[2]
_MEANS = {"connect": "connect_ns", "round_trip": "round_trip_ns"}


def measure(settings: Settings, *, pairs: int, connects: int, round_trips: int) -> dict[str, dict[str, Interval]]:
    """Return {path: {connect: …, round_trip: …}} on a node with the environment's settings.

    Args:
        settings: The environment; its CNI rules are on the node.
        pairs: Pairs of blocks, one with early demux and one without, in drawn order.
        connects: Connections in each block.
        round_trips: One-byte round trips on an open connection in each block.

    Raises:
        LabError: Something is missing here, or the measuring program failed.
    """
    node = job(settings, "early-demux", [moment(settings, "", cache=False)])
    size = {"pairs": pairs, "connects": connects, "round_trips": round_trips, "seed": 7}
    done = subprocess.run(
        inside(sys.executable, "-m", "benchmarks.early_demux.inside"),
        input=json.dumps({"job": json.loads(node.to_json()), "size": size}),
        capture_output=True,
        text=True,
        cwd=_ROOT,
        check=False,
    )
    if done.returncode:
        raise LabError(f"the measurement must end with 0, got {done.returncode}: {done.stderr.strip()[-1500:]}")
    return {path: _intervals(blocks) for path, blocks in json.loads(done.stdout)["blocks"].items()}


def _intervals(blocks: list[dict[str, float]]) -> dict[str, Interval]:
    blocks = sorted(blocks, key=lambda block: block["pair"])
    on, off = ([block for block in blocks if block["early_demux"] == setting] for setting in (1, 0))
    return {
        name: Interval.of([block[key] for block in on], [block[key] for block in off]) for name, key in _MEANS.items()
    }
