"""Scan every environment: `python -m scans`; exit code 1 where something is not acknowledged, or needlessly so."""

from __future__ import annotations

import argparse
import pathlib
import sys
import tempfile

from scans import acknowledgement, judging
from scans.estate import pipelines, synthesize
from settings import environments


def main() -> int:
    """Print what is open, and how many findings stay for a reason."""
    about = "cfn-lint and cdk-nag on every environment and pipeline of the repository."
    argparse.ArgumentParser(prog="python -m scans", description=about).parse_args()
    known, findings = acknowledgement.read(), []
    with tempfile.TemporaryDirectory(prefix="podnet-scans-") as folder:
        for name in (every := [*environments(), *pipelines()]):
            findings += judging.found(synthesize(name, pathlib.Path(folder) / name))
    wrong = [str(finding) for finding in judging.open_findings(findings, known)]
    wrong += [f"acknowledged.toml: {entry.rule} accepts nothing: remove it" for entry in judging.idle(findings, known)]
    print("\n".join(wrong), end="\n" if wrong else "", file=sys.stderr)
    stay = len(findings) - len(judging.open_findings(findings, known))
    print(f"scans: {len(every)} environments and pipelines, {stay} findings acknowledged, {len(wrong)} to mend")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
