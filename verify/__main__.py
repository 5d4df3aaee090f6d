"""Prove a deployed environment: python -m verify --environment dev [--as NAMESPACE/WORKLOAD] [--json]."""

import argparse
import json
import sys
from collections.abc import Iterable
from dataclasses import asdict

from settings import SettingsError, load
from verify.daemon_sets import daemon_sets
from verify.errors import VerifyError
from verify.finding import Finding
from verify.job import IMAGE
from verify.kubectl import Kubectl
from verify.nodes import nodes
from verify.paths import paths
from verify.pods import pods

_MOST = 10  # problems of one finding that are shown


def main() -> int:
    """Print what holds and what does not; return 0 where all holds, 1 where not, 2 where nothing could be seen."""
    parser = argparse.ArgumentParser(prog="python -m verify", description="Prove a deployed environment with kubectl.")
    parser.add_argument("--environment", default="dev", help="a name in environments/, or the path of a YAML file")
    parser.add_argument("--context", default="", help="context of the kubeconfig; the current one when left out")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--as", dest="workload", default="", help="run a Job that looks as this namespace/workload")
    parser.add_argument("--image", default=IMAGE, help="image of that Job; needs python3")
    given = parser.parse_args()
    try:
        settings, kubectl = load(given.environment), Kubectl(given.context)
        found = [finding for look in (daemon_sets, nodes, pods) for finding in look(settings, kubectl)]
        if given.workload:
            found += paths(settings, kubectl, given.workload, given.image)
    except (SettingsError, VerifyError) as error:
        print(error, file=sys.stderr)
        return 2
    holds = all(finding.holds for finding in found)
    if given.json:
        content = {"environment": settings.name, "holds": holds, "findings": [asdict(finding) for finding in found]}
        print(json.dumps(content, indent=1))
    else:
        print("\n".join(_lines(found)))
    return int(not holds)


def _lines(found: Iterable[Finding]) -> Iterable[str]:
    for finding in found:
        yield f"{'ok  ' if finding.holds else 'FAIL'}  {finding.what}{f': {finding.seen}' if finding.seen else ''}"
        yield from (f"        {problem}" for problem in finding.problems[:_MOST])
        if len(finding.problems) > _MOST:
            yield f"        and {len(finding.problems) - _MOST} more"
        if finding.problems:
            yield f"      fix: {finding.fix}"


if __name__ == "__main__":
    sys.exit(main())
