"""What the rehearsal only writes down, as data for its final table."""

import json
import threading
from pathlib import Path


class Recorded:
    """Things that AWS would do and nobody does here: subject -> what is missing."""

    def __init__(self) -> None:
        self._notes: dict[str, str] = {}
        self._path: Path | None = None
        self._lock = threading.Lock()

    def keep_in(self, path: Path) -> None:
        """Write every note to `path` from now on."""
        self._path = path
        self._write()

    def note(self, subject: str, missing: str) -> None:
        """Note that `subject` is only recorded; a second note on the same subject takes the place of the first."""
        with self._lock:
            self._notes[subject] = missing
            self._write()
        print(f"only recorded: {subject}: {missing}", flush=True)

    def _write(self) -> None:
        if self._path:
            draft = self._path.with_suffix(".new")
            draft.write_text(json.dumps(self._notes, indent=1), encoding="utf-8")
            draft.replace(self._path)


RECORDED = Recorded()
