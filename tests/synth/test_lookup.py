"""A synth asks nobody."""

import json
import pathlib

import pytest


@pytest.mark.parametrize("environment", ["dev", "prod", "existing"])
def test_nothing_is_looked_up(synthesized, environment):
    """No value is missing from the assembly that the CLI would then fetch from AWS."""
    folder = pathlib.Path(synthesized(environment).assembly.directory)
    assert "missing" not in json.loads((folder / "manifest.json").read_text())
