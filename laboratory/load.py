"""Queries at a bounded rate, each sent once, by the load generator in rehearsal/parts/dnsload."""

from __future__ import annotations

import json
import signal
from dataclasses import dataclass
from typing import TYPE_CHECKING

from laboratory.namespaces import LaboratoryError

if TYPE_CHECKING:
    import subprocess


@dataclass(frozen=True)
class Outcome:
    """What came of a load; a gap is the longest time without a good answer; lost is all without a record."""

    sent: int
    lost: int
    errors: dict[str, int]
    longest_gap_s: float
    qps: float
    p50_ms: float
    p99_ms: float


@dataclass(frozen=True)
class Load:
    """A load that runs."""

    process: subprocess.Popen[str]

    def stop(self) -> Outcome:
        """End it and return what came of it.

        Raises:
            LaboratoryError: it had ended before, so it did not see what happened meanwhile.
        """
        if self.process.poll() is not None:
            raise LaboratoryError("the load must last until it is stopped: give it more seconds")
        self.process.send_signal(signal.SIGINT)
        return self.outcome()

    def outcome(self) -> Outcome:
        """Wait for its end and return what came of it.

        Raises:
            LaboratoryError: the generator failed.
        """
        printed, _ = self.process.communicate(timeout=700)
        if self.process.returncode:
            raise LaboratoryError(f"dnsload must end with 0, got {self.process.returncode}: see above")
        return Outcome(**json.loads(printed))
