"""An object that is handed on as JSON, whose keys and values somebody else knows."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator

from settings.fields import LINE, REPLACED
from settings.forms import wrong

if TYPE_CHECKING:
    from collections.abc import Iterator

_TEXT = re.compile(rf"(?!(?s:.*)(?:{REPLACED}))(?:{LINE}|[\n\t])*")
_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_./-]{0,252}")


def _handed_on(values: dict[str, Any]) -> dict[str, Any]:
    """Return the object; raises PydanticCustomError for what JSON cannot say, or would not arrive as it is."""
    try:
        json.dumps(values, allow_nan=False)
    except ValueError as error:
        raise wrong("must be what JSON can say", "write a number in place of .nan or .inf") from error
    for key, value in _below(values):
        if not _KEY.fullmatch(key):
            raise wrong("must have keys of letters, digits and _ . / -", "mend the key")
        if isinstance(value, str) and not _TEXT.fullmatch(value):
            rule = "must have no ${Token[…]} or {{resolve:…}}, which others would replace, and no hidden characters"
            raise wrong(rule, "write the text itself")
    return values


def _below(values: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield every key with its value, and what lists hold under the key of the list."""
    left = list(values.items())
    while left:
        key, value = left.pop()
        yield key, value
        if isinstance(value, dict):
            left += value.items()
        elif isinstance(value, list):
            left += [(key, one) for one in value]


JsonObject = Annotated[dict[str, Any], AfterValidator(_handed_on)]
