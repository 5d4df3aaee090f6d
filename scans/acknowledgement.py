"""Findings that stay, each with a reason."""

from __future__ import annotations

import dataclasses
import pathlib
import re
import tomllib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scans.finding import Finding

ROOT = pathlib.Path(__file__).parent.parent
FILE = ROOT / "scans" / "acknowledged.toml"
OWN = ROOT / "environments" / "acknowledged.toml"  # of who runs podnet, like the environments
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

    Raises AcknowledgementError for a file that is none, an entry without rule, place or a reason in words, or with `*`
    for every rule or every place.
    """
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise AcknowledgementError(f"{path(file)} must be TOML, got {error}: mend it") from error
    if unknown := content.keys() - {"acknowledged"}:
        got = ", ".join(sorted(unknown))
        raise AcknowledgementError(f"{path(file)} must hold [[acknowledged]] alone, got {got}: mend the name")
    entries = content.get("acknowledged", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise AcknowledgementError(f"{path(file)} must hold tables, got another form: begin each with [[acknowledged]]")
    return [_checked(f"{path(file)}: acknowledged[{number}]", entry) for number, entry in enumerate(entries)]


def files() -> list[pathlib.Path]:
    """Return the project's own file, and that of who runs podnet, which they may delete."""
    return [file for file in (FILE, OWN) if file.exists()]


def path(file: pathlib.Path) -> str:
    """Return a file's path as a person in the repository types it."""
    return str(file.relative_to(ROOT)) if file.is_relative_to(ROOT) else str(file)


def _checked(at: str, entry: dict[str, Any]) -> Acknowledgement:
    unknown = entry.keys() - {"rule", "where", "reason", "environments"}
    if unknown:
        raise AcknowledgementError(f"{at} must hold known keys, got {', '.join(sorted(unknown))}: remove them")
    rule, where, reason = entry.get("rule", ""), entry.get("where", []), entry.get("reason", "")
    names = entry.get("environments", [])
    for key, given in (("rule", [rule]), ("where", where), ("reason", [reason]), ("environments", names)):
        if not isinstance(given, list) or not all(isinstance(one, str) for one in given):
            form = "a list of texts" if key in ("where", "environments") else "a text"
            raise AcknowledgementError(f"{at}.{key} must be {form}, got {entry[key]!r}: write it so")
    if not rule.strip("*") or not where or not all(place.strip("*/") for place in where):
        raise AcknowledgementError(f"{at} must name a rule and places, got {rule!r} at {where}: name them")
    if len(reason) < _SHORTEST_REASON:
        raise AcknowledgementError(f"{at}.reason must tell why the finding stays, got {reason!r}: write a sentence")
    return Acknowledgement(rule, tuple(where), reason, tuple(names))


def _like(pattern: str, text: str) -> bool:
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), text, re.DOTALL) is not None
