"""An environment's file or a pipeline's: each is told apart by its keys, or by the schema that it names."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from settings.files import PIPELINE_SCHEMA, environments, first_line, pipelines
from settings.model import Settings
from settings.pipeline import Pipeline
from settings.problems import Problem

if TYPE_CHECKING:
    import pathlib
    from collections.abc import Callable


@dataclasses.dataclass(frozen=True, kw_only=True)
class Kind:
    """What a file may be."""

    name: str
    """What the file describes."""
    whose: str
    """Whose file it is, with an article."""
    schema: str
    """Name of its schema beside it."""
    command: str
    """The command that takes it, with its name left open."""
    keys: frozenset[str]
    """Keys that only this kind has."""
    names: Callable[[], list[str]]
    """Gives the names of those in environments/."""


_BOTH = Settings.model_fields.keys() & Pipeline.model_fields.keys()
ENVIRONMENT = Kind(
    name="environment",
    whose="an environment's",
    schema="schema.json",
    command="make synth ENV={}",
    keys=frozenset(Settings.model_fields.keys() - _BOTH),
    names=environments,
)
PIPELINE = Kind(
    name="pipeline",
    whose="a pipeline's",
    schema=PIPELINE_SCHEMA,
    command="make synth-pipeline PIPELINE={}",
    keys=frozenset(Pipeline.model_fields.keys() - _BOTH),
    names=pipelines,
)


def of_the_other_kind(file: pathlib.Path, raw: dict[str, Any], kind: Kind) -> list[Problem]:
    """Return one problem where a file is clearly none of this kind; its keys count before its first line."""
    (other,) = {ENVIRONMENT, PIPELINE} - {kind}
    own, others = kind.keys & raw.keys(), other.keys & raw.keys()
    named = f"$schema={other.schema}" in first_line(file)
    if (others and not own) or (named and (others or not own)):
        choice = ", ".join(kind.names())[:200] or "there is none"
        fix = f"`{other.command.format(file.stem)}` takes it; name {kind.whose} here: {choice}"
        return [Problem("the file", f"must be {kind.whose}", other.whose, fix)]
    return []
