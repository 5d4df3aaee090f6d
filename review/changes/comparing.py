"""Two reviews beside each other."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from review.changes.difference import Difference, differences
from review.changes.effect import KINDS, TOLD
from review.changes.table import effects

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_LONGEST, _BEFORE = 160, 40
_SPACES = re.compile(r"\n\s*")
_FLOW = ("verdict", "source", "forward", "back", "judges")


def compare(before: Mapping[str, Any], after: Mapping[str, Any], against: str) -> dict[str, Any]:
    """Return what changes from one review to another: settings with what each does to running pods, and flows.

    Both are contents as `review.content.content` makes them and review.json has them; `against` is what the first one
    is called.
    """
    changes = [_change(found) for found in differences(before["settings"], after["settings"])]
    kinds = {effect["kind"] for change in changes for effect in change["effects"]}
    return {
        "against": against,
        "problem": "",
        "kinds": [{"kind": kind, "told": TOLD[kind]} for kind in KINDS if kind in (kinds - {"nothing"} or kinds)],
        "changes": sorted(changes, key=_weight),
        "flows": sorted(_flows(before["flows"], after["flows"]), key=lambda flow: not flow["needed"]),
    }


def _change(found: Difference) -> dict[str, Any]:
    consequences = [
        {"kind": effect.kind, "sentence": effect.sentence, "source": effect.source} for effect in effects(found)
    ]
    before, after = _pair(found.before, found.after)
    return {"path": found.shown, "before": before, "after": after, "effects": consequences}


def _weight(change: Mapping[str, Any]) -> int:
    return min(KINDS.index(effect["kind"]) for effect in change["effects"])


def _pair(before: Any, after: Any) -> tuple[str, str]:  # noqa: ANN401  (any JSON values)
    """Return both values as text; of long lists, which would be cut before they differ, what only one of them has.

    An `egress` that is left out, which lets everything out, is told from an empty one, and so is an empty
    `coredns_configuration`.
    """
    given = after if before is None else before
    if None in (before, after) and _may_be_left_out(given):
        told = _shown(given) if given else str(given)
        return ("left out", told) if before is None else (told, "left out")
    shown = _shown(before), _shown(after)
    if max(map(len, shown)) < _LONGEST or not (isinstance(before, list) and isinstance(after, list)):
        cut_alike = shown[0] == shown[1] and len(shown[0]) == _LONGEST
        return _from_where_they_differ(_text(before), _text(after)) if cut_alike else shown
    gone, come = ([one for one in some if one not in others] for some, others in ((before, after), (after, before)))
    same = len(after) - len(come)
    return (_shown(gone), f"{_shown(come)}, and {same} as before") if same and (gone or come) else shown


def _from_where_they_differ(one: str, other: str) -> tuple[str, str]:
    """Return both without most of their common beginning, since what differs would be cut off."""
    same = (i for i, (left, right) in enumerate(zip(one, other, strict=False)) if left != right)
    begin = max(0, next(same, min(len(one), len(other))) - _BEFORE)
    return _cut(f"…{one[begin:]}"), _cut(f"…{other[begin:]}")


def _may_be_left_out(value: Any) -> bool:  # noqa: ANN401  (any JSON value)
    return value == {} or (isinstance(value, list) and all(isinstance(one, dict) for one in value))


def _shown(value: Any) -> str:  # noqa: ANN401  (any JSON value)
    return _cut(_text(value))


def _text(value: Any) -> str:  # noqa: ANN401  (any JSON value)
    if value is None or value in ({}, []):
        return "none"
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_text(item)}" for key, item in value.items() if item not in (None, "", [], {}))
    if isinstance(value, list):
        return ", ".join(map(_text, value))
    return str(value).lower() if isinstance(value, bool) else _SPACES.sub(" ", str(value))


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _flows(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield the flows that end, go or are judged otherwise; those of a peer that came or went too."""
    old, new = ({flow["key"]: flow for flow in flows} for flows in (before, after))
    for key in dict.fromkeys([*old, *new]):
        one, other = old.get(key), new.get(key)
        if one is None or other is None or any(one[part] != other[part] for part in _FLOW):
            flow = other or one or {}
            needed = any(side and side["needed_by"] for side in (one, other))
            told = {"before": _told(one), "after": _told(other)}
            verdict = other["verdict"] if other else ""
            yield {"key": key, "title": flow["title"], "verdict": verdict, "needed": bool(needed), **told}


def _told(flow: Mapping[str, Any] | None) -> str:
    if flow is None:
        return "none"
    judged = ", then ".join(flow["judges"]) or "nobody"
    return f"{flow['verdict']}, {flow['way']}, seen as {flow['source']}, judged by {judged}"
