"""What the rules look up: read once, when it is first needed."""

from __future__ import annotations

import functools
import json
import pathlib
from typing import Any

TABLES = ("trunk_limits", "cni_variables", "addon_schema", "kubernetes_versions", "regions")
_FOLDER = pathlib.Path(__file__).parent


@functools.cache
def table(name: str) -> dict[str, Any]:
    """Return the content of `review/data/<name>.json`; each file says where it comes from."""
    return dict(json.loads((_FOLDER / f"{name}.json").read_text()))


def limits(instance_type: str) -> tuple[int, int, int] | None:
    """Return (interfaces, IPv4 addresses per interface, branch interfaces); None for a type that the table lacks."""
    found = table("trunk_limits")["types"].get(instance_type)
    return (found[0], found[1], found[2]) if found else None
