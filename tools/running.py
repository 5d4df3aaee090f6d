"""Run another program, whose failure is told in one sentence."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tools.pins import ROOT


def run(command: Sequence[str], *, folder: Path = ROOT, told: str = "") -> None:
    """Run it to its end, with `told` on its standard input; its errors are seen, what else it prints only without that.

    Raises SystemExit, with the reason, where it is not there or fails.
    """
    output = subprocess.DEVNULL if told else None
    try:
        subprocess.run(command, cwd=folder, input=told or None, stdout=output, text=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        got = error.strerror if isinstance(error, OSError) else error.returncode
        fix = "`git diff` shows what was written so far, `git checkout .` takes it back"
        sys.exit(f"`{' '.join(command[:4])} …` must end with 0, got {got}; {fix}")
