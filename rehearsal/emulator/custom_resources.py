"""CloudFormation calls the function of a custom resource asynchronously, so Lambda calls one that failed again.

Twice, after one and two minutes (Lambda developer guide, "How Lambda handles errors and retries with asynchronous
invocation"); the emulator's own queue does so after seconds. Its CloudFormation passes the queue by: a function that is
killed never answers, and its stack hangs for an hour.

A resource keeps the function that it was made by (aws-cloudformation/cloudformation-coverage-roadmap#802).
"""

import contextvars
from typing import Any

from ministack.services import lambda_svc
from ministack.services.cloudformation import custom_resource

from rehearsal.emulator.refused import RefusedError

_asked: contextvars.ContextVar[bool] = contextvars.ContextVar("_asked", default=False)


def install() -> None:
    """Let what CloudFormation calls go by the queue, and keep each resource its function.

    Step functions and others have retries of their own.
    """
    ask, execute = custom_resource.invoke_custom_resource, lambda_svc._execute_function_with_config_scope

    # by stack and name, of resources that were refused another function: a roll back asks with the old one again
    made_by: dict[tuple[str, str], object] = {}

    def asked(kind: str, name: str, properties: dict[str, Any], stack: str, *given: Any, **named: Any) -> object:  # noqa: ANN401  (passed on)
        before = named.get("old_props") or properties
        function = made_by.pop((stack, name), before.get("ServiceToken"))
        if function != properties.get("ServiceToken"):
            made_by[stack, name] = function
            raise RefusedError("InvalidRequest", "Modifying service token is not allowed.")
        token = _asked.set(True)
        try:
            return ask(kind, name, properties, stack, *given, **named)
        finally:
            _asked.reset(token)

    def executed(function: dict[str, Any], event: dict[str, Any]) -> object:
        if _asked.get():
            return lambda_svc.invoke_async_with_retry(function, event)
        return execute(function, event)

    custom_resource.invoke_custom_resource, lambda_svc._execute_function_with_config_scope = asked, executed
