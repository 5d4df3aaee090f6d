"""Step Functions: a state machine calls a function with the rights of its own role, and with no others."""

import contextvars
from typing import Any

from ministack.services import lambda_svc, stepfunctions

from rehearsal.emulator import rights

_ACTION = "lambda:InvokeFunction"
_role: contextvars.ContextVar[str] = contextvars.ContextVar("_role", default="")


def install() -> None:
    """Refuse a call that the machine's role does not allow, in Lambda's words."""
    execute, call = stepfunctions._execute_task, stepfunctions._call_lambda

    def executed(state: dict[str, Any], given: object, execution: dict[str, Any], context: dict[str, Any]) -> object:
        machine = stepfunctions._state_machines.get((execution or {}).get("stateMachineArn", "")) or {}
        token = _role.set(machine.get("roleArn", ""))
        try:
            return execute(state, given, execution, context)
        finally:
            _role.reset(token)

    def called(reference: str, event: object) -> object:
        found, _, name = lambda_svc._get_func_record_for_ref(reference)
        role, arn = _role.get(), found["config"]["FunctionArn"] if found else name
        if role and not rights.allows(role, _ACTION, arn):
            why = f"User: {role} is not authorized to perform: {_ACTION} on resource: {arn}"
            raise stepfunctions._ExecutionError("Lambda.AWSLambdaException", why)
        return call(reference, event)

    stepfunctions._execute_task, stepfunctions._call_lambda = executed, called
