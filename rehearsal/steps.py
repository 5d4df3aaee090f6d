"""Steps and checks of a rehearsal, each told while it runs and written down afterwards."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rehearsal.checks import plan
from rehearsal.errors import RehearsalError
from rehearsal.report import Report
from terminal.progress import Progress


class Steps:
    """Base class of what runs in steps.

    Args:
        report: What is proven.
    """

    def __init__(self, report: Report) -> None:
        self._report = report

    def _checks(self, step: str, checks: Sequence[plan.Named]) -> None:
        """Run checks; all of them, also when one fails."""
        with self._step(step) as progress:
            for what, check in checks:
                progress.note(what)
                self._report.check(what, check)
            if self._report.failures:
                raise RehearsalError("\n".join(f"{row.what}: {row.detail}" for row in self._report.failures))

    @contextmanager
    def _step(self, label: str) -> Iterator[Progress]:
        began = time.monotonic()
        try:
            with Progress(label) as progress:
                yield progress
        finally:
            self._report.steps.append((label, time.monotonic() - began))
