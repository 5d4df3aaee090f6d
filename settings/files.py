"""Where the file of a name lies, and which one was meant where there is none."""

from __future__ import annotations

import difflib
import pathlib
from typing import TYPE_CHECKING

from settings.problems import Problem, SettingsError, show

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

FOLDER = pathlib.Path(__file__).parent.parent / "environments"
PIPELINE_SCHEMA = "pipeline-schema.json"
_ENDINGS = (".yaml", ".yml")
_LONGEST_PATH = 400
_SHORT, _QUOTES = "env", "'\""


def environments() -> list[str]:
    """Return the names of the environments in the folder; a pipeline's file there names another schema."""
    return sorted(file.stem for file in _files() if PIPELINE_SCHEMA not in first_line(file))


def pipelines() -> list[str]:
    """Return the names of the pipelines in the folder."""
    return sorted(file.stem for file in _files() if PIPELINE_SCHEMA in first_line(file))


def file_of(name: str, kind: str = "environment") -> pathlib.Path:
    """Return the file of a name or a path; a context value may be anything, and an empty one is not the default."""
    if not isinstance(name, str) or not name.strip() or not name.isprintable():
        rule = "must be a name in environments/, or the path of a YAML file"
        fix = f"name one, such as {'dev' if kind == 'environment' else 'pipeline'}"
        raise SettingsError(f"the {kind}", [Problem("its name", rule, show(name), fix)])
    file = pathlib.Path(name)
    return file if file.suffix else FOLDER / f"{name}.yaml"


def chosen(context: Mapping[str, object], kind: str = "environment", default: str = "dev") -> str:
    """Return what values of a CDK app name (`-c environment=<name>`); the default where none does.

    Raises SettingsError for a value that was meant to: without it the app would be another environment's.
    """
    for key in context.keys() - {kind}:
        short = kind.startswith(_SHORT) and key.lower() == _SHORT
        if short or difflib.get_close_matches(key.lower(), [kind], cutoff=0.8):
            got = show(context[key])
            fix = f"write -c {kind}={got.strip(_QUOTES)}"
            raise SettingsError(f"the {kind}", [Problem(f"-c {key}", f"must be written -c {kind}", got, fix)])
    return context.get(kind, default)  # type: ignore[return-value]  # whatever it is, file_of tells


def first_line(file: pathlib.Path) -> str:
    """Return the line in which a file names its schema, "" for one that cannot be read."""
    try:
        with file.open("rb") as stream:
            return stream.readline(1000).decode("utf-8", "replace")
    except OSError:
        return ""


def shown(file: pathlib.Path) -> str:
    """Return a path as it is told: from the project on where it lies below, and cut to a length."""
    whole = file.absolute()
    text = str(whole.relative_to(FOLDER.parent) if whole.is_relative_to(FOLDER.parent) else file)
    return text if len(text) <= _LONGEST_PATH else f"{text[:_LONGEST_PATH]}…"


def instead_of(name: str, known: Sequence[str]) -> str:
    """Return the fix for a name or a path that leads to no file: the one that was meant, or all names."""
    stem = pathlib.Path(name).stem
    meant = [
        *map(_called, filter(_is_file, _near(name))),
        *({stem} & {*known}),
        *difflib.get_close_matches(stem.lower(), known),
    ]
    if meant:
        place = f", which is {shown(FOLDER / meant[0])}.yaml" if meant[0] in known else ""
        return f"write {meant[0]}{place}"
    choice = ", ".join(known) or "there is none"
    return f"name one of environments/ ({choice[:200]}), or a path from the current folder with its ending .yaml"


def _near(name: str) -> Iterable[pathlib.Path]:
    """Return the same path with the other ending, and where it has none also seen from the current folder."""
    file = pathlib.Path(name)
    if file.suffix:
        return [file.with_suffix(ending) for ending in _ENDINGS]
    return [start / f"{name}{ending}" for start in (FOLDER, pathlib.Path()) for ending in _ENDINGS]


def _called(file: pathlib.Path) -> str:
    plain = file.absolute().parent == FOLDER and file.suffix == _ENDINGS[0]
    return file.stem if plain else shown(file)


def _files() -> Iterator[pathlib.Path]:
    return filter(_is_file, FOLDER.glob("*.yaml"))


def _is_file(file: pathlib.Path) -> bool:
    try:
        return file.is_file()
    except OSError:  # such as a name that is too long
        return False
