"""CDK's kubectl function in a process of its own, as Lambda would call it."""

import json
import os
import stat
import subprocess
import sys

from benchmarks.reconcile import environment_of
from benchmarks.reconcile_parts import Layers
from rehearsal.emulator import aws_command_line


class CdkFunction:
    """Its code and layers in a folder; all calls of the AWS command line share one import, as in the rehearsal."""

    def __init__(self, folder):
        self.layers = Layers(folder)
        shim = folder / "shared" / "aws"
        shim.parent.mkdir()
        command = f"{sys.executable} -IS {aws_command_line.__file__} {folder}/awscli"
        shim.write_text(f'#!/bin/sh\nexec {command} "$@"\n')
        shim.chmod(stat.S_IRWXU)
        path = f"{shim.parent}:{self.layers.path}"
        self.shared = {"PATH": path, "SANDBOX": str(folder), "SANDBOX_PID": str(os.getpid())}
        self.shared["PYTHONPYCACHEPREFIX"] = str(folder / "pycache")  # compiled once, not in every test's folder

    def environment(self, plane, folder):
        """Give the environment of its calls for one cluster; their files go to `folder`."""
        return {**environment_of(plane, self.layers, folder), **self.shared, "PYTHONUNBUFFERED": "1"}

    def call(self, code, environment, request, **properties):
        """Let it do what CloudFormation asks for; RuntimeError with its last words where it fails."""
        kind = "Custom::AWSCDK-EKS-KubernetesResource"
        event = {"RequestType": request, "ResourceType": kind, "ResourceProperties": properties}
        done = subprocess.run(
            [sys.executable, "-c", code],
            cwd=self.layers.handler,
            env=environment,
            input=json.dumps(event).encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(done.stdout.decode()[-3000:])
