"""Every template of every shipped environment: cfn-lint, and nothing that is looked up."""

import json
import pathlib
import subprocess
import sys

import pytest

ACCEPTED = {
    "W3005": "CDK writes dependencies that references imply as well",
    "W3010": "zones are written down on purpose: nothing is looked up at synth",
}


@pytest.mark.parametrize("environment", ["dev", "prod", "existing"])
def test_templates_have_no_finding_that_is_not_accepted(synthesized, environment):
    """Resource types, properties, references and values are what CloudFormation knows."""
    files = sorted(stack.template_full_path for stack in synthesized(environment).assembly.stacks)
    lint = pathlib.Path(sys.executable).parent / "cfn-lint"
    command = [lint, "--regions", "eu-west-1", "--format", "parseable", "--ignore-checks", *ACCEPTED, "--", *files]
    found = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert (found.returncode, found.stdout) == (0, ""), found.stdout + found.stderr


@pytest.mark.parametrize("environment", ["dev", "prod", "existing"])
def test_nothing_is_looked_up(synthesized, environment):
    """A synth asks AWS for nothing: no value is missing from the assembly that the CLI would then fetch."""
    folder = pathlib.Path(synthesized(environment).assembly.directory)
    assert "missing" not in json.loads((folder / "manifest.json").read_text())
