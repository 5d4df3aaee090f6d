"""What holds for every test: the layout, and what a missing part means."""

import os
import pathlib
import sys

import pytest

from tests.scheduling import FileScheduling
from tests.told import Telling

ROOT = pathlib.Path(__file__).parent.parent
# most of the time of a synth, and off in podnet's own apps (docs/decisions/0009-validation-at-synth.md)
os.environ["CDK_VALIDATION"] = "false"
# as the Makefile does: the warning is about Node.js, and tests read what podnet itself says
os.environ.setdefault("JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION", "20")
# an emulator is reached without a proxy, and with nobody's profile
os.environ["NO_PROXY"] = os.environ["no_proxy"] = "127.0.0.1,localhost"
for name in [name for name in os.environ if name.startswith("AWS_")]:
    del os.environ[name]
os.environ["COLUMNS"] = "80"  # as without a terminal
os.environ.pop("FORCE_COLOR", None)
# hundreds of Python processes would each compile all that they import
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
SLOW = {"test_whole_rehearsal.py", "test_existing_rehearsal.py", "test_in_chromium.py"}


def pytest_configure(config):
    """Stop early where a file would make every import wrong."""
    config.pluginmanager.register(Telling())
    if (ROOT / "constructs" / "__init__.py").exists():
        raise pytest.UsageError("delete constructs/__init__.py: it shadows the constructs library that aws_cdk imports")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """Begin with the files that take longest, so that no worker waits for another at the end."""
    items.sort(key=lambda item: item.path.name not in SLOW)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Keep the tests of a file on one worker, for its fixtures' sake."""
    return FileScheduling(config, log)


@pytest.fixture
def environment_file(tmp_path):
    """Return a function that writes YAML to a file of the given name and returns its path as text."""

    def write(text, name="trial.yaml"):
        file = tmp_path / name
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return str(file)

    return write
