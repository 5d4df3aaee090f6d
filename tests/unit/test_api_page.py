"""docs/api.md names what there is, and all of it."""

import importlib
import inspect
import pathlib
import re

import pytest

ROOT = pathlib.Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "api.md").read_text()
NAMES = sorted(set(re.findall(r"`(podnet\.[a-z_.]+)\.([A-Z]\w+|configuration)`", TEXT)))


def _module(name):
    return importlib.import_module(name.replace("podnet.charts", "charts"))


@pytest.mark.parametrize(("module", "name"), NAMES)
def test_every_name_on_the_page_is_there_and_tells_what_it_is(module, name):
    """Under the name that the page gives, with a docstring."""
    found = getattr(_module(module), name)
    assert inspect.getdoc(found)


def test_every_construct_and_chart_is_on_the_page():
    """What is public by its name is public by the page."""
    told = {name for _, name in NAMES}
    for folder in (ROOT / "constructs" / "podnet", ROOT / "charts"):
        for file in folder.glob("*.py"):
            for name in re.findall(r"^class ([A-Z]\w+)\((?:Construct|cdk8s\.Chart)\)", file.read_text(), re.MULTILINE):
                assert name in told, name


def test_the_signature_on_the_page_is_the_real_one():
    """Names and order of AwsNodeEnv's arguments."""
    aws_node_env = _module("podnet.aws_node_env").AwsNodeEnv
    (written,) = re.findall(r"`AwsNodeEnv\(scope, id, \*, ([^`]+)\)`", TEXT)
    real = list(inspect.signature(aws_node_env.__init__).parameters)[3:]
    assert [part.split("=")[0].strip() for part in written.split(",")] == real
    for name in ("needs_rights", "wait_for", "KUBERNETES_GROUP"):
        assert hasattr(aws_node_env, name)
