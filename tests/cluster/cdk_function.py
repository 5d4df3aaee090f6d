"""CDK's kubectl function in a process of its own, as Lambda would call it."""

import contextlib
import json
import os
import shlex
import stat
import subprocess
import sys

from token_reviewer import ACCESS_KEY, TokenReviewer

from benchmarks.reconcile import environment_of
from benchmarks.reconcile_parts import Layers
from rehearsal.control_plane import ControlPlane, TokenReview
from rehearsal.emulator import aws_command_line
from rehearsal.parts import ensure


@contextlib.contextmanager
def administered(folder):
    """Give a cluster that the function administers, while it lasts."""
    reviewer = TokenReviewer()
    reviewer.entries = {ACCESS_KEY: ["system:masters"]}
    plane = ControlPlane(folder / "plane", ensure("kubernetes", "etcd"), token_review=TokenReview(reviewer.url)).start()
    yield plane
    plane.stop()
    reviewer.stop()


class CdkFunction:
    """Its code and layers in a folder; all calls of the AWS command line share one import, as in the rehearsal."""

    def __init__(self, folder):
        self.layers = Layers(folder)
        shim = folder / "shared" / "aws"
        shim.parent.mkdir()
        command = shlex.join([sys.executable, "-IS", aws_command_line.__file__, f"{folder}/awscli"])
        shim.write_text(f'#!/bin/sh\nexec {command} "$@"\n')
        shim.chmod(stat.S_IRWXU)
        path = f"{shim.parent}:{self.layers.path}"
        self.shared = {"PATH": path, "SANDBOX": str(folder), "SANDBOX_PID": str(os.getpid())}
        self.shared["PYTHONPYCACHEPREFIX"] = str(folder / "pycache")  # compiled once, not in every test's folder

    def environment(self, plane, folder):
        """Give the environment of its calls for one cluster; their files go to `folder`."""
        return {**environment_of(plane, self.layers, folder), **self.shared, "PYTHONUNBUFFERED": "1"}

    def call(self, code, environment, request, heard=lambda line: None, **properties):
        """Let it do what CloudFormation asks for, each line of it `heard`; RuntimeError with its last words."""
        kind = "Custom::AWSCDK-EKS-KubernetesResource"
        event = {"RequestType": request, "ResourceType": kind, "ResourceProperties": properties}
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
        command, told = [sys.executable, "-c", code], []
        with subprocess.Popen(command, cwd=self.layers.handler, env=environment, **pipes) as process:
            process.stdin.write(json.dumps(event))
            process.stdin.close()
            for line in process.stdout:
                told.append(line)
                heard(line)
        if process.returncode:
            raise RuntimeError("".join(told)[-3000:])
