"""What `make preflight` and `make verify` say of the rehearsed account and cluster, the latter by the real kubectl."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rehearsal.checks.expect import NotAskedFor, equal
from rehearsal.checks.scene import Scene
from rehearsal.kubectl import kubectl_folder
from rehearsal.workspace import PROJECT

_PODS = "every selected pod has security groups of its own"


def account_is_as_the_file_says(file: Path, env: Mapping[str, str]) -> str:
    """Prove that `make preflight` finds nothing wrong, with the credentials of the rehearsal's person."""
    code, found = _asked("preflight", file, env)
    equal("problems of make preflight", _problems(found), {})
    equal("exit code of make preflight", code, 0)
    held = sum(finding["result"] == "holds" for finding in found)
    return f"{held} promises hold{f', {len(found) - held} not tried' if len(found) > held else ''}"


def everything_holds(scene: Scene, file: Path) -> str:
    """Prove that it finds nothing wrong and ends with 0."""
    code, found = _verify(scene, file)
    equal("problems of make verify", _problems(found), {})
    equal("exit code of make verify", code, 0)
    tried = sum(finding["result"] != "not tried" for finding in found)
    pods = next((finding["seen"] for finding in found if finding["what"] == _PODS), "no workloads")
    return f"{tried} of {len(found)} promises were tried; {pods}"


def pods_to_restart_are_named(scene: Scene, file: Path) -> str:
    """Prove that it names exactly the pods that were there before their policies, and nothing else, and ends with 1."""
    if not scene.settings.workloads:
        return NotAskedFor("no workloads in the file")
    code, found = _verify(scene, file)
    problems = _problems(found)
    equal("what make verify finds wrong", sorted(problems), [_PODS])
    equal("exit code of make verify", code, 1)
    spaces = scene.settings.namespaces
    pods = [pod["metadata"] for pod in scene.kubernetes("GET", "/api/v1/pods")["items"]]
    wanted = sorted(f"{pod['namespace']}/{pod['name']}" for pod in pods if pod["namespace"] in spaces)
    equal("pods to restart", sorted(problem.partition(":")[0] for problem in problems[_PODS]), wanted)
    return f"{len(wanted)} pods that started before their policy"


def _verify(scene: Scene, file: Path) -> tuple[int, list[dict[str, Any]]]:
    programs = kubectl_folder(scene.settings.any_cluster.kubernetes_version)
    env = {
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "KUBECONFIG": str(scene.kubeconfig),
        "HOME": str(scene.kubeconfig.parent),
    }
    return _asked("verify", file, env)


def _asked(command: str, file: Path, env: Mapping[str, str]) -> tuple[int, list[dict[str, Any]]]:
    """Give exit code and findings of a command."""
    given = [sys.executable, "-m", command, "--environment", str(file), "--json"]
    done = subprocess.run(given, cwd=PROJECT, env=env, capture_output=True, text=True, check=False)
    said = [line for line in done.stderr.splitlines() if not line.startswith("looking at ")]
    equal(f"what make {command} says on stderr beside its progress", said, [])
    return done.returncode, json.loads(done.stdout)["findings"]


def _problems(found: list[dict[str, Any]]) -> dict[str, list[str]]:
    return {finding["what"]: finding["problems"] for finding in found if finding["problems"]}
