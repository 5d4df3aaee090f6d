"""Findings that stay, each with a reason."""

from __future__ import annotations

import dataclasses
import pathlib
import re
import tomllib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scans.finding import Finding

FILE = pathlib.Path(__file__).parent / "acknowledged.toml"
_SHORTEST_REASON = 30  # characters; "not needed" is none


class AcknowledgementError(Exception):
    """An entry of the file that cannot stand."""


@dataclasses.dataclass(frozen=True)
class Acknowledgement:
    """A rule and the places where its findings are accepted; `*` stands for any text in both."""

    rule: str
    where: tuple[str, ...]
    reason: str
    environments: tuple[str, ...] = ()

    def covers(self, finding: Finding) -> bool:
        """Say whether this entry is about the finding."""
        here = not self.environments or finding.environment in self.environments
        return here and _like(self.rule, finding.rule) and any(_like(place, finding.where) for place in self.where)


def read(file: pathlib.Path = FILE) -> list[Acknowledgement]:
    """Return the entries of the file.

    Raises AcknowledgementError for an entry without rule, place or a reason in words, or with `*` for every rule or
    every place.
    """
    entries = tomllib.loads(file.read_text())["acknowledged"]
    return [_checked(f"{file.name}: acknowledged[{number}]", entry) for number, entry in enumerate(entries)]


def _checked(path: str, entry: dict[str, Any]) -> Acknowledgement:
    unknown = entry.keys() - {"rule", "where", "reason", "environments"}
    if unknown:
        raise AcknowledgementError(f"{path} must hold known keys, got {', '.join(sorted(unknown))}: remove them")
    rule, where, reason = entry.get("rule", ""), entry.get("where", []), entry.get("reason", "")
    if not rule.strip("*") or not where or not all(place.strip("*/") for place in where):
        raise AcknowledgementError(f"{path} must name a rule and places, got {rule!r} at {where}: name them")
    if len(reason) < _SHORTEST_REASON:
        raise AcknowledgementError(f"{path}.reason must tell why the finding stays, got {reason!r}: write a sentence")
    return Acknowledgement(rule, tuple(where), reason, tuple(entry.get("environments", ())))


def _like(pattern: str, text: str) -> bool:
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), text, re.DOTALL) is not None
