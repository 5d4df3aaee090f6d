"""What a worker of Lambda has on this machine."""

import json
import os
import subprocess
import sys

import pytest

from rehearsal.emulator import workers
from tests.rehearsal.observing import commands, soon

PYTHON = [sys.executable, "-c", "import sys, time; open(sys.argv[1], 'w'); time.sleep(60)"]
NODE = ["node", "-e", "require('fs').writeFileSync(process.argv[1], ''); setTimeout(() => {}, 60000)"]
PARENT = """import json, subprocess, sys
child = subprocess.Popen(json.loads(sys.argv[1]))
child.wait()"""


@pytest.mark.parametrize("worker", [PYTHON, NODE], ids=["python", "node"])
def test_a_worker_that_waits_for_something_ends_with_a_killed_emulator(tmp_path, monkeypatch, worker):
    """A handler may wait minutes for a cluster that is gone, CDK's framework for a function: nothing may outlive it."""
    for name in ("PATH", "PYTHONPATH", "NODE_PATH", "NODE_OPTIONS"):
        monkeypatch.setenv(name, os.environ.get(name, ""))
    workers.prepare(tmp_path / "shims", "")
    begun = tmp_path / "begun"
    mark = str(begun)
    environment = {
        **os.environ,
        "TMPDIR": str(tmp_path),
        "_LAMBDA_FUNCTION_ARN": "arn:aws:lambda:eu-west-1:111111111111:function:one",
    }
    given = [sys.executable, "-c", PARENT, json.dumps([*worker, mark])]
    emulator = subprocess.Popen(given, env=environment)
    assert soon(begun.exists, 30)
    emulator.kill()
    emulator.wait()
    assert soon(lambda: not commands(mark), 30), commands(mark)
