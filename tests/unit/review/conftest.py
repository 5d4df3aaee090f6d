"""Environment files for the review: shipped ones, changed as a person would change them."""

import copy
import functools
import json

import pytest
import yaml

from settings import load
from settings.loading import FOLDER


@pytest.fixture
def changed(environment_file):
    """Return a function: the settings of a shipped file after a change of its content, which takes out keys by None."""

    def load_changed(name, change):
        content = copy.deepcopy(_shipped(name))
        change(content)
        return load(environment_file(json.dumps(_given(content))))

    return load_changed


@functools.cache
def _shipped(name):
    return yaml.safe_load((FOLDER / f"{name}.yaml").read_text())


def _given(content):
    if isinstance(content, dict):
        return {key: _given(value) for key, value in content.items() if value is not None}
    return [_given(one) for one in content] if isinstance(content, list) else content
