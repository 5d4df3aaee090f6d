"""Make review/data/trunk_limits.json: interfaces, addresses for each, and branch interfaces of every instance type.

The interfaces are those of the network card that aws-node attaches to: a type may have several cards.
"""

from __future__ import annotations

import itertools
import json
import re
import sys

from tools.data_file import of_module

_ENTRY = re.compile(r'^\t"(?P<type>[a-z0-9.-]+)": \{\n(?P<body>.*?)^\t\},$', re.MULTILINE | re.DOTALL)
_CARD = re.compile(r"MaximumNetworkInterfaces: +([0-9]+),\s+NetworkCardIndex: +([0-9]+),")


def limits(text: str) -> dict[str, list[int]]:
    """Return {instance type: [interfaces, IPv4 addresses per interface, branch interfaces]} of limits.go.

    Raises ValueError where the file has another form, or a type has branch interfaces without trunking or the reverse.
    """
    found = {}
    for entry in _ENTRY.finditer(text):
        body = entry["body"]
        values = {key: int(number) for key, number in re.findall(r"^\t\t(\w+): +(\d+),$", body, re.MULTILINE)}
        trunking = re.search(r"^\t\tIsTrunkingCompatible: +true,$", body, re.MULTILINE) is not None
        if trunking != (values["BranchInterface"] > 0):
            raise ValueError(f"{entry['type']} must have branch interfaces exactly where it has trunking")
        cards = {int(index): int(most) for most, index in _CARD.findall(body)}
        interfaces = cards.get(values.get("DefaultNetworkCardIndex", 0), values["Interface"])
        found[entry["type"]] = [interfaces, values["IPv4PerInterface"], values["BranchInterface"]]
    if len(found) != text.count("IsTrunkingCompatible: "):
        raise ValueError(f"limits.go must be a map of literals, got {len(found)} entries of another number")
    return found


def _body(text: str) -> str:
    families = itertools.groupby(sorted(limits(text).items()), key=lambda item: item[0].split(".")[0])
    lines = (", ".join(f"{json.dumps(name)}: {values}" for name, values in family) for _, family in families)
    columns = '"columns": ["interfaces", "IPv4 addresses per interface", "branch interfaces"]'
    return columns + ',\n"types": {\n' + ",\n".join(lines) + "\n}"


if __name__ == "__main__":
    sys.exit(of_module("trunk_limits", "vpc_resource_controller", "pkg/aws/vpc/limits.go", _body))
