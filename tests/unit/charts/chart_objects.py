"""Rendered charts, and the values in them by path."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import cdk8s

if TYPE_CHECKING:
    from collections.abc import Iterator

_KEYS = ("name", "mountPath", "key", "path")


def render(chart: type[cdk8s.Chart], **arguments: Any) -> list[dict[str, Any]]:
    """Return the objects of a chart made with `arguments`."""
    return chart(cdk8s.App(), "Chart", **arguments).to_json()


def by_kind(objects: list[dict[str, Any]], kind: str, name: str = "") -> dict[str, Any]:
    """Return the one object of that kind (and name)."""
    (found,) = (o for o in objects if o["kind"] == kind and (not name or o["metadata"]["name"] == name))
    return found


def leaves(objects: list[dict[str, Any]]) -> dict[str, str]:
    """Return path -> value of every field of every object; items of a list go by their name where they have one."""
    found: dict[str, str] = {}
    for item in objects:
        kind = item["kind"]
        prefix = f"{kind}[{item['metadata']['name']}]" if kind == "Service" else kind
        fields = {key: value for key, value in item.items() if key not in {"kind", "apiVersion"}}
        for path, value in _walk(fields, ""):
            if f"{prefix}.{path}" in found:
                raise AssertionError(f"{prefix}.{path} is there twice")
            found[f"{prefix}.{path}"] = value
    return found


def _walk(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if path == "data.Corefile":
        yield from ((f"{path}{place}", text) for place, text in corefile_leaves(value).items())
    elif isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from _walk(inner, f"{path}.{key}" if path else key)
    elif path.endswith(".args"):
        yield from ((f"{path}[{flag}]", text) for flag, text in arguments(value).items())
    elif isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
        for index, item in enumerate(value):
            key = next((key for key in _KEYS if key in item), "")
            rest = {inner: content for inner, content in item.items() if inner != key}
            yield from _walk(rest, f"{path}[{item[key] if key else index}]")
    elif isinstance(value, list):
        yield path, " ".join(map(str, value)) or "[]"
    else:
        yield path, "true" if value is True else "false" if value is False else str(value)


def arguments(words: list[str]) -> dict[str, str]:
    """Return flag -> value of a command line such as `-a 1 -b=2`."""
    flags: dict[str, str] = {}
    last = ""
    for word in words:
        if word.startswith("-"):
            last, _, value = word.partition("=")
            flags[last] = value
        else:
            flags[last] = word
    return flags


def corefile_leaves(text: str) -> dict[str, str]:
    """Return "[zone].directive" -> what stands behind it; a line within braces is "[zone].directive.option"."""
    found: dict[str, str] = {}
    stack: list[str] = []
    for line in (line.strip() for line in text.splitlines()):
        words = line.split()
        if not words:
            continue
        if line == "}":
            stack.pop()
            continue
        name = f"[{words[0]}]" if not stack else f"{stack[-1]}.{words[0]}"
        rest = " ".join(word for word in words[1:] if word != "{")
        if stack and name in found:
            raise AssertionError(f"{name} is there twice")
        if stack:
            found[name] = rest or "set"
        if words[-1] == "{":
            stack.append(name)
    if stack:
        raise AssertionError(f"not closed: {stack}")
    return found


def table(markdown: str, heading: str) -> list[list[str]]:
    """Return the rows of the first table below a heading; `` ` `` around a cell and "\\|" in it are undone."""
    part = markdown.partition(f"\n{heading}\n")[2]
    rows = []
    for line in part.splitlines():
        if line.startswith("|"):
            cells = [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
            rows.append([cell[1:-1] if re.fullmatch(r"`[^`]*`", cell) else cell for cell in cells])
        elif rows:
            break
    return rows[2:]
