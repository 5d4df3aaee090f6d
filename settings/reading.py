"""Read YAML as plain values, refusing what YAML allows and a settings file never needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

from settings.problems import Problem, SettingsError, show

if TYPE_CHECKING:
    import pathlib

LARGEST_FILE = 1024 * 1024
_DEEPEST = 20


class _Loader(yaml.SafeLoader):
    """YAML without anchors, aliases, merge keys, dates, repeated keys and deep nesting."""

    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """Refuse aliases and anchors: a small file could otherwise grow without bound."""
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise yaml.constructor.ConstructorError(
                None, None, "anchors and aliases are not used here", event.start_mark
            )
        self.depth += 1
        if self.depth > _DEEPEST:
            raise yaml.constructor.ConstructorError(None, None, f"more than {_DEEPEST} levels deep", event.start_mark)
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if not isinstance(key, str):
            raise yaml.constructor.ConstructorError(None, None, f"the key {show(key)} is no text", key_node.start_mark)
        if key in found:
            raise yaml.constructor.ConstructorError(
                None, None, f"the key {show(key)} stands twice", key_node.start_mark
            )
        found[key] = loader.construct_object(value_node, deep=True)
    return found


_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag.rsplit(":", 1)[1] in {"bool", "int", "float", "null"}]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read(file: pathlib.Path) -> dict[str, Any]:
    """Return the file's mapping; raises SettingsError where it cannot be read as one."""

    def refuse(rule: str, got: str, fix: str) -> SettingsError:
        return SettingsError(file.name, [Problem("the file", rule, got, fix)])

    try:
        with file.open("rb") as stream:
            content = stream.read(LARGEST_FILE + 1)
    except OSError as error:
        raise refuse(
            "must be readable", error.strerror or "an error", "name a file of environments/, or a path"
        ) from error
    if len(content) > LARGEST_FILE:
        raise refuse("must be at most 1 MiB", "a larger one", "an environment needs a few kilobytes")
    try:
        found = yaml.load(content.decode("utf-8"), _Loader)  # noqa: S506 (a SafeLoader that refuses more)
    except UnicodeDecodeError as error:
        raise refuse("must be UTF-8 text", f"other bytes at {error.start}", "save it as UTF-8") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise refuse("must be plain YAML", show(_told(error)), "mend the line") from error
    if not isinstance(found, dict):
        raise refuse("must hold settings by name", type(found).__name__, "begin with account: and region:")
    return found


def _told(error: Exception) -> str:
    """Return YAML's complaint in one line, with the place."""
    if not isinstance(error, yaml.MarkedYAMLError):
        return str(error)
    where = (
        f" (line {error.problem_mark.line + 1}, column {error.problem_mark.column + 1})" if error.problem_mark else ""
    )
    return f"{error.problem}{where}"
