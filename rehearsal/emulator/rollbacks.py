"""`cdk rollback` names the resources to leave out as an empty list, which the query protocol sends as an empty word."""

from typing import Any

from ministack.services.cloudformation import handlers

_ACTION, _SKIPPED = "ContinueUpdateRollback", "ResourcesToSkip"


def install() -> None:
    """Let an empty list be one; the emulator takes it for a resource without a name, and refuses."""
    original = handlers._ACTION_HANDLERS[_ACTION]

    def go_on(query: dict[str, Any]) -> Any:  # noqa: ANN401  (the emulator's reply)
        return original({name: value for name, value in query.items() if (name, value) != (_SKIPPED, [""])})

    handlers._ACTION_HANDLERS[_ACTION] = go_on
