"""Rehearse a deployment on this machine: python -m rehearsal [--environment dev] [--keep | --down]."""

import argparse
import contextlib
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from rehearsal import interrupts
from rehearsal.errors import RehearsalError
from rehearsal.existing_rehearsal import ExistingRehearsal
from rehearsal.expected import EXPECTED
from rehearsal.limits import NOT_REHEARSED
from rehearsal.operations.rehearsal import OperationsRehearsal
from rehearsal.prerequisites import check_prerequisites
from rehearsal.rehearsal import Rehearsal
from rehearsal.report import Report
from rehearsal.upgrade import ExistingUpgrade, Upgrade
from rehearsal.workspace import PROJECT, Workspace
from settings import load
from settings.files import file_of


def main(arguments: list[str]) -> int:
    """Run the rehearsal; give 0 where everything was proven, 1 where not, 130 where it was interrupted."""
    options = _options(arguments)
    workspace = Workspace(options.folder.resolve())
    interrupts.hear()
    try:
        if options.down:
            ended = workspace.end_leftovers()
            print(f"ended {ended} processes" if ended else "nothing runs")
            return 0
        check_prerequisites()
        workspace.open()
        return _rehearse(file_of(options.environment).resolve(), workspace, options)
    except EXPECTED as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted; everything that was started has ended", file=sys.stderr)
        return interrupts.INTERRUPTED
    finally:
        workspace.close()


def _rehearse(environment: Path, workspace: Workspace, options: argparse.Namespace) -> int:
    began, report = time.monotonic(), Report()
    settings = load(str(environment))
    existing = settings.existing_cluster is not None
    rehearsal = _kind(options, existing=existing)(environment, workspace, report, real_pauses=options.real_pauses)
    reason = ""
    try:
        with _always(rehearsal, keep=options.keep):
            rehearsal.run(until_deployed=options.keep)
    except EXPECTED as error:
        reason = str(error)
    for what, missing in {**rehearsal.stage.emulator.recorded(), **NOT_REHEARSED}.items():
        report.recorded(what, missing)
    report.write(workspace.folder / "report.json")
    report.show(time.monotonic() - began)
    if options.keep and rehearsal.stage.emulator.runs:
        _tell_how_to_go_on(rehearsal, environment)
    if reason:
        print(f"\nerror: {reason}", file=sys.stderr)
    return 1 if reason else 0


def _kind(options: argparse.Namespace, *, existing: bool) -> Callable[..., Rehearsal]:
    """Give the class of the rehearsal that is asked for."""
    if options.operations and existing:
        raise RehearsalError("--operations must be given with a cluster of its own, got an existing one: leave it out")
    if options.operations and options.earlier:
        raise RehearsalError("--operations must be given without --from, got both: rehearse one after the other")
    if options.earlier:
        return partial(ExistingUpgrade if existing else Upgrade, before=options.earlier)
    return OperationsRehearsal if options.operations else ExistingRehearsal if existing else Rehearsal


@contextlib.contextmanager
def _always(rehearsal: Rehearsal, *, keep: bool) -> Iterator[None]:
    """Stop everything at the end, or let it run where it is to be kept; a second Ctrl-C does not stop the stopping."""
    interrupted = False
    try:
        yield
    except KeyboardInterrupt:
        interrupted = True
        raise
    finally:
        interrupts.ignore()
        if keep and not interrupted and rehearsal.stage.emulator.clusters():
            rehearsal.stage.emulator.keep()
        else:
            rehearsal.close()


def _tell_how_to_go_on(rehearsal: Rehearsal, given: Path) -> None:
    emulator = rehearsal.stage.emulator
    for name, cluster in emulator.clusters().items():
        print(f"\ncluster {name} runs on:\n  export KUBECONFIG={cluster['kubeconfig']}")
    env = rehearsal.stage.client_env
    print(f"AWS runs on at {emulator.endpoint}:")
    for key in sorted(key for key in env if key.startswith("AWS_")):
        print(f"  export {key}={env[key]}")
    print("  export NO_PROXY=127.0.0.1\n  unset AWS_PROFILE AWS_SESSION_TOKEN")
    if rehearsal.environment != given:
        print(f"the file with this rehearsal's ids:\n  make verify ENV={rehearsal.environment}")
    print("end it with: make rehearse-down")


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m rehearsal", description=__doc__)
    parser.add_argument("--environment", default="dev", help="name in environments/, or path of a YAML file")
    parser.add_argument("--keep", action="store_true", help="stop after the first deploy and its checks; leave it up")
    parser.add_argument("--down", action="store_true", help="end what --keep or a killed rehearsal left up")
    parser.add_argument("--operations", action="store_true", help="those of docs/operations.md, some to a deploy")
    parser.add_argument(
        "--folder",
        type=Path,
        default=PROJECT / "build" / "rehearsal",
        help="where everything goes; what an earlier rehearsal left in it is deleted",
    )
    parser.add_argument(
        "--from",
        dest="earlier",
        help="an earlier podnet, its folder or revision: it makes the first deploy, and this one takes over",
    )
    parser.add_argument("--real-pauses", action="store_true", help="let the CDK command line poll every 5 s as on AWS")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
