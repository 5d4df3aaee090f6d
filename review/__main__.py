"""Tell the review of an environment: `python -m review --environment dev`; with --json as review.json has it."""

from __future__ import annotations

import argparse
import json
import sys

from review.content import content
from review.rules import check, stops
from review.text import text
from settings import SettingsError, load


def main() -> int:
    """Print the review; return 1 where the file cannot be used or a rule stops it."""
    parser = argparse.ArgumentParser(prog="python -m review", description="Tell what an environment file leads to.")
    parser.add_argument("--environment", default="dev", help="a name in environments/, or the path of a YAML file")
    parser.add_argument("--json", action="store_true", help="print JSON")
    given = parser.parse_args()
    try:
        settings = load(given.environment)
    except SettingsError as error:
        print(error, file=sys.stderr)  # noqa: T201 (for the person at the terminal)
        return 1
    findings = check(settings)
    found = content(settings, findings)
    print(json.dumps(found, indent=1, ensure_ascii=False) if given.json else text(found))  # noqa: T201
    return int(stops(findings))


if __name__ == "__main__":
    sys.exit(main())
