"""`python -m verify` and many nodes."""

import json
import os
import time

from settings import load
from verify.kubectl import Kubectl
from verify.nodes import nodes

NODES, EVENTS = 1500, 15_000
LABELS = {
    "kubernetes.io/os": "linux",
    "node.kubernetes.io/instance-type": "m5.large",
    "topology.kubernetes.io/region": "eu-west-1",
}


def node(number):
    status = {"allocatable": {}, "conditions": [{"type": "Ready", "status": "True"}]}
    return {"metadata": {"name": f"node-{number}", "labels": LABELS}, "status": status}


def event(number):
    about = {"kind": "Node", "name": f"node-{number % NODES}"}
    return {"involvedObject": about, "type": "Warning", "reason": "NoTrunk", "message": f"event {number}"}


def test_what_many_nodes_lack_is_found_in_seconds(tmp_path, monkeypatch):
    """All of them, as after a deploy to a running cluster; each with its own events, the last one said."""
    lists = {"nodes": map(node, range(NODES)), "events": map(event, range(EVENTS)), "cninodes": ()}
    for kind, found in lists.items():
        (tmp_path / f"{kind}.json").write_text(json.dumps({"items": list(found)}))
    program = tmp_path / "kubectl"
    program.write_text(f"#!/bin/sh\ncat {tmp_path}/$3.json\n")  # a program takes the place of kubectl and its cluster
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    began = time.process_time()
    *_, trunks = nodes(load("dev"), Kubectl())
    assert time.process_time() - began < 2
    assert len(trunks.problems) == NODES
    assert trunks.problems[7].startswith("node-7: ")
    assert trunks.problems[7].endswith(f"(NoTrunk: event {EVENTS - NODES + 7})")
