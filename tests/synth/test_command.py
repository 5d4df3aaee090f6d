"""`python app.py` as the CDK CLI runs it."""

import hashlib
import json
import os
import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).parents[2]


def _run(outdir, environment, cwd=ROOT):
    context = {**json.loads((ROOT / "cdk.json").read_text())["context"], "environment": environment}
    env = {**os.environ, "CDK_OUTDIR": str(outdir), "CDK_CONTEXT_JSON": json.dumps(context)}
    command = [sys.executable, "app.py"]
    return subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, timeout=120, check=False)


def _digest(folder):
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.mark.parametrize("environment", ["dev", "existing"])
def test_two_synths_are_the_same_byte_for_byte(tmp_path, environment):
    """Same input, same templates, assets and review: nothing of clock, chance or place is in them."""
    runs = [_run(tmp_path / name, environment) for name in ("one", "two")]
    assert [run.returncode for run in runs] == [0, 0], runs[0].stderr
    one, two = (_digest(tmp_path / name) for name in ("one", "two"))
    assert one == two
    assert any(name.startswith("review/manifests/") for name in one)


def test_a_bad_environment_is_refused_without_a_traceback_and_nothing_is_written(tmp_path, environment_file):
    """Exit code 1, every problem on stderr, no template."""
    run = _run(tmp_path / "out", environment_file("account: 1\nregion: nowhere\n"))
    assert run.returncode == 1
    assert "Traceback" not in run.stderr
    assert "account must be text, got 1" in run.stderr
    assert "region must be a region name" in run.stderr
    assert not list((tmp_path / "out").rglob("*.template.json"))


def test_manifests_for_review_hold_what_is_applied(tmp_path):
    """The files name every object that the deploy will apply."""
    run = _run(tmp_path, "dev")
    assert run.returncode == 0, run.stderr
    text = "".join(path.read_text() for path in (tmp_path / "review" / "manifests").glob("*.yaml"))
    for kind in (
        "kind: Role\n",
        "kind: RoleBinding",
        "kind: DaemonSet",
        "kind: ConfigMap",
        "kind: SecurityGroupPolicy",
    ):
        assert kind in text
