"""Tell the review of an environment: `python -m review --environment dev`; with --json as review.json has it."""

from __future__ import annotations

import argparse
import json
import pathlib
import sys
from typing import TYPE_CHECKING

from review.changes import SavedError, lines, path_of, read
from review.content import content
from review.rules import check, stops
from review.since import since, since_saved
from review.text import text
from settings import SettingsError, load
from settings.printing import holds_everything, say

if TYPE_CHECKING:
    from settings import Settings

_NOTHING_SAVED = "{}: no saved review to compare with; `make deploy` saves {}, and AGAINST (--against) names another"


def main() -> int:
    """Print the review; return 1 where a file cannot be used or a rule stops it."""
    given = _given()
    try:
        settings = load(given.environment)
        before = _before(given.against) if given.against else None
    except (SettingsError, SavedError) as error:
        print(error, file=sys.stderr)  # noqa: T201 (for the person at the terminal)
        return 1
    findings = check(settings)
    found = content(settings, findings)
    found["changes"] = since(before, found, given.against) if before else since_saved(found)
    if given.json:
        say(json.dumps(found["changes"] if given.changes else found, indent=1, ensure_ascii=not holds_everything()))
    elif given.changes:
        told = "\n".join(lines(found["changes"])) if found["changes"] else ""
        say(told or _NOTHING_SAVED.format(settings.name, f"environments/{path_of(settings.name).name}"))
    else:
        say(text(found))
    return int(stops(findings) and not given.changes)


def _given() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m review", description="Tell what an environment file leads to.")
    parser.add_argument("--environment", default="dev", help="a name in environments/, or the path of a YAML file")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument(
        "--changes", action="store_true", help="tell only what changes; as JSON null where nothing is saved"
    )
    parser.add_argument(
        "--against", help="what is compared with: a saved review.json, or an environment file; else the last deploy's"
    )
    return parser.parse_args()


def _before(against: str) -> Settings:
    """Return the settings of another environment file, or of a saved review."""
    return read(pathlib.Path(against)) if pathlib.Path(against).suffix == ".json" else load(against)


if __name__ == "__main__":
    sys.exit(main())
