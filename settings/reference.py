"""The settings as a page for people, from the same schema that editors read."""

import json
from collections.abc import Iterator
from typing import Any

Schema = dict[str, Any]
_TYPES = {"string": "text", "integer": "number", "boolean": "true or false", "object": "mapping", "array": "list"}
_HEAD = """# Settings

Every key of an environment file. `make schema` writes this page and `environments/schema.json`, which editors read,
from one model. Default `-`: the key may be left out and is then empty; a section that is left out has its own defaults
(the node cache, for one, is on). A key with nothing under it is refused. Values of the wrong form are all reported at
once, each with its path, what must hold, what was found and the fix. What must hold *between* settings:
[rules](rules.md).
"""
_PIPELINE = """
# Settings of a pipeline

Every key of a pipeline's file such as `environments/pipeline.yaml`; see [pipeline](pipeline.md).
"""


def page(environment: Schema, pipeline: Schema) -> str:
    """Return both references as Markdown."""
    return "".join([_HEAD, *_sections(environment, "The file"), _PIPELINE, *_sections(pipeline, "The pipeline's file")])


def _sections(schema: Schema, title: str) -> Iterator[str]:
    """Give a table for the file, then one for each section in the order in which the file comes to it."""
    waiting, seen = [(title, schema)], {title}
    while waiting:
        name, section = waiting.pop(0)
        about = "" if name == title else f"\n{section.get('description', '')}\n"
        yield f"\n## {name}\n{about}\n| key | is | default | |\n| --- | --- | --- | --- |\n"
        for key, found in section["properties"].items():
            about = _cell(found.get("description", ""))
            yield f"| `{key}` | {_kind(found)} | {_default(key, found, section)} | {about} |\n"
        for inner in _named(section["properties"]):
            if inner not in seen:
                seen.add(inner)
                waiting.append((inner, schema["$defs"][inner]))


def _named(found: object) -> Iterator[str]:
    if isinstance(found, dict):
        if "$ref" in found:
            yield found["$ref"].rpartition("/")[2]
        for inner in found.values():
            yield from _named(inner)
    elif isinstance(found, list):
        for inner in found:
            yield from _named(inner)


def _kind(found: Schema) -> str:
    if "$ref" in found:
        name = found["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "enum" in found or "const" in found:
        choice = found.get("enum", [found.get("const")])
        return ", ".join(f"`{json.dumps(one) if isinstance(one, bool) else one}`" for one in choice)
    if found.get("type") == "array":
        return f"list of {_kind(found['items'])}" if "items" in found else "list"
    low, high = found.get("minimum"), found.get("maximum")
    number = f" {low} to {high}" if low is not None and high is not None else ""
    return _TYPES.get(found.get("type", ""), "value") + number


def _default(key: str, found: Schema, section: Schema) -> str:
    if key in section.get("required", []):
        return "**must be given**"
    default = found.get("default")
    return "-" if default in (None, [], {}, "") or isinstance(default, dict) else f"`{json.dumps(default)}`"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")
