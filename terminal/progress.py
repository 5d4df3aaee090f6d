"""What is being done and for how long, on a terminal or in a log."""

import sys
import threading
import time
from types import TracebackType
from typing import Any, Self

try:
    from rich import progress as _rich
    from rich.console import Console
except ImportError:  # the control plane and the parts are also used where only the standard library is
    _rich = None  # type: ignore[assignment]


class Progress:
    """Tell on standard error that a step runs: a spinner with a clock on a terminal, plain lines elsewhere.

    Without a terminal, or on one that moves no cursor (`TERM=dumb`), a line is written at the start, one every `every`
    seconds, and one at the end, so that a log shows that the step is alive. `NO_COLOR` is kept by rich itself. Labels
    and notes are shown as they are: no markup is read in them.

    Attributes:
        failed: Whether the step failed; an exception sets it too.
    """

    def __init__(self, label: str, *, every: float = 15.0) -> None:
        self.label = label
        self.seconds = 0.0
        self.failed = False
        self._every = every
        self._note = ""
        self._began = 0.0
        self._ended = threading.Event()
        self._bar: Any = None

    def note(self, text: str) -> None:
        """Show `text` behind the label until the next note."""
        self._note = text[:60]
        if self._bar is not None:
            self._bar.update(self._bar.task_ids[0], note=self._note)

    def __enter__(self) -> Self:
        self._began = time.monotonic()
        if _rich is not None and sys.stderr.isatty() and not Console(stderr=True).is_dumb_terminal:
            self._bar = _rich.Progress(
                _rich.SpinnerColumn(),
                _rich.TextColumn("{task.description}", markup=False),
                _rich.TimeElapsedColumn(),
                _rich.TextColumn("{task.fields[note]}", style="dim", markup=False),
                console=Console(stderr=True),
                transient=True,
            )
            self._bar.add_task(self.label, total=None, note="")
            self._bar.start()
        else:
            self._say(f"{self.label} ...")
            threading.Thread(target=self._beat, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.seconds = time.monotonic() - self._began
        self._ended.set()
        if self._bar is not None:
            self._bar.stop()
        self.failed = self.failed or kind is not None
        how = "failed after" if self.failed else "done in"
        if kind is not None and issubclass(kind, KeyboardInterrupt):
            how = "interrupted after"
        self._say(f"{self.label}: {how} {self.seconds:.1f} s")

    def _beat(self) -> None:
        while not self._ended.wait(self._every):
            self._say(f"{self.label} ... {time.monotonic() - self._began:.0f} s {self._note}".rstrip())

    @staticmethod
    def _say(line: str) -> None:
        print(line, file=sys.stderr, flush=True)
