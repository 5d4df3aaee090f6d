"""Functions in a VPC after weeks without a call: Lambda has taken their network interfaces back.

Lambda developer guide, "Lambda function states" and the errors of Invoke: the first call of an inactive function fails,
and the function is pending until its interfaces are there again. Who calls has to wait, and to look.
"""

import threading
from typing import Any

from ministack.core.responses import error_response_json
from ministack.services import lambda_svc

_PENDING_SECONDS, _RESTORING = 1, "Restoring"
_INACTIVE = "The function is inactive and its VPC connection is no longer available."
_PENDING = "The operation cannot be performed at this time. The function is currently in the following state: Pending"
_BAD_GATEWAY, _CONFLICT = 502, 409


def install() -> None:
    """Let a synchronous call of a function that is not active fail; one in the queue waits, as Lambda lets it."""
    original = lambda_svc._invoke

    async def invoke(name: str, event: object, headers: dict[str, str], *rest: Any) -> object:  # noqa: ANN401  (passed on)
        config = (lambda_svc._functions.get(name) or {}).get("config", {})
        kind = headers.get("x-amz-invocation-type") or headers.get("X-Amz-Invocation-Type") or "RequestResponse"
        if kind == "RequestResponse" and config.get("State") == "Inactive":
            _wake(config)
            return error_response_json("ResourceNotReadyException", _INACTIVE, _BAD_GATEWAY)
        if kind == "RequestResponse" and config.get("StateReasonCode") == _RESTORING:
            return error_response_json("ResourceConflictException", _PENDING, _CONFLICT)
        return await original(name, event, headers, *rest)

    lambda_svc._invoke = invoke


def weeks_pass() -> None:
    """Make every function in a VPC inactive."""
    for function in lambda_svc._functions._data.values():
        if function["config"].get("VpcConfig"):
            function["config"] |= {
                "State": "Inactive",
                "StateReason": "The function is idle",
                "StateReasonCode": "Idle",
            }


def _wake(config: dict[str, Any]) -> None:
    config |= {"State": "Pending", "StateReasonCode": _RESTORING}

    def restored() -> None:
        config["State"] = "Active"
        for gone in ("StateReason", "StateReasonCode"):
            config.pop(gone, None)

    timer = threading.Timer(_PENDING_SECONDS, restored)
    timer.daemon = True
    timer.start()
