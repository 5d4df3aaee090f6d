"""An export that another stack imports can be neither changed nor deleted.

CloudFormation user guide, "Get exported outputs from a deployed CloudFormation stack". The update fails when outputs
are made, after the resources, and is rolled back. A deletion is given up before it begins: the stack keeps its status,
and an event tells the reason (rlister/stax#40). A change set with other outputs alone tells no changes, and is executed
all the same (aws/aws-cdk#2029).
"""

from typing import Any

from ministack.services import cloudformation
from ministack.services.cloudformation import handlers, stacks

Json = dict[str, Any]

_ENDED = {"DELETE_COMPLETE", "ROLLBACK_COMPLETE", "REVIEW_IN_PROGRESS"}  # such a stack has no resources
_NO_CHANGES = "The submitted information didn't contain changes."
_KIND = "AWS::CloudFormation::Stack"


def install() -> None:
    """Look at the exports wherever outputs are made, and before a stack is deleted."""
    _install_update()
    _install_delete()
    _install_change_set()


def _install_update() -> None:
    resolve = stacks._resolve_stack_outputs

    def resolved(*given: Any) -> tuple[list[Json], Json]:  # noqa: ANN401  (passed on)
        outputs, exports = resolve(*given)
        name, stack_id = given[-2:]
        before = {key: one["Value"] for key, one in cloudformation._exports.items() if one["StackId"] == stack_id}
        for key, value in sorted(before.items()):
            if key not in exports:
                _check(key, "deleted", name)
            elif exports[key]["Value"] != value:
                _check(key, "updated", name)
        for key in before.keys() - exports.keys():
            del cloudformation._exports[key]
        return outputs, exports

    stacks._resolve_stack_outputs = resolved


def _install_delete() -> None:
    original = handlers._ACTION_HANDLERS["DeleteStack"]

    def delete(query: Json) -> Any:  # noqa: ANN401  (the emulator's reply)
        given = query.get("StackName", "")
        wanted = given[0] if isinstance(given, list) else given
        for name, stack in list(cloudformation._stacks.items()):
            if wanted in (name, stack["StackId"]) and stack["StackStatus"] != "DELETE_COMPLETE":
                try:
                    for export in filter(None, (output.get("ExportName") for output in stack.get("Outputs", []))):
                        _check(export, "deleted", name)
                except ValueError as error:
                    stacks._add_event(stack["StackId"], name, name, _KIND, stack["StackStatus"], str(error))
                    return handlers._xml(200, "DeleteStackResponse", "")
        return original(query)

    handlers._ACTION_HANDLERS["DeleteStack"] = delete


def _install_change_set() -> None:
    original = handlers._ACTION_HANDLERS["CreateChangeSet"]

    def create(query: Json) -> Any:  # noqa: ANN401  (the emulator's reply)
        known = {*cloudformation._change_sets}
        reply = original(query)
        for made in [one for name, one in cloudformation._change_sets.items() if name not in known]:
            stack = cloudformation._stacks.get(made["StackName"], {})
            before, after = (one.get("_template", {}).get("Outputs", {}) for one in (stack, made))
            if str(made["StatusReason"]).startswith(_NO_CHANGES) and before != after:
                made.update(Status="CREATE_COMPLETE", ExecutionStatus="AVAILABLE", StatusReason="")
        return reply

    handlers._ACTION_HANDLERS["CreateChangeSet"] = create


def _check(export: str, what: str, owner: str) -> None:
    """Refuse it where another stack imports the export.

    Raises:
        ValueError: With CloudFormation's words.
    """
    users = [
        name
        for name, stack in cloudformation._stacks.items()
        if name != owner
        and stack["StackStatus"] not in _ENDED
        and export in handlers._imported_export_names(stack, name)
    ]
    if users:
        raise ValueError(f"Export {export} cannot be {what} as it is in use by {', '.join(sorted(users))}")
