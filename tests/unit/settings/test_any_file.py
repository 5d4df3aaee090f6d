"""Whatever a file holds: settings or a clear error, never anything else."""

import copy
import os

import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from settings import Settings, SettingsError, load
from settings.loading import FOLDER

FILES = [yaml.safe_load((FOLDER / f"{name}.yaml").read_text()) for name in ("dev", "prod", "existing")]
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "100"))
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def _places(value, path=()):
    yield path
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in children:
        yield from _places(child, (*path, key))


@st.composite
def spoiled_files(draw):
    """A shipped file with one to four places replaced by anything or removed."""
    content = copy.deepcopy(draw(st.sampled_from(FILES)))
    for _ in range(draw(st.integers(1, 4))):
        places = [place for place in _places(content) if place]
        *parents, last = draw(st.sampled_from(places))
        target = content
        for key in parents:
            target = target[key]
        if draw(st.booleans()):
            target[last] = draw(VALUES)
        else:
            del target[last]
    return yaml.safe_dump(content, allow_unicode=True)


def _judge(environment_file, text):
    problems = _problems(environment_file(text))
    assert all(problem.path and problem.rule.startswith("must") and problem.fix for problem in problems)
    assert not [problem for problem in problems if problem.rule.startswith("must hold:")], "a word of pydantic's"
    assert all(line.isprintable() for problem in problems for line in str(problem).splitlines())


def _problems(file):
    try:
        return [] if isinstance(load(file), Settings) else ["no settings"]
    except SettingsError as error:
        return error.problems or ["an error without problems"]


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=spoiled_files())
def test_a_spoiled_file_loads_or_is_refused_with_rules_and_fixes(environment_file, text):
    """Values replaced or removed anywhere: no traceback, and each problem has path, rule and fix."""
    _judge(environment_file, text)


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.text(max_size=200) | st.binary(max_size=200))
def test_any_bytes_load_or_are_refused_with_rules_and_fixes(environment_file, content):
    """Any text and any bytes: no traceback."""
    _judge(environment_file, content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content)
