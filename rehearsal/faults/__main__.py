"""Let something fail while commands run: python -m rehearsal.faults [--runs 100] [--seed 1] [--environment dev]."""

import argparse
import random
import sys
import time
from collections import Counter
from itertools import cycle, islice
from pathlib import Path

from rehearsal import interrupts
from rehearsal.expected import EXPECTED
from rehearsal.faults.disk import Disk, in_own_mounts
from rehearsal.faults.fault import faults
from rehearsal.faults.result import Result
from rehearsal.faults.suitable import check
from rehearsal.faults.trial import Trial
from rehearsal.prerequisites import check_prerequisites
from rehearsal.results import save
from rehearsal.workspace import PROJECT, Workspace
from settings import load
from settings.files import file_of
from settings.printing import standard_output

_FOLDER = "in whose place a small disk is, and beside it the results"
_ORDER = ("deploy", "change", "change back", "leave")


def main() -> int:
    """Print each run and the counts; return 1 where one was lost, 130 where it was interrupted."""
    parser = argparse.ArgumentParser(prog="python -m rehearsal.faults", description=__doc__)
    parser.add_argument("--environment", default="dev", help="a name in environments/, or the path of a YAML file")
    parser.add_argument("--runs", type=int, default=100, help="how many commands are disturbed")
    parser.add_argument("--seed", type=int, default=1, help="of the kinds and moments that are drawn")
    parser.add_argument("--folder", type=Path, default=PROJECT / "build" / "faults", help=_FOLDER)
    options = parser.parse_args()
    if options.runs < 1:
        parser.error(f"--runs must be 1 or more, got {options.runs}")
    interrupts.hear()
    workspace, results = Workspace(options.folder.resolve()), list[Result]()
    try:
        check(load(str(file_of(options.environment))))
        in_own_mounts()
        check_prerequisites()
        disk = Disk(workspace.folder)
        workspace.open()
        _run(options, workspace, disk, results)
    except EXPECTED as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"interrupted after {len(results)} faults; everything that was started has ended", file=sys.stderr)
        return interrupts.INTERRUPTED
    finally:
        workspace.close()
    lost = [result for result in results if result.lost]
    with standard_output():
        for kind, count in sorted(Counter(result.fault for result in results).items()):
            print(f"{count:4} x {kind}")
        print(f"{len(results)} faults tried, {len(results) - len(lost)} survived, {len(lost)} lost")
    return 1 if lost else 0


def _run(options: argparse.Namespace, workspace: Workspace, disk: Disk, results: list[Result]) -> None:
    chance, began = random.Random(options.seed), time.monotonic()  # noqa: S311  (repeatable, and no secret)
    trial = Trial(file_of(options.environment).resolve(), workspace, chance)
    try:
        trial.prepare()
        print(f"{time.monotonic() - began:6.0f} s  ready", flush=True)
        kinds = faults(workspace, disk)
        for number, name in enumerate(islice(cycle(_ORDER), options.runs), 1):
            results.append(result := trial.run(name, chance.choice(kinds)))
            save(results, workspace.folder)
            print(f"{time.monotonic() - began:6.0f} s  {number:3} {result}", flush=True)
            if result.lost:
                trial.reset(_ORDER[number % len(_ORDER)])
    finally:
        interrupts.ignore()
        trial.close()


if __name__ == "__main__":
    sys.exit(main())
