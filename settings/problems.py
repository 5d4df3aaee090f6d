"""What is wrong with an environment file, said so that it can be mended at once."""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING, Any

from settings.alike import alike, also, order, place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_LONGEST_VALUE = 120
_PLAIN_RULES = {
    "missing": ("must be given", "add it; environments/{schema} tells its form"),
    "extra_forbidden": ("must not be there: no setting here has this name", "remove it, or mend the spelling"),
    "string_type": ("must be text", "put the value in quotes"),
    "bool_type": ("must be true or false", "write true or false without quotes"),
    "int_type": ("must be a whole number", "write it without quotes and without a point"),
    "dict_type": ("must be a mapping", "write `name: value` lines under it"),
    "model_type": ("must be a mapping", "write `name: value` lines under it"),
    "list_type": ("must be a list", "write each item on a line that starts with `- `"),
    "tuple_type": ("must be a list", "write each item on a line that starts with `- `"),
}
_LIMITS = {
    "greater_than_equal": ("must be at least {ge}", "write {ge} or a higher number"),
    "less_than_equal": ("must be at most {le}", "write {le} or a lower number"),
}
_PLURALS = {"character": "characters", "entry": "entries"}
_SAMPLE = 40


@dataclasses.dataclass(frozen=True, order=True)
class Problem:
    """One setting that cannot stand: where, what must hold, what was found, what to do."""

    path: str
    rule: str
    got: str
    fix: str
    owner: str = ""
    """Whose setting it is, such as `shop/api`; empty: nobody's."""

    def __str__(self) -> str:
        """Say it in two lines."""
        return f"{place(self.path, self.owner)} {self.rule}, got {self.got}\n    fix: {self.fix}"


class SettingsError(Exception):
    """An environment file that cannot be used; holds every problem, not the first one."""

    def __init__(self, file: str, problems: list[Problem]) -> None:
        self.file = file
        self.problems = sorted(set(problems), key=lambda problem: (order(problem.path), problem))
        super().__init__(file, problems)

    def __str__(self) -> str:
        """Say all problems, in the order of their paths; those of one kind once, with some of their places."""
        count = f"{len(self.problems)} problem{'s' if len(self.problems) > 1 else ''}"
        lines = [f"{self.file}: {count}, nothing was done"]
        for first, *others in alike(self.problems, _kind):
            lines += [f"  {first}", *also(first.got, [(place(one.path, one.owner), one.got) for one in others])]
        return "\n".join(lines)


def _kind(problem: Problem) -> tuple[str, str, str]:
    return re.sub(r"\[[0-9]+\]", "[]", problem.path), problem.rule, problem.fix


def show(value: object) -> str:
    """Return a value as a person wrote it, cut to a length and without control characters."""
    text = "nothing" if value is None else str(value).lower() if isinstance(value, bool) else repr(value)
    text = printable(text)
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}… ({len(text)} characters)"


def printable(text: str) -> str:
    """Return text so that it moves no cursor and begins no line: "?" for what cannot be printed."""
    return "".join(c if c.isprintable() else "?" for c in text)


def path_of(location: tuple[int | str, ...]) -> str:
    """Return pydantic's location as a path such as `workloads[2].ingress[0].port`; a wrong key is told by itself."""
    location = location[:-1] if location[-1:] == ("[key]",) else location
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{show(part)[1:-1]}" for part in location)
    return text.removeprefix(".") or "the file"


def problems_of(
    errors: Iterable[dict[str, Any]], schema: str, exactly: Callable[[dict[str, Any]], str]
) -> list[Problem]:
    """Turn pydantic's `ValidationError.errors()` into problems, those left out that only follow from others.

    `exactly` gives the fix of an error where it is known better than by the error's kind, "" elsewhere.
    """
    left = [error for error in errors if not _follows(error)]
    found = [from_validation(error, schema) for error in left]
    return [dataclasses.replace(one, fix=exactly(error) or one.fix) for one, error in zip(found, left, strict=True)]


def _follows(error: dict[str, Any]) -> bool:
    """Return whether a list or mapping is long enough as it stands: then only its wrong entries count as missing."""
    return error["type"] == "too_short" and len(error["input"]) >= int(error["ctx"]["min_length"])


def from_validation(error: dict[str, Any], schema: str = "schema.json") -> Problem:
    """Turn one of these errors into a problem; `schema` is the file of environments/ that tells each setting's form."""
    kind, context = error["type"], error.get("ctx", {})
    got = "nothing" if kind == "missing" else show(error["input"])
    if kind in _PLAIN_RULES:
        rule, fix = _PLAIN_RULES[kind]
        if error["input"] is None and fix.startswith("write "):
            fix += ", or leave the key out where it has a default"
    elif kind in _LIMITS:
        rule, fix = (part.format(**context) for part in _LIMITS[kind])
    elif kind in ("too_short", "too_long"):
        rule, got, fix = _length(error["input"], context)
    elif kind == "literal_error" and context["expected"] == "True":
        rule, fix = "must be true", "write true, or leave it out"
    elif kind == "literal_error":
        words = context["expected"].replace("True, False", "true, false")
        fix = f"take one of these{', true and false without quotes' if words.startswith('true') else ''}"
        rule = f"must be one of {words}"
    else:
        got += _look_alikes(error["input"])
        rule = error["msg"] if kind == "podnet" else f"must hold: {error['msg'].lower()}"
        fix = context.get("fix", "see the setting's description in environments/{schema}")
    return Problem(path_of(error["loc"]), rule, got, fix.replace("{schema}", schema))


def _look_alikes(value: object) -> str:
    """Return what tells a character from the one that it looks like: U+2011 from a hyphen, U+0430 from an a."""
    found = sorted({c for c in value if c.isprintable() and not c.isascii()}) if isinstance(value, str) else []
    return f" with {', '.join(f'U+{ord(c):04X}' for c in found[:5])}" if found else ""


def _length(value: str | list[Any] | dict[str, Any], context: dict[str, Any]) -> tuple[str, str, str]:
    """Return rule, value and fix for a text, list or mapping of the wrong length."""
    limit = context.get("min_length", context.get("max_length"))
    unit, short = "character" if isinstance(value, str) else "entry", "min_length" in context
    rule = f"must have at {'least' if short else 'most'} {limit} {unit if limit == 1 else _PLURALS[unit]}"
    if isinstance(value, str):
        shown = show(f"{value[:_SAMPLE]}…" if len(value) > _SAMPLE else value)
        return rule, f"{len(value)}: {shown}", f"write a {'longer' if short else 'shorter'} text"
    add = "a line `name: value` under it" if isinstance(value, dict) else "a line that starts with `- ` under it"
    return rule, str(len(value) or "none"), f"add {add}" if short else "leave some out"
