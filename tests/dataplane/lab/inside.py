"""The laboratory's program: jobs as JSON lines on standard input, outcomes as JSON lines on standard output.

It runs in a network and a mount namespace of its own, as root of it: python -m tests.dataplane.lab.inside
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from tests.dataplane.lab.errors import LabError
from tests.dataplane.lab.job import Job
from tests.dataplane.lab.laboratory import Laboratory

SCRATCH = "/run"  # in memory and of this mount namespace: nothing of it stays on the machine, however this ends


def main() -> int:
    """Do one job after the other; a note is told once."""
    told: set[str] = set()
    for line in sys.stdin:
        with tempfile.TemporaryDirectory(dir=SCRATCH) as folder:
            laboratory = Laboratory(Job.from_json(line), Path(folder))
            try:
                laboratory.start()
                for note in (note for note in laboratory.notes if note not in told):
                    told.add(note)
                    sys.stdout.write(json.dumps({"note": note}) + "\n")
                for outcome in laboratory.outcomes():
                    sys.stdout.write(outcome.to_json() + "\n")
            finally:
                laboratory.close()
            sys.stdout.flush()
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except LabError as error:
        sys.exit(f"error: {error}")
