"""Write docs/rules.md from the rules: `python -m review.rules`, or compare it: `--check`."""

from __future__ import annotations

import sys

from review.rules.reference import FILE, text


def main() -> int:
    """Write the reference; with --check only compare and return 1 where it is older than the rules."""
    if "--check" not in sys.argv[1:]:
        FILE.write_text(text())
    elif FILE.read_text() != text():
        print("docs/rules.md is older than the rules; type: python -m review.rules", file=sys.stderr)  # noqa: T201
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
