"""Write the dashboard and the rules: `python -m observability`, or compare them: `--check`."""

from __future__ import annotations

import argparse
import sys

from observability.files import FILES


def main() -> int:
    """Write both files; with --check only compare and return 1 where one is older than its source."""
    parser = argparse.ArgumentParser(prog="python -m observability", description="Write dashboard and alert rules.")
    parser.add_argument("--check", action="store_true", help="only compare; exit code 1 where one is older")
    if not parser.parse_args().check:
        for file, made in FILES.items():
            file.write_text(made())
        return 0
    older = [file.name for file, made in FILES.items() if not file.exists() or file.read_text() != made()]
    for name in older:
        print(f"observability/{name} is older than its source; type: make observability", file=sys.stderr)  # noqa: T201
    return 1 if older else 0


if __name__ == "__main__":
    sys.exit(main())
