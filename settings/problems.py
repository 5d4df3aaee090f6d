"""What is wrong with an environment file, said so that it can be mended at once."""

from __future__ import annotations

import dataclasses
from typing import Any

_LONGEST_VALUE = 120
_PLAIN_RULES = {
    "missing": ("must be given", "add it; environments/schema.json tells its form"),
    "extra_forbidden": ("must not be there: no setting has this name", "remove it, or mend the spelling"),
    "string_type": ("must be text", "put the value in quotes"),
    "bool_type": ("must be true or false", "write true or false without quotes"),
    "int_type": ("must be a whole number", "write it without quotes and without a point"),
    "dict_type": ("must be a mapping", "write `name: value` lines under it"),
    "model_type": ("must be a mapping", "write `name: value` lines under it"),
    "list_type": ("must be a list", "write each item on a line that starts with `- `"),
    "tuple_type": ("must be a list", "write each item on a line that starts with `- `"),
}


@dataclasses.dataclass(frozen=True, order=True)
class Problem:
    """One setting that cannot stand: where, what must hold, what was found, what to do."""

    path: str
    rule: str
    got: str
    fix: str

    def __str__(self) -> str:
        """Say it in two lines."""
        return f"{self.path} {self.rule}, got {self.got}\n    fix: {self.fix}"


class SettingsError(Exception):
    """An environment file that cannot be used; holds every problem, not the first one."""

    def __init__(self, file: str, problems: list[Problem]) -> None:
        self.file = file
        self.problems = sorted(set(problems))
        super().__init__(file, problems)

    def __str__(self) -> str:
        """Say all problems, in the order of their paths."""
        count = f"{len(self.problems)} problem{'s' if len(self.problems) > 1 else ''}"
        return "\n".join([f"{self.file}: {count}, nothing was done", *(f"  {problem}" for problem in self.problems)])


def show(value: object) -> str:
    """Return a value as a person wrote it, cut to a length and without control characters."""
    text = "nothing" if value is None else repr(value)
    text = "".join(c if c.isprintable() else "?" for c in text)
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}… ({len(text)} characters)"


def path_of(location: tuple[int | str, ...]) -> str:
    """Return pydantic's location as a path such as `workloads[2].ingress[0].port`."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{show(part)[1:-1]}" for part in location)
    return text.removeprefix(".") or "the file"


def from_validation(error: dict[str, Any]) -> Problem:
    """Turn one entry of pydantic's `ValidationError.errors()` into a problem."""
    context = error.get("ctx", {})
    got = "nothing" if error["type"] == "missing" else show(error["input"])
    path = path_of(error["loc"])
    if error["type"] in _PLAIN_RULES:
        rule, fix = _PLAIN_RULES[error["type"]]
    elif error["type"] == "literal_error":
        rule, fix = f"must be one of {context['expected']}", "take one of these"
    else:
        rule = error["msg"] if error["type"] == "podnet" else f"must hold: {error['msg'].lower()}"
        fix = context.get("fix", "see the setting's description in environments/schema.json")
    return Problem(path, rule, got, fix)
