"""How a benchmark is called: without arguments; its size is in variables of the environment."""

from __future__ import annotations

import argparse
import os


def usage(name: str, told: str | None) -> None:
    """Print for --help what the module's docstring tells, and refuse any argument: exit code 2."""
    argparse.ArgumentParser(
        prog=f"python -m benchmarks.{name}", description=told, formatter_class=argparse.RawDescriptionHelpFormatter
    ).parse_args()


def number(variable: str, usual: int) -> int:
    """Return a whole number from 1 of the environment, or the usual one; end with a sentence where it is none."""
    text = os.environ.get(variable, str(usual))
    if not text.isdecimal() or int(text) == 0:
        raise SystemExit(f"{variable} must be a whole number from 1, got {text!r}: leave it out for {usual}")
    return int(text)
