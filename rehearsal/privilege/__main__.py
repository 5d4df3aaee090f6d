"""Take one permission after the other away: python -m rehearsal.privilege [--environment dev] [--only text]."""

import argparse
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from rehearsal import interrupts
from rehearsal.expected import EXPECTED
from rehearsal.prerequisites import check_prerequisites
from rehearsal.privilege.known import known
from rehearsal.privilege.removal import Removal
from rehearsal.privilege.trial import Trial
from rehearsal.results import save
from rehearsal.workspace import PROJECT, Workspace
from settings.files import file_of
from settings.printing import standard_output

_RED, _KNOWN, _WRONG = "red", "not enforced here", "NOT NOTICED"
_FOLDER = "where everything goes, and beside it the results; what an earlier run left in it is deleted"
_OFF_THE_LIST = "red, and yet listed as not enforced: take it off rehearsal/privilege/known.py"


@dataclass(frozen=True)
class Result:
    """What the absence of one permission did."""

    permission: str
    result: str
    detail: str


def main() -> int:
    """Print each permission with what its absence did; return 1 where one is neither missed nor known for that."""
    given, results = _given(), list[Result]()
    workspace = Workspace(given.folder.resolve())
    interrupts.hear()
    try:
        check_prerequisites()
        if reason := _run(given, workspace, results):
            print(f"error: the rehearsal must be green with every permission, got {reason}", file=sys.stderr)
            return 1
        with standard_output():
            return _told(results)
    except EXPECTED as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        interrupts.ignore()
        print(f"interrupted after {len(results)} permissions; everything that was started has ended", file=sys.stderr)
        return interrupts.INTERRUPTED
    finally:
        workspace.close()


def _run(given: argparse.Namespace, workspace: Workspace, results: list[Result]) -> str:
    """Rehearse; give the reason where it fails with every permission, "" where it does not."""
    began, trial = time.monotonic(), Trial(file_of(given.environment).resolve(), workspace)
    if reason := trial.whole():
        return reason
    print(f"{time.monotonic() - began:6.0f} s  green with all of {len(trial.permissions)} permissions", flush=True)
    for removal in trial.permissions:
        if given.only in str(removal) and not (given.enforced and known(removal, trial.settings)):
            results.append(result := _result(removal, trial.without(removal), known(removal, trial.settings)))
            save(results, workspace.folder, f"-{Path(given.environment).stem}")
            print(f"{time.monotonic() - began:6.0f} s  {result.result}: {removal}", flush=True)
            print(f"          {result.detail}", flush=True)
    return ""


def _given() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m rehearsal.privilege", description="Rehearse with one right less.")
    parser.add_argument("--environment", default="dev", help="a name in environments/, or the path of a YAML file")
    parser.add_argument("--only", default="", help="only permissions whose line holds this text")
    parser.add_argument("--folder", type=Path, default=PROJECT / "build" / "privilege", help=_FOLDER)
    parser.add_argument(
        "--enforced", action="store_true", help="leave out what no rehearsal can notice, and is known for it"
    )
    return parser.parse_args()


def _result(removal: Removal, reason: str, why: str) -> Result:
    result = (_OFF_THE_LIST if why else _RED) if reason else (_KNOWN if why else _WRONG)
    return Result(str(removal), result, reason[:400] or why)


def _told(results: list[Result]) -> int:
    counts = {kind: sum(one.result == kind for one in results) for kind in (_RED, _KNOWN, _WRONG, _OFF_THE_LIST)}
    print("\nnot enforced by the emulator, so only read in the templates:")
    for one in results:
        if one.result == _KNOWN:
            print(f"  {one.permission}: {one.detail}")
    told = ", ".join(f"{number} {kind}" for kind, number in counts.items() if number)
    print(f"{len(results)} permissions taken away, one at a time: {told or 'none'}")
    return int(counts[_RED] + counts[_KNOWN] < len(results) or not results)


if __name__ == "__main__":
    sys.exit(main())
