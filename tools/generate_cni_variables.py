"""Make review/data/cni_variables.json: the variables that the VPC CNI documents, and the version that brought each."""

from __future__ import annotations

import json
import re
import sys

from tools.data_file import of_module

_HEADING = re.compile(
    r"^#### `(?P<name>[A-Z][A-Za-z0-9_]+)`(?: \((?:introduced in )?v(?P<since>[0-9.]+)[+,].*\))?", re.MULTILINE
)


def variables(text: str) -> dict[str, str]:
    """Return {variable: version that brought it} of the README; empty where it names none."""
    section = text[text.index("## CNI Configuration Variables") : text.index("## Annotations")]
    return {match["name"]: match["since"] or "" for match in _HEADING.finditer(section)}


def _body(text: str) -> str:
    lines = (f"{json.dumps(name)}: {json.dumps(since)}" for name, since in sorted(variables(text).items()))
    return '"since": {\n' + ",\n".join(lines) + "\n}"


if __name__ == "__main__":
    sys.exit(of_module("cni_variables", "vpc_cni", "README.md", _body))
