"""Where two environments differ."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_NAMED = {"peers": ("name",), "node_groups": ("name",), "workloads": ("namespace", "name")}
# mappings that are one value
_WHOLE = {"pod_labels", "service_account_labels", "labels", "acknowledge", "coredns_configuration"}
_IN_ORDER = {"stub_domains", "node_labels"}  # mappings that the cache's manifests have as the file does


@dataclasses.dataclass(frozen=True)
class Difference:
    """A setting, or a named thing that came or went, of two environments as plain values.

    Attributes:
        path: Keys from the top; named things have their name: ("peers", "data", "cidr").
        before: Value in the first one; None where it is not there.
        after: Value in the second one.
        around: Both mappings that the setting stands in.
        whole: Both environments.
    """

    path: tuple[str, ...]
    before: Any
    after: Any
    around: tuple[Mapping[str, Any], Mapping[str, Any]]
    whole: tuple[Mapping[str, Any], Mapping[str, Any]]

    @property
    def pattern(self) -> str:
        """The path as the table of effects has it: names and keys that the file chooses are a star."""
        free = {1} if self.path[0] in _NAMED else {2} if self.path[:2] == ("pod_networking", "env") else set()
        return ".".join("*" if i in free else key for i, key in enumerate(self.path))

    @property
    def shown(self) -> str:
        """The path as people write it."""
        if self.path[0] in _NAMED:
            return ".".join([f"{self.path[0]}[{self.path[1]}]", *self.path[2:]])
        return ".".join(self.path)


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Difference]:
    """Yield every setting with two values, in the order of the file."""
    yield from _below((), (before, after), (before, after))


def _below(
    path: tuple[str, ...],
    around: tuple[Mapping[str, Any], Mapping[str, Any]],
    whole: tuple[Mapping[str, Any], Mapping[str, Any]],
) -> Iterator[Difference]:
    for key in dict.fromkeys([*around[0], *around[1]]):
        one, other = (_value(section, key, path) for section in around)
        if isinstance(one, dict) and isinstance(other, dict) and key not in _WHOLE:
            if key in _IN_ORDER and one == other and [*one] != [*other]:
                yield Difference((*path, key), one, other, around, whole)
            yield from _below((*path, key), (one, other), whole)
        elif one != other:
            yield Difference((*path, key), one, other, around, whole)


def _value(section: Mapping[str, Any], key: str, path: tuple[str, ...]) -> Any:  # noqa: ANN401  (any JSON value)
    if path or key not in _NAMED:
        return section.get(key)
    return {"/".join(item[part] for part in _NAMED[key]): item for item in section[key]}
