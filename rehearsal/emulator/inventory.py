"""Everything that the emulator keeps, of every service: what a list of API calls would look for by name only."""

import hashlib
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ministack.core.responses import AccountRegionScopedDict, AccountScopedDict

_SERVICES = ("ministack.services.", "rehearsal.emulator.")
# what happened and what is counted, and tags, which go with what carries them
HISTORY = {
    "cloudformation._stack_events",
    "cloudwatch._alarm_history",
    "cloudwatch._metrics",
    "ec2._tags",
    "eventbridge._events_log",
    "iam._aws_managed_attachment_counts",
    "s3._completed_multipart_uploads",
    "s3._object_versions",
    "stepfunctions._executions",
}
_ENDED = {"deleted", "DELETE_COMPLETE"}  # AWS goes on showing what it has deleted, for an hour or for months
_PAUSE_SECONDS = 0.05


def write(folder: Path, number: str) -> None:
    """Write `inventory-<number>.json` into a folder: {kind and name: content as text}."""
    path = folder / f"inventory-{number}.json"
    draft = path.with_suffix(".new")
    draft.write_text(json.dumps(kept(), indent=1), encoding="utf-8")
    draft.replace(path)


def kept() -> dict[str, str]:
    """Give what there is in all accounts and regions, `<service> <kind> <key>` -> its content as JSON."""
    while True:
        try:
            return dict(_records())
        except RuntimeError:  # a request changed a record meanwhile
            time.sleep(_PAUSE_SECONDS)


def _records() -> Iterator[tuple[str, str]]:
    for module in [name for name in sorted(sys.modules) if name.startswith(_SERVICES)]:
        service = module.split(".", 2)[2]
        for kind, store in [*vars(sys.modules[module]).items()]:
            if not isinstance(store, AccountScopedDict | AccountRegionScopedDict) or f"{service}.{kind}" in HISTORY:
                continue
            for (*scope, key), record in [*store.to_dict().items()]:
                if not _ended(record):
                    text = json.dumps(record, sort_keys=True, default=_text)
                    yield f"{service} {kind.strip('_')} {key} of {' '.join(scope)}", text


def _ended(record: Any) -> bool:  # noqa: ANN401  (whatever the emulator stores)
    """Say whether this is the record of what is no more."""
    if not isinstance(record, dict):
        return not record
    state = record.get("State") or record.get("StackStatus") or record.get("Status")
    if isinstance(state, dict):
        state = state.get("Code")
    return state in _ENDED or record.get("versions") == []  # a layer all of whose versions are deleted


def _text(value: object) -> str:
    """Give what JSON has no form for, in a short one where it is long."""
    return hashlib.sha256(value).hexdigest() if isinstance(value, bytes) else str(value)
