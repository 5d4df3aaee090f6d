"""Patterns of CloudWatch Logs for lines that are JSON: the emulator takes each line for what they look for."""

import json
import re
from collections.abc import Callable

from ministack.services import cloudwatch_logs

_TERM = r'\(? *\$\.(\w+) *= *("[^"]*"|-?\d+) *\)?'  # CloudWatch Logs user guide, filter pattern syntax
_ANY_OF = re.compile(rf"\{{ *{_TERM}(?: *\|\| *{_TERM})* *\}}")


def install() -> None:
    """Let a pattern that wants one of several values count; another one goes on as the emulator has it."""
    original = cloudwatch_logs._compile_filter_pattern

    def compiled(pattern: str) -> Callable[[str], bool]:
        if not _ANY_OF.fullmatch((pattern or "").strip()):
            given: Callable[[str], bool] = original(pattern)
            return given
        wanted = [(key, json.loads(value)) for key, value in re.findall(_TERM, pattern)]
        return lambda line: not _parsed(line).isdisjoint(wanted)

    cloudwatch_logs._compile_filter_pattern = compiled


def _parsed(line: str) -> set[tuple[str, object]]:
    """Give key and value of what a line has beside lists and objects, which no pattern looks for."""
    try:
        found = json.loads(line)
    except ValueError:
        return set()
    pairs = found.items() if isinstance(found, dict) else ()
    return {(key, value) for key, value in pairs if not isinstance(value, dict | list)}
