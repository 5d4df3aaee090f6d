"""Take one permission after the other away: python -m rehearsal.privilege [--environment dev]."""

import argparse
import json
import sys
import time

from rehearsal.errors import RehearsalError
from rehearsal.prerequisites import check_prerequisites
from rehearsal.privilege.removal import Removal
from rehearsal.privilege.trial import Trial
from rehearsal.workspace import PROJECT, Workspace

# what the emulator does not ask IAM for, with what AWS does with it
NOT_ENFORCED = {
    "logs:CreateLogStream": "Lambda writes its log",
    "logs:PutLogEvents": "Lambda writes its log",
    "AmazonEKSWorkerNodePolicy": "kubelet joins the cluster",
    "AmazonEKS_CNI_Policy": "aws-node makes network interfaces",
}


def main() -> int:
    """Print each permission with what its absence did; return 1 where one is neither noticed nor known for it."""
    parser = argparse.ArgumentParser(prog="python -m rehearsal.privilege", description=__doc__)
    parser.add_argument("--environment", default="dev", help="name in environments/")
    options = parser.parse_args()
    workspace = Workspace(PROJECT / "build" / "privilege")
    results: list[dict[str, str]] = []
    began = time.monotonic()

    def told(removal: Removal, reason: str) -> None:
        result = "red" if reason else "not asked for here" if removal.what in NOT_ENFORCED else "NOT NOTICED"
        detail = reason.strip().splitlines()[-1][:300] if reason else NOT_ENFORCED.get(removal.what, "")
        results.append({"permission": str(removal), "result": result, "detail": detail})
        print(f"{time.monotonic() - began:6.0f} s  {result}: {removal}\n          {detail}", flush=True)

    check_prerequisites()
    workspace.open()
    trial = Trial(PROJECT / "environments" / f"{options.environment}.yaml", workspace, told)
    try:
        trial.run()
    except RehearsalError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    finally:
        trial.close()
        (workspace.folder / "report.json").write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
        workspace.close()
    counts = {
        kind: sum(one["result"] == kind for one in results) for kind in ("red", "not asked for here", "NOT NOTICED")
    }
    print(f"{len(results)} permissions taken away, one at a time: " + ", ".join(f"{n} {k}" for k, n in counts.items()))
    return 1 if counts["NOT NOTICED"] else 0


if __name__ == "__main__":
    sys.exit(main())
