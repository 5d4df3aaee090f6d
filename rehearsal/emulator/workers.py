"""What a laptop lacks of Lambda: /opt with the layers, and a /tmp for each sandbox."""

import os
import stat
import sys
from pathlib import Path

_SHIM = """#!/bin/sh
# {name} of the deployed Lambda layer
IFS=:
for layer in $_LAMBDA_LAYERS_DIRS; do
  [ -e "$layer/{path}" ] || continue
  {run}
done
echo "{name}: no layer of this function has {path}" >&2
exit 127
"""

# `aws eks get-token` signs a request for STS and sends nothing. With AWS_ENDPOINT_URL, which the emulator sets, it
# would sign it for 127.0.0.1, and a token that names another host than STS is refused, by EKS and by the emulator
_AWS = """case "$*" in *get-token*) export AWS_ENDPOINT_URL_STS="https://sts.$AWS_REGION.amazonaws.com" ;; esac
  exec "{python}" -IS "{script}" "$layer/awscli" "$@\""""

_KUBECTL = 'exec "$layer/kubectl/kubectl" "$@"'

# CDK's kubectl handler writes fixed file names to TEST_OUTDIR or /tmp, which is private to a sandbox of Lambda; with
# one folder for all, two manifests that are applied at once swap places. And a handler that waits for a cluster would
# go on waiting after a killed emulator, since a worker sees its end only between two calls
_SITE = """import os, tempfile, threading, time
def end_with(parent):
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)
if "_LAMBDA_FUNCTION_ARN" in os.environ:
    os.environ["TEST_OUTDIR"] = os.environ["SANDBOX"] = tempfile.mkdtemp(prefix="lambda-tmp-")
    os.environ["SANDBOX_PID"] = str(os.getpid())
    threading.Thread(target=end_with, args=[os.getppid()], daemon=True).start()
"""

# the same for Node: CDK's provider framework waits up to five minutes for a function that does not answer
_PRELOADED = """if (process.env._LAMBDA_FUNCTION_ARN) {
  const parent = process.ppid;
  setInterval(() => { if (process.ppid !== parent) process.exit(1); }, 500).unref();
}
"""


def prepare(folder: Path, node_modules: str) -> None:
    """Set this process's environment, which every Lambda worker inherits, so that handlers find what Lambda gives them.

    No `kubectl` or `aws` of this machine is used: both come from the layers that the stack deploys.
    """
    folder.mkdir(parents=True, exist_ok=True)
    script = Path(__file__).with_name("aws_command_line.py")
    for name, path, run in (
        ("kubectl", "kubectl/kubectl", _KUBECTL),
        ("aws", "awscli/aws", _AWS.format(python=sys.executable, script=script)),
    ):
        shim = folder / name
        shim.write_text(_SHIM.format(name=name, path=path, run=run), encoding="utf-8")
        shim.chmod(stat.S_IRWXU)
    (folder / "sitecustomize.py").write_text(_SITE, encoding="utf-8")
    (folder / "preloaded.cjs").write_text(_PRELOADED, encoding="utf-8")
    os.environ["PATH"] = f"{folder}{os.pathsep}{os.environ['PATH']}"
    os.environ["PYTHONPATH"] = str(folder)
    os.environ["NODE_PATH"] = node_modules
    os.environ["NODE_OPTIONS"] = f'--require "{folder / "preloaded.cjs"}"'
