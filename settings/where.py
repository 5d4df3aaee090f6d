"""Tell where an environment lies: `python -m settings.where --environment prod`, before it is deployed or destroyed."""

from __future__ import annotations

import argparse
import sys

from settings.loading import load
from settings.printing import say
from settings.problems import SettingsError


def main() -> int:
    """Print name, account and region; return 1 where the file cannot be used."""
    parser = argparse.ArgumentParser(prog="python -m settings.where", description="Tell an environment's account.")
    parser.add_argument("--environment", required=True, help="a name in environments/, or the path of a YAML file")
    try:
        settings = load(parser.parse_args().environment)
    except SettingsError as error:
        print(error, file=sys.stderr)  # noqa: T201 (for the person at the terminal)
        return 1
    say(f"environment {settings.name}: account {settings.account}, region {settings.region}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
