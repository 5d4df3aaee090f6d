"""What holds for every test: the layout, and what a missing part means."""

import pathlib

import pytest

ROOT = pathlib.Path(__file__).parent.parent


def pytest_configure(config):
    """Stop early where a file would make every import wrong."""
    if (ROOT / "constructs" / "__init__.py").exists():
        raise pytest.UsageError("delete constructs/__init__.py: it shadows the constructs library that aws_cdk imports")


@pytest.fixture
def environment_file(tmp_path):
    """Return a function that writes YAML to a file of the given name and returns its path as text."""

    def write(text, name="trial.yaml"):
        file = tmp_path / name
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return str(file)

    return write
