"""docs/rules.md from the rules themselves."""

from __future__ import annotations

import pathlib
from typing import TYPE_CHECKING

from review.data import TABLES, table
from review.rules.checking import RULES

if TYPE_CHECKING:
    from review.rules.rule import Rule

FILE = pathlib.Path(__file__).parent.parent.parent / "docs" / "rules.md"
_FRAME = pathlib.Path(__file__).with_suffix(".md")


def text() -> str:
    """Return the reference: the frame of reference.md, filled with the rules and the tables that they look up."""
    parts = []
    for severity, title in (("error", "Errors"), ("warning", "Warnings")):
        parts += [f"## {title}\n", *(_one(rule) for rule in RULES if rule.severity == severity)]
    frame = _FRAME.read_text()
    return frame.replace("<!-- rules -->\n\n", "\n".join(parts) + "\n").replace("<!-- tables -->", _tables())


def _one(rule: Rule) -> str:
    first, *others = (f"`{path}`" for path in rule.paths)
    looks = f"- Looks also at: {', '.join(others)}.\n" if others else ""
    why = f"- Why: {rule.why} ({rule.source}).\n- Fix: {rule.fix}.\n"
    return f"### {rule.id}\n\n{first} must {rule.must}.\n\n{why}{looks}"


def _tables() -> str:
    found = {name: table(name) for name in TABLES}
    rows = (f"| `{name}.json` | {t['from']} | {t.get('version') or t['as of']} |" for name, t in found.items())
    return "\n".join(["| file | from | version or date |", "| --- | --- | --- |", *rows])
