"""Scan every environment: `python -m scans`; exit code 1 where something is not acknowledged, or needlessly so."""

from __future__ import annotations

import argparse
import pathlib
import sys
import tempfile

from scans import acknowledgement, choices, judging
from scans.estate import synthesize
from scans.finding import Finding
from settings import SettingsError, environments
from settings.files import pipelines


def main() -> int:
    """Print what is open, and how many findings stay for a reason."""
    about = "cfn-lint and cdk-nag on every environment and pipeline of the repository."
    argparse.ArgumentParser(prog="python -m scans", description=about).parse_args()
    try:
        return _scan()
    except (acknowledgement.AcknowledgementError, SettingsError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1


def _scan() -> int:
    known = {file: acknowledgement.read(file) for file in acknowledgement.files()}
    entries = [entry for each in known.values() for entry in each]
    findings, told = list[Finding](), list[str]()
    with tempfile.TemporaryDirectory(prefix="podnet-scans-") as folder:
        for name in (every := [*environments(), *pipelines()]):
            estate = synthesize(name, pathlib.Path(folder) / name)
            found = judging.found(estate)
            mine = choices.chosen(found, estate.settings)
            told += [f"{name} chooses by {one.setting}: {finding.rule} ({one.mend})" for finding, one in mine.items()]
            findings += [finding for finding in found if finding not in mine]
    still_open = judging.open_findings(findings, entries)
    wrong = [str(finding) for finding in still_open]
    for file, each in known.items():
        idle = judging.idle(findings, each)
        wrong += [f"{acknowledgement.path(file)}: {entry.rule} accepts nothing: remove it" for entry in idle]
    if still_open:
        where = acknowledgement.path(acknowledgement.OWN)
        wrong.append(f"mend them, or accept them in {where}, each with a reason (docs/pipeline.md, Scans)")
    print("\n".join(wrong), end="\n" if wrong else "", file=sys.stderr)
    print("\n".join(told), end="\n" if told else "")
    stay = len(findings) - len(still_open)
    told_open = len(wrong) - bool(still_open)
    print(f"scans: {len(every)} environments and pipelines, {stay} findings acknowledged, {told_open} to mend")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
