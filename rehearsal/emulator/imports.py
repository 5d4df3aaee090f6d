"""A stack whose template imports what no stack exports fails before it makes anything, as on AWS.

There the event after the stack's own start is the rollback's, "No export named X found. Rollback requested by user."
(AWS re:Post, "No export named XYZ found"). The emulator notices it at the resource that imports, when others exist
already: nodes that come and go disturb a roll-out that still goes on in another stack.
"""

from typing import Any

from ministack.services import cloudformation
from ministack.services.cloudformation import changesets, handlers, stacks

Json = dict[str, Any]


def install() -> None:
    """Look for the exports first, wherever a stack is created or updated; not where a failure is to stay as it is."""
    deploy = stacks._deploy_stack_async

    async def deployed(
        name: str,
        stack_id: str,
        template: Json,
        values: Json,
        stays: bool,  # noqa: FBT001  (CloudFormation's DisableRollback)
        *given: Any,  # noqa: ANN401  (passed on)
        **named: Any,  # noqa: ANN401  (passed on)
    ) -> None:
        if stays or not (missing := _missing(name, template, values)):
            await deploy(name, stack_id, template, values, stays, *given, **named)
            return
        before = named.get("is_update", False), named.get("previous_stack")
        nothing_made: tuple[Any, ...] = [], None, None, [], False
        failed = stacks._failed_operation(*before, *nothing_made, template, values, False, [], [])  # noqa: FBT003
        reason = f"No export named {missing[0]} found. Rollback requested by user."
        await stacks._roll_back_operation(name, stack_id, cloudformation._stacks[name], failed, reason)

    for module in (stacks, handlers, changesets):
        module._deploy_stack_async = deployed


def _missing(name: str, template: Json, values: Json) -> list[str]:
    """Give what the resources that are to be made, and the outputs, import in vain."""
    stack = cloudformation._stacks[name]
    resources, holds = template["Resources"].items(), stack["_conditions"]
    made = {key: one for key, one in resources if holds.get(one.get("Condition"), True)}
    asked = {**stack, "_template": {**template, "Resources": made}, "_resolved_params": values}
    return sorted(set(handlers._imported_export_names(asked, name)) - set(cloudformation._exports))
