"""Write docs/rules.md from the rules: `python -m review.rules`, or compare it: `--check`."""

from __future__ import annotations

import argparse
import sys

from review.rules.reference import FILE, text


def main() -> int:
    """Write the reference; with --check only compare and return 1 where it is older than the rules."""
    parser = argparse.ArgumentParser(prog="python -m review.rules", description="Write docs/rules.md.")
    parser.add_argument("--check", action="store_true", help="only compare; exit code 1 where it is older")
    if not parser.parse_args().check:
        FILE.write_text(text())
    elif FILE.read_text() != text():
        print("docs/rules.md is older than the rules; type: python -m review.rules", file=sys.stderr)  # noqa: T201
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
