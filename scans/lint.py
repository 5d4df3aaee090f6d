"""cfn-lint over templates."""

from __future__ import annotations

import json
import pathlib
import subprocess
import sys
from typing import TYPE_CHECKING

from scans.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scans.estate import Estate


def scan(estate: Estate) -> Iterator[Finding]:
    """Give errors, warnings and hints, each with the logical id of its resource."""
    program = str(pathlib.Path(sys.executable).parent / "cfn-lint")
    stacks = {str(file): stack for stack, file in estate.files.items()}
    command = [program, "--regions", estate.region, "--format", "json", "--", *stacks]
    run = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    if not run.stdout.strip().startswith("["):
        raise RuntimeError(f"cfn-lint must answer with JSON, got {(run.stderr or run.stdout)[-500:]!r}: run it by hand")
    for match in json.loads(run.stdout):
        place = [str(part) for part in match["Location"]["Path"] or []][1:2]
        where = "/".join([stacks[match["Filename"]], *place])
        yield Finding(estate.name, f"cfn-lint-{match['Rule']['Id']}", where, match["Message"])
