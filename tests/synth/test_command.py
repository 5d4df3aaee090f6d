"""`python app.py` as the CDK CLI runs it."""

import hashlib
import json
import os
import pathlib
import subprocess
import sys

import pytest
import yaml

from benchmarks.synth import bare, resources

ROOT = pathlib.Path(__file__).parents[2]


def _run(outdir, environment, cwd=ROOT):
    context = {**json.loads((ROOT / "cdk.json").read_text())["context"], "environment": environment}
    env = {name: text for name, text in os.environ.items() if name != "CDK_VALIDATION"}  # the app itself has it off
    env |= {"CDK_OUTDIR": str(outdir), "CDK_CONTEXT_JSON": json.dumps(context)}
    command = [sys.executable, "app.py"]
    return subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, timeout=120, check=False)


def _digest(folder):
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """Give the folder of an environment's first synth."""
    made = {}

    def folder(environment):
        if environment not in made:
            made[environment] = tmp_path_factory.mktemp(environment)
            run = _run(made[environment], environment)
            assert (run.returncode, run.stdout) == (0, ""), run.stderr
        return made[environment]

    return folder


@pytest.mark.parametrize("environment", ["dev", "existing"])
def test_two_synths_are_the_same_byte_for_byte(tmp_path, written, environment):
    """Same input, same templates, assets and review: nothing of clock, chance or place is in them."""
    run = _run(tmp_path, environment)
    assert run.returncode == 0, run.stderr
    one, two = _digest(written(environment)), _digest(tmp_path)
    assert one == two
    assert any(name.startswith("review/manifests/") for name in one)
    assert "validation-report.json" not in one, "the CDK's own validation takes longer than all the rest"


def test_the_bare_app_of_the_benchmark_makes_the_same_resources(tmp_path, written):
    """As many of each type, or the figures of `make bench NAME=synth` would mean nothing."""
    ours = resources(written("dev"))
    bare(tmp_path, written("dev"))
    assert ours.total() > 100
    assert resources(tmp_path / "bare") == ours


def test_a_bad_environment_is_refused_without_a_traceback_and_nothing_is_written(tmp_path, environment_file):
    """Exit code 1, every problem on stderr, no template."""
    run = _run(tmp_path / "out", environment_file("account: 1\nregion: nowhere\n"))
    assert run.returncode == 1
    assert "Traceback" not in run.stderr
    assert "account must be text, got 1" in run.stderr
    assert "region must be a region name" in run.stderr
    assert not list((tmp_path / "out").rglob("*.template.json"))


def test_manifests_for_review_hold_what_is_applied(written):
    """A file for every resource of every stack that applies manifests, with the names of its objects."""
    folder, applied = written("dev"), []

    def names(objects):
        return sorted((found["kind"], found["metadata"]["name"]) for found in objects)

    for path in folder.glob("*.template.json"):
        for resource in json.loads(path.read_text())["Resources"].values():
            if resource["Type"] == "Custom::AWSCDK-EKS-KubernetesResource":
                text = resource["Properties"]["Manifest"]
                if not isinstance(text, str):  # a reference is no text
                    text = "".join(part if isinstance(part, str) else "reference" for part in text["Fn::Join"][1])
                applied.append(names(json.loads(text)))
    files = (folder / "review" / "manifests").glob("*.yaml")
    shown = [names(yaml.safe_load_all(path.read_text())) for path in files]
    assert all(applied)
    assert sorted(shown) == sorted(applied)
    kinds = {kind for objects in applied for kind, _ in objects}
    assert kinds >= {"Role", "ClusterRole", "RoleBinding", "DaemonSet", "ConfigMap", "SecurityGroupPolicy", "Namespace"}
