"""Write the whole sets of Python packages with their hashes: `python -m tools.lock`, after a change of the pins."""

import argparse
import sys

from tools.pins import RESOLVED, ROOT
from tools.running import run

_HEAD = "# the whole set, with the hash of every file of each release: python -m tools.lock writes it from the pins\n"
_UV = ["uv", "pip", "compile", "--quiet", "--no-config", "--no-header", "--no-annotate"]
_EVERY = ["--universal", "--fork-strategy", "fewest", "--python-version", "3.11", "--generate-hashes"]


def main() -> int:
    """Write every set; what it holds already stays at its version."""
    parser = argparse.ArgumentParser(prog="python -m tools.lock", description="Write Python's packages with hashes.")
    parser.parse_args()
    for locked in RESOLVED:
        lock(locked)
    return 0


def lock(locked: str, *, upgrade: bool = False) -> None:
    """Write the set behind some requirement files, for every platform and for Python 3.11 and later.

    Each package has one version and the hash of every file of its release; nothing is installed. With `upgrade` what
    the pins leave open is the newest.
    """
    pins = [line for file in RESOLVED[locked] for line in (ROOT / file).read_text().splitlines() if "==" in line]
    command = [sys.executable, "-m", *_UV, *_EVERY, *["--upgrade"] * upgrade, "--output-file", locked, "-"]
    run(command, told="\n".join(pins))
    file = ROOT / locked
    file.write_text(_HEAD + file.read_text())


if __name__ == "__main__":
    sys.exit(main())
