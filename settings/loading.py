"""From a file to checked settings: every problem at once."""

from __future__ import annotations

import json
import pathlib
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import ValidationError

from settings.forms import Section
from settings.model import STEM, Settings
from settings.pipeline import Pipeline
from settings.problems import Problem, SettingsError, from_validation, show
from settings.reading import read
from settings.references import check

if TYPE_CHECKING:
    from collections.abc import Callable

File = TypeVar("File", bound=Section)
FOLDER = pathlib.Path(__file__).parent.parent / "environments"


def environments() -> list[str]:
    """Return the names of the environments in the folder; a pipeline's file there names another schema."""
    files = FOLDER.glob("*.yaml")
    return sorted(file.stem for file in files if "pipeline-schema.json" not in file.read_text().partition("\n")[0])


def load(environment: str) -> Settings:
    """Return the settings of an environment: a name in `environments/`, or the path of a YAML file.

    Raises SettingsError with all problems: a name that is none, form of each value, unknown and missing keys, and
    references between parts.
    """
    return _load(environment, Settings, check)


def load_pipeline(pipeline: str) -> Pipeline:
    """Return the settings of a delivery pipeline, found and told in the same way."""
    return _load(pipeline, Pipeline, lambda _: [])


def _load(name: str, model: type[File], check: Callable[[dict[str, Any]], list[Problem]]) -> File:
    file = _file(name)
    raw = read(file)
    problems = check(raw) + ([_named(file)] if "name" in raw else [])
    try:
        settings = model.model_validate_json(json.dumps({**raw, "name": file.stem}, default=str))
    except ValidationError as error:
        # a wrong file name has no line in the file to point at
        found: list[Any] = error.errors(include_url=False)
        problems += [_stem(file) if entry["loc"] == ("name",) else from_validation(entry) for entry in found]
    if problems:
        raise SettingsError(file.name, problems)
    return settings


def _file(name: str) -> pathlib.Path:
    """Return the file of a name or a path; a context value may be anything, and an empty one is not the default."""
    if not isinstance(name, str) or not name.strip() or not name.isprintable():
        rule, fix = "must be a name in environments/, or the path of a YAML file", "name one, such as dev"
        raise SettingsError("the environment", [Problem("its name", rule, show(name), fix)])
    file = pathlib.Path(name)
    return file if file.suffix else FOLDER / f"{name}.yaml"


def _named(file: pathlib.Path) -> Problem:
    return Problem("name", "must not be there: the file's name is the environment's", file.stem, "remove it")


def _stem(file: pathlib.Path) -> Problem:
    rule, fix = STEM
    return Problem("the file", rule, file.name, fix)
