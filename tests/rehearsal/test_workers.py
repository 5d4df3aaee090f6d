"""What a worker of Lambda has on this machine."""

import os
import subprocess
import sys

from rehearsal.emulator import workers
from tests.rehearsal.observing import commands, soon

WORKER = "import sys, time; open(sys.argv[1], 'w'); time.sleep(60)"
PARENT = f"""import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", {WORKER!r}, sys.argv[1]])
child.wait()"""


def test_a_worker_that_waits_for_something_ends_with_a_killed_emulator(tmp_path, monkeypatch):
    """A handler may wait minutes for a cluster that is gone, and nothing may outlive the emulator."""
    for name in ("PATH", "PYTHONPATH", "NODE_PATH"):
        monkeypatch.setenv(name, os.environ.get(name, ""))
    workers.prepare(tmp_path / "shims", "")
    begun = tmp_path / "begun"
    mark = str(begun)
    environment = {**os.environ, "_LAMBDA_FUNCTION_ARN": "arn:aws:lambda:eu-west-1:111111111111:function:one"}
    emulator = subprocess.Popen([sys.executable, "-c", PARENT, mark], env=environment)
    assert soon(begun.exists, 10)
    emulator.kill()
    emulator.wait()
    assert soon(lambda: not commands(mark), 10), commands(mark)
