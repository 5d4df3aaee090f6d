"""Environment files for the review: shipped ones, changed as a person would change them."""

import copy
import json

import pytest
import yaml

from settings import load
from settings.loading import FOLDER


@pytest.fixture
def changed(environment_file):
    """Return a function: the settings of a shipped file after a change of its content."""

    def load_changed(name, change):
        content = copy.deepcopy(yaml.safe_load((FOLDER / f"{name}.yaml").read_text()))
        change(content)
        return load(environment_file(json.dumps(content)))

    return load_changed
