"""Prove a deployed environment: python -m verify --environment dev [--as NAMESPACE/WORKLOAD | --as all] [--json]."""

import argparse
import signal
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from rich.console import Console

from settings import Settings, SettingsError, load
from settings.printing import standard_output
from settings.problems import printable
from terminal import Progress
from verify.cluster import SAME, Cluster, cluster, remember, same
from verify.errors import VerifyError
from verify.finding import Finding
from verify.job import IMAGE
from verify.kube_system import kube_system
from verify.kubectl import Kubectl
from verify.nodes import REGION, VPC, nodes
from verify.output import prepare, write
from verify.paths import chosen_workloads, paths
from verify.pods import pods
from verify.policies import policies
from verify.telling import as_json, tell

_INTERRUPTED = 130
_NO_JOB = Finding("a probe runs as --as says", not_tried="a Job is made in the cluster of the file only")


def main() -> int:
    """Print what holds and what does not; return 0 where nothing is wrong, 1 where something is, 2 if nothing is seen.

    Interrupted, it takes its Jobs away and returns 130.
    """
    given = _given()
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell that starts us in the background has it ignored
    try:
        settings = load(given.environment)
        if given.workload:
            chosen_workloads(settings, given.workload)  # a slip is told before minutes are spent
        if given.output:
            prepare(given.output)
        kubectl = Kubectl(given.context, remember(settings))
        where = cluster(kubectl)
        found = _look(settings, kubectl, where, given)
        if given.output:
            write(given.output, as_json(settings.name, where.content(), found))
    except (SettingsError, VerifyError, OSError) as error:
        print("\n".join(map(printable, str(error).split("\n"))), file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("interrupted; nothing is left in the cluster", file=sys.stderr)
        return _INTERRUPTED
    with standard_output():
        if given.json:
            print(as_json(settings.name, where.content(), found))
        else:
            tell(settings.name, str(where), found, Console())
    return int(any(finding.problems for finding in found))


def _look(settings: Settings, kubectl: Kubectl, where: Cluster, given: argparse.Namespace) -> list[Finding]:
    looks = {
        "aws-node, the node cache and cluster DNS": partial(kube_system, settings, kubectl),
        "nodes": partial(nodes, settings, kubectl),
        "policies": partial(policies, settings, kubectl),
        "pods": partial(pods, settings, kubectl),
    }
    found = [*same(settings, where, any_server=given.any_server)]
    with Progress(f"looking at {settings.name} with kubectl") as progress:
        for name, look in looks.items():
            progress.note(name)
            found += look()
        if given.workload:
            found += _paths(settings, kubectl, given, progress) if _is_the_files(found) else [_NO_JOB]
    return found


def _is_the_files(found: list[Finding]) -> bool:
    return not any(finding.problems for finding in found if finding.what in {SAME, REGION, VPC})


def _paths(settings: Settings, kubectl: Kubectl, given: argparse.Namespace, progress: Progress) -> Iterator[Finding]:
    return paths(settings, kubectl, given.workload, given.image, progress.note)


def _given() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m verify", description="Prove a deployed environment with kubectl.")
    parser.add_argument("--environment", default="dev", help="a name in environments/, or the path of a YAML file")
    parser.add_argument("--context", default="", help="context of the kubeconfig; the current one when left out")
    parser.add_argument(
        "--any-server",
        action="store_true",
        help="the server may have another host than the file says: a tunnel, a proxy",
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--output", type=Path, help="write the JSON to this file as well")
    parser.add_argument(
        "--as", dest="workload", default="", help="run a Job that looks as this namespace/workload; all: as each"
    )
    parser.add_argument("--image", default=IMAGE, help="image of that Job; needs python3")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
