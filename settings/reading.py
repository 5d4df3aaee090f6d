"""Read YAML as plain values, refusing what YAML allows and a settings file never needs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import yaml

from settings.files import shown
from settings.problems import Problem, SettingsError, show

if TYPE_CHECKING:
    import pathlib
    from collections.abc import Callable

LARGEST_FILE = 1024 * 1024
_DEEPEST = 20
_LONGEST_NUMBER = 100
_DECIMAL = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")  # 0443 is 291 in YAML 1.1, and 443 in 1.2 and editors
_OTHER_NUMBER = "is a number in another form than decimal"
_NO_REUSE = "anchors, aliases and merge keys are not used here"
_SHORTER = "write each rule on one line, as { port: 443, to: { peer: data } }, and wider ranges in place of many"
_FIXES = {
    _NO_REUSE: "write the values out in each place",
    "found character '\\t'": "write spaces in place of the tab: YAML takes none there",
    "stands twice": "keep one of the two",
    _OTHER_NUMBER: "put it in quotes where it is an id or a name; else write digits alone, without a 0 before them",
    "found another document": "remove the line `---` and what follows: a file is one environment",
    "mapping values are not": "put text with a colon in quotes, indent the line as its neighbours, and by plain spaces",
    "could not find expected ':'": "write `key: value`, with a space behind the colon",
    "expected <block end>": "indent the line as its neighbours, with a space behind `-`",
    "expected ',' or": "close the bracket or brace",
    "unexpected end of stream": "close the quote",
    "cannot start any token": "put the value in quotes",
    "could not determine a constructor": "put the value in quotes: tags such as !Ref are not used here",
}


class _Loader(yaml.SafeLoader):
    """YAML without anchors, aliases, merge keys, dates, repeated keys and deep nesting."""

    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """Refuse aliases and anchors: a small file could otherwise grow without bound."""
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise yaml.constructor.ConstructorError(None, None, _NO_REUSE, event.start_mark)
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
        if key == "<<":
            raise yaml.constructor.ConstructorError(None, None, _NO_REUSE, key_node.start_mark)
        if not isinstance(key, str):
            raise yaml.constructor.ConstructorError(None, None, f"the key {show(key)} is no text", key_node.start_mark)
        if key in found:
            raise yaml.constructor.ConstructorError(
                None, None, f"the key {show(key)} stands twice", key_node.start_mark
            )
        found[key] = loader.construct_object(value_node, deep=True)
    return found


def _text(loader: _Loader, node: yaml.ScalarNode) -> str:
    if any("\ud800" <= character <= "\udfff" for character in node.value):
        raise yaml.constructor.ConstructorError(None, None, "half a character, U+D800 to U+DFFF", node.start_mark)
    return str(loader.construct_scalar(node))


def _number(_loader: _Loader, node: yaml.ScalarNode) -> int | str:
    if len(node.value) > _LONGEST_NUMBER:
        raise yaml.constructor.ConstructorError(None, None, "a number that is too long", node.start_mark)
    if ":" in node.value:
        return str(node.value)  # of base 60 in YAML 1.1: 22:23 would be port 1343
    if not _DECIMAL.fullmatch(node.value):
        raise yaml.constructor.ConstructorError(None, None, f"{node.value} {_OTHER_NUMBER}", node.start_mark)
    return int(node.value)


_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)
_Loader.add_constructor("tag:yaml.org,2002:str", _text)
_Loader.add_constructor("tag:yaml.org,2002:int", _number)
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag.rsplit(":", 1)[1] in {"bool", "int", "float", "null"}]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read(file: pathlib.Path, instead: Callable[[], str]) -> dict[str, Any]:
    """Return the file's mapping; raises SettingsError where it cannot be read as one.

    `instead` gives the fix for a file that is not there.
    """

    def refuse(rule: str, got: str, fix: str) -> SettingsError:
        return SettingsError(file.name, [Problem("the file", rule, got, fix)])

    try:
        with file.open("rb") as stream:
            content = stream.read(LARGEST_FILE + 1)
    except OSError as error:
        got = f"{error.strerror or 'an error'}: {shown(file)}"
        fix = "give yourself the right to read it" if isinstance(error, PermissionError) else instead()
        raise SettingsError(shown(file), [Problem("the file", "must be readable", got, fix)]) from error
    if len(content) > LARGEST_FILE:
        raise refuse("must be at most 1 MiB", "a larger one", _SHORTER)
    try:
        found = yaml.load(content.decode("utf-8"), _Loader)  # noqa: S506 (a SafeLoader that refuses more)
    except UnicodeDecodeError as error:
        raise refuse("must be UTF-8 text", f"other bytes at {error.start}", "save it as UTF-8") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        told = _told(error)
        fix = next((fix for text, fix in _FIXES.items() if text in told), "mend the line")
        raise refuse("must be plain YAML", show(told), fix) from error
    if not isinstance(found, dict):
        got = "nothing" if found is None else "a list" if isinstance(found, list) else show(found)
        raise refuse("must hold settings by name", got, "begin with account: and region:")
    return found


def _told(error: Exception) -> str:
    """Return YAML's complaint in one line, with the place."""
    if isinstance(error, yaml.reader.ReaderError):
        return f"{error.reason}: U+{error.character:04X} at {error.position}"
    if not isinstance(error, yaml.MarkedYAMLError):
        return str(error)
    mark, begin = error.problem_mark, error.context_mark
    if mark is None:
        return str(error.problem)
    begun = f", of what begins in line {begin.line + 1}" if begin and begin.line < mark.line else ""
    return f"{error.problem} (line {mark.line + 1}, column {mark.column + 1}{begun})"
