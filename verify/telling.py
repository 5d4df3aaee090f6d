"""What was found, for a person and for a pipeline."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.text import Text

from settings.printing import take_everything
from settings.problems import printable
from verify.finding import Finding

_MOST = 10  # problems of one finding that are shown
_MARKS = {"holds": ("ok  ", "green"), "fails": ("FAIL", "bold red"), "not tried": ("-   ", "yellow")}
_COUNTED = {"holds": "hold", "fails": "do not", "not tried": "not tried"}


def tell(environment: str, where: str, found: Sequence[Finding], console: Console) -> None:
    """Print where was looked, a line for each finding, what is wrong and its fix, and at the end how many hold."""
    take_everything(console.file)
    _line(console, Text(f"{environment}: {where}", style="bold"))
    for finding in found:
        mark, style = _MARKS[finding.result]
        seen = f"not tried: {finding.not_tried}" if finding.not_tried else finding.seen
        _line(console, Text.assemble((mark, style), f"  {finding.what}{f': {seen}' if seen else ''}"))
        for problem in finding.problems[:_MOST]:
            _line(console, Text(f"        {problem}"))
        if len(finding.problems) > _MOST:
            _line(console, Text(f"        and {len(finding.problems) - _MOST} more"))
        if finding.problems:
            _line(console, Text(f"      fix: {finding.fix}"))
    _line(console, Text(f"{environment}: {counts(found)}", style="bold"))


def counts(found: Sequence[Finding]) -> str:
    """Say how many promises hold, how many do not, and how many were not tried."""
    numbers = Counter(finding.result for finding in found)
    return ", ".join(f"{numbers[result]} {word}" for result, word in _COUNTED.items() if numbers[result])


def as_json(environment: str, where: Mapping[str, str], found: Sequence[Finding]) -> str:
    """Give all of it as JSON; `holds` is false where something is wrong."""
    holds = not any(finding.problems for finding in found)
    content = {"environment": environment, **where, "holds": holds, "counts": counts(found)}
    return json.dumps({**content, "findings": [finding.content() for finding in found]}, indent=1)


def _line(console: Console, text: Text) -> None:
    """Print text of a cluster on one line: no markup is read in it, and long lines are not broken."""
    text.plain = printable(text.plain)
    console.print(text, soft_wrap=True)
