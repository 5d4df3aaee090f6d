"""From a file to checked settings: every problem at once."""

from __future__ import annotations

import dataclasses
import functools
import json
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import ValidationError

from settings import meant
from settings.alike import owner
from settings.empty import empty
from settings.files import FOLDER, environments, file_of, instead_of
from settings.forms import Section
from settings.kinds import ENVIRONMENT, PIPELINE, Kind, of_the_other_kind
from settings.model import Settings
from settings.pipeline import Pipeline
from settings.problems import Problem, SettingsError, problems_of
from settings.reading import read
from settings.references import check

if TYPE_CHECKING:
    import pathlib
    from collections.abc import Callable

__all__ = ["FOLDER", "environments", "load", "load_pipeline"]
File = TypeVar("File", bound=Section)


def load(environment: str) -> Settings:
    """Return the settings of an environment: a name in `environments/`, or the path of a YAML file.

    Raises SettingsError with all problems: a name that is none, form of each value, unknown and missing keys, and
    references between parts.
    """
    return _load(environment, ENVIRONMENT, Settings, check)


def load_pipeline(pipeline: str) -> Pipeline:
    """Return the settings of a delivery pipeline, found and told in the same way."""
    return _load(pipeline, PIPELINE, Pipeline, lambda _: [])


def _load(name: str, kind: Kind, model: type[File], check: Callable[[dict[str, Any]], list[Problem]]) -> File:
    file = file_of(name, kind.name)
    raw = read(file, lambda: instead_of(name, kind.names()))
    if other := of_the_other_kind(file, raw, kind):
        raise SettingsError(file.name, other)
    problems = check(raw) + ([_named(file)] if "name" in raw else [])
    try:
        settings = model.model_validate_json(json.dumps({**raw, "name": file.stem}, default=str), context=file.parent)
    except ValidationError as error:
        found: list[Any] = error.errors(include_url=False)
        told = problems_of(found, kind.schema, functools.partial(meant.fix, model=model))
        problems += [_placed(problem, file) for problem in told]
    places = {problem.path for problem in problems}
    problems += [problem for problem in empty(raw) if problem.path not in places]
    if problems:
        raise SettingsError(file.name, [dataclasses.replace(one, owner=owner(one.path, raw)) for one in problems])
    return settings


def _named(file: pathlib.Path) -> Problem:
    return Problem("name", "must not be there: the file's name takes its place", file.stem, "remove it")


def _placed(problem: Problem, file: pathlib.Path) -> Problem:
    """Return the problem at its place: a wrong file name has no line in the file to point at."""
    return dataclasses.replace(problem, path="the file", got=file.name) if problem.path == "name" else problem
