"""CloudFormation calls the function of a custom resource asynchronously, so Lambda calls one that failed again.

Twice, after one and two minutes (Lambda developer guide, "How Lambda handles errors and retries with asynchronous
invocation"); here seconds. The emulator calls it once: one that is killed never answers, and its stack hangs for an
hour.
"""

import contextvars
import time
from typing import Any

from ministack.services import lambda_svc
from ministack.services.cloudformation import custom_resource

_PAUSES = (1, 2)  # seconds
_asked: contextvars.ContextVar[bool] = contextvars.ContextVar("_asked", default=False)


def install() -> None:
    """Call again what CloudFormation has called; step functions and others have retries of their own."""
    ask, execute = custom_resource.invoke_custom_resource, lambda_svc._execute_function_with_config_scope

    def asked(*given: Any, **named: Any) -> object:  # noqa: ANN401  (passed on)
        token = _asked.set(True)
        try:
            return ask(*given, **named)
        finally:
            _asked.reset(token)

    def executed(function: dict[str, Any], event: dict[str, Any]) -> dict[str, Any]:
        result: dict[str, Any] = execute(function, event)
        for pause in _PAUSES if _asked.get() else ():
            if not result.get("error"):
                break
            time.sleep(pause)
            result = execute(function, event)
        return result

    custom_resource.invoke_custom_resource, lambda_svc._execute_function_with_config_scope = asked, executed
