"""The table at the end: proven, failed, not asked for, only recorded."""

import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from rehearsal.aws import AWS_ERRORS
from rehearsal.checks.expect import CheckFailedError, NotAskedFor
from rehearsal.errors import RehearsalError
from settings.printing import take_everything

_EXPECTED: tuple[type[Exception], ...] = (CheckFailedError, RehearsalError, OSError, *AWS_ERRORS)
_STYLES = {"proven": "green", "FAILED": "bold red", "not asked for": "dim", "only recorded": "yellow"}


@dataclass(frozen=True)
class Row:
    """One line of the table.

    Attributes:
        result: `proven`, `FAILED`, `not asked for` or `only recorded`.
        what: What was looked at.
        detail: What was found.
        seconds: How long the check took.
    """

    result: str
    what: str
    detail: str
    seconds: float = 0.0


class Report:
    """Collects the results of checks and the times of steps."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.steps: list[tuple[str, float]] = []

    @property
    def failures(self) -> list[Row]:
        """The checks that failed."""
        return [row for row in self.rows if row.result == "FAILED"]

    def check(self, what: str, check: Callable[[], str]) -> None:
        """Run a check and write its result down; a failure, or an API that is away, does not end the rehearsal here."""
        began = time.monotonic()
        try:
            detail = check()
            result = "not asked for" if isinstance(detail, NotAskedFor) else "proven"
        except _EXPECTED as failure:
            result, detail = "FAILED", str(failure)
        self.rows.append(Row(result, what, detail, time.monotonic() - began))

    def recorded(self, what: str, missing: str) -> None:
        """Write down what nobody did."""
        self.rows.append(Row("only recorded", what, missing))

    def write(self, path: Path) -> None:
        """Write everything as JSON."""
        content = {"rows": [asdict(row) for row in self.rows], "steps": [list(step) for step in self.steps]}
        path.write_text(json.dumps(content, indent=1), encoding="utf-8")

    def show(self, total: float, console: Console | None = None) -> None:
        """Print steps with their times and the table; plain lines without a terminal."""
        console = console or Console(width=None if Console().is_terminal else 160)
        take_everything(console.file)
        times = Table(title="Steps", title_justify="left", box=None)
        times.add_column("step")
        times.add_column("s", justify="right")
        for step, seconds in [*self.steps, ("in all", total)]:
            times.add_row(Text(step), f"{seconds:.1f}")
        console.print(times)
        table = Table(title="Proven and recorded", title_justify="left", box=None)
        for column in ("result", "what", "found"):
            table.add_column(column)
        table.add_column("s", justify="right")
        for row in self.rows:
            took = f"{row.seconds:.1f}" if row.seconds else ""
            table.add_row(Text(row.result, style=_STYLES[row.result]), Text(row.what), Text(row.detail), took)
        console.print(table)
