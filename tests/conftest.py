"""What holds for every test: the layout, and what a missing part means."""

import pathlib

import pytest

from tests.told import Telling

ROOT = pathlib.Path(__file__).parent.parent


def pytest_configure(config):
    """Stop early where a file would make every import wrong."""
    config.pluginmanager.register(Telling())
    if (ROOT / "constructs" / "__init__.py").exists():
        raise pytest.UsageError("delete constructs/__init__.py: it shadows the constructs library that aws_cdk imports")


def pytest_itemcollected(item):
    """Keep the tests of a file on one worker, for its fixtures' sake; pytest-xdist reads the marks soon after this."""
    if not item.get_closest_marker("xdist_group"):
        item.add_marker(pytest.mark.xdist_group(str(item.path.relative_to(ROOT))))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """Begin with the file that takes longest."""
    items.sort(key=lambda item: item.path.name != "test_whole_rehearsal.py")


@pytest.fixture
def environment_file(tmp_path):
    """Return a function that writes YAML to a file of the given name and returns its path as text."""

    def write(text, name="trial.yaml"):
        file = tmp_path / name
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return str(file)

    return write
