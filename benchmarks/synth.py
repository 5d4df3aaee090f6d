"""`make bench NAME=synth`: podnet's synth against a bare app with the same resources, and 300 workloads against 3."""

from __future__ import annotations

import collections
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time
from typing import Any

import yaml

from benchmarks import report
from benchmarks.usage import number, usage

ROOT = pathlib.Path(__file__).parents[1]
ROUNDS = number("ROUNDS", 5)


def synthesize(outdir: pathlib.Path, script: str, *arguments: str, environment: str = "dev") -> float:
    """Run an app as the CDK CLI does; return its wall time in seconds."""
    context = {**json.loads((ROOT / "cdk.json").read_text())["context"], "environment": environment}
    env = {**os.environ, "CDK_OUTDIR": str(outdir), "CDK_CONTEXT_JSON": json.dumps(context)}
    began = time.perf_counter()
    subprocess.run([sys.executable, str(ROOT / script), *arguments], cwd=ROOT, env=env, check=True)
    return time.perf_counter() - began


def resources(outdir: pathlib.Path) -> collections.Counter[str]:
    """Return how many resources of each type the templates hold."""
    templates = [json.loads(file.read_text()) for file in outdir.glob("*.template.json")]
    return collections.Counter(found["Type"] for template in templates for found in template["Resources"].values())


def objects(outdir: pathlib.Path) -> dict[str, Any]:
    """Return the Kubernetes objects that podnet applies before the workloads, by resource."""
    folder = outdir / "review" / "manifests"
    files = [*folder.glob("dev-PodNetworking-*.yaml"), *folder.glob("dev-Compute-*.yaml")]
    return {file.stem.rsplit("-", 1)[1]: list(yaml.safe_load_all(file.read_text())) for file in files}


def bare(folder: pathlib.Path, ours: pathlib.Path) -> pathlib.Path:
    """Synthesize the bare app once into `folder`/bare, with the objects of podnet's output; return their file."""
    given = folder / "objects.json"
    given.write_text(json.dumps(objects(ours)))
    synthesize(folder / "bare", "benchmarks/bare_app.py", str(given))
    return given


def many(folder: pathlib.Path, count: int) -> str:
    """Write dev.yaml with `count` workloads over three namespaces; return its path."""
    content = yaml.safe_load((ROOT / "environments" / "dev.yaml").read_text())
    (first, *_) = content["workloads"]
    content["node_groups"][0]["max_size"] = 60  # the review refuses more pods than branch interfaces
    content["workloads"] = [
        {**first, "name": f"app-{i}", "namespace": f"team-{i % 3}", "pod_labels": {"app": f"app-{i}"}}
        for i in range(count)
    ]
    file = folder / f"many-{count}.yaml"
    file.write_text(json.dumps(content))
    return str(file)


def main() -> int:
    """Measure, print both sides and the ratios; return 1 where the two apps do not make the same resources."""
    usage("synth", __doc__)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        synthesize(folder / "ours", "app.py")
        given = bare(folder, folder / "ours")
        ours, theirs = resources(folder / "ours"), resources(folder / "bare")
        if ours != theirs:
            told = f"only ours {dict(ours - theirs)}, only bare {dict(theirs - ours)}"
            print(f"not the same resources: {told}", file=sys.stderr)
            return 1
        few, all_ = many(folder, 3), many(folder, 300)
        sides: dict[str, list[float]] = {"podnet": [], "bare": [], "3 workloads": [], "300 workloads": []}
        for _ in range(ROUNDS):
            sides["podnet"].append(synthesize(folder / "ours", "app.py"))
            sides["bare"].append(synthesize(folder / "bare", "benchmarks/bare_app.py", str(given)))
            sides["3 workloads"].append(synthesize(folder / "few", "app.py", environment=few))
            sides["300 workloads"].append(synthesize(folder / "all", "app.py", environment=all_))
    median = {side: statistics.median(times) for side, times in sides.items()}
    for side, times in sides.items():
        print(f"{side:14} median {median[side]:6.2f} s   " + " ".join(f"{seconds:.2f}" for seconds in times))
    ratio, growth = median["podnet"] / median["bare"], median["300 workloads"] / median["3 workloads"]
    print(f"{ours.total()} resources each; podnet / bare {ratio:.2f}; 300 / 3 workloads {growth:.2f}")
    figures = {"ratio": ratio, "ratio_300_to_3_workloads": growth, "seconds": sides, "resources": ours.total()}
    report.write("synth", figures)
    return 0


if __name__ == "__main__":
    sys.exit(main())
