"""The measuring half, in namespaces of its own: a request as JSON on standard input, blocks as JSON on the output."""

from __future__ import annotations

import json
import socket
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.dataplane.lab.inside import SCRATCH
from tests.dataplane.lab.job import Job
from tests.dataplane.lab.laboratory import Laboratory

if TYPE_CHECKING:
    from tests.dataplane.lab.addresses import Addresses

_PORT = 9000


def trials(at: Addresses) -> dict[str, dict[str, Any]]:
    """Return {path: where its ends are}; the client is the node where no namespace is named."""
    return {
        "node to node, over lo": {"address": "127.0.0.1", "server": "node"},
        "node to plain pod, as kubelet's probes": {"address": at.plain, "server": "plain"},
        "node to SGP pod, as kubelet's probes": {"address": at.sgp, "server": "sgp"},
        "plain pod to SGP pod, on one node": {"address": at.sgp, "server": "sgp", "client": "plain"},
    }


def main() -> None:
    """Build the node and measure one path after the other."""
    request = json.load(sys.stdin)
    job = Job.from_json(json.dumps(request["job"]))
    with tempfile.TemporaryDirectory(dir=SCRATCH) as folder:
        laboratory = Laboratory(job, Path(folder))
        try:
            laboratory.start()
            namespaces, found = laboratory.namespaces, {}
            for path, ends in trials(job.addresses).items():
                trial = {
                    **request["size"],
                    "address": list(socket.inet_aton(ends["address"])),
                    "port": _PORT,
                    "server": namespaces.path(ends["server"]),
                    "client": namespaces.path(ends["client"]) if "client" in ends else "",
                }
                said = namespaces.run("node", job.cni_lab, "latency", text=json.dumps(trial), limit=600)
                found[path] = [json.loads(line) for line in said.splitlines()]
        finally:
            laboratory.close()
    json.dump({"notes": laboratory.notes, "blocks": found}, sys.stdout)


if __name__ == "__main__":
    main()
