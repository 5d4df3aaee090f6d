"""Lambda's logs, written with the rights of the function's role, under the names that Lambda gives; and its calls."""

import threading
from typing import Any

from ministack.core import lambda_runtime
from ministack.services import cloudwatch_logs, lambda_svc

from rehearsal.emulator import rights

_NEEDED = ("logs:CreateLogStream", "logs:PutLogEvents")
_lock = threading.Lock()


def install() -> None:
    """Let output reach its log group only where the role may write there (Lambda guide, Sending logs to CloudWatch).

    Each call is counted here, whoever made it: the emulator counts those of the API alone. And a function knows its log
    group (Lambda guide, Defined runtime environment variables).
    """
    original, count = lambda_svc._emit_lambda_logs, lambda_svc._emit_lambda_metrics

    def throttled(name: str, **counted: Any) -> None:  # noqa: ANN401  (as the emulator calls it)
        if counted["throttle"]:
            count(name, **counted)

    def written(func: dict[str, Any], request: str, text: str, error: bool, duration: int, **words: object) -> None:  # noqa: FBT001
        config = func.get("config") or func
        name, group = config["FunctionName"], _chosen(config)
        count(name, duration_ms=duration, error=error, throttle=False)
        if refused := _refused(config, _group(config)):
            print(f"Lambda: {name} has no log, its role does not allow {refused}", flush=True)
            return
        with _lock:
            before = _streams(group)
            original(func, request, text, error, duration, **words)
            _name(group, name, before)

    lambda_svc._emit_lambda_logs, lambda_svc._emit_lambda_metrics = written, throttled
    credentials = lambda_runtime.execution_credentials

    def told(config: dict[str, Any]) -> dict[str, str]:
        return {"AWS_LAMBDA_LOG_GROUP_NAME": _group(config), **credentials(config)}

    lambda_runtime.execution_credentials = lambda_svc.execution_credentials = told


def _chosen(config: dict[str, Any]) -> str | None:
    return (config.get("LoggingConfig") or {}).get("LogGroup")


def _group(config: dict[str, Any]) -> str:
    return _chosen(config) or f"/aws/lambda/{config['FunctionName']}"


def _refused(config: dict[str, Any], group: str) -> str:
    region, account = config["FunctionArn"].split(":")[3:5]
    stream = f"arn:aws:logs:{region}:{account}:log-group:{group}:log-stream:any"
    return next((action for action in _NEEDED if not rights.allows(config["Role"], action, stream)), "")


def _streams(group: str | None) -> dict[str, Any]:
    found = cloudwatch_logs._log_groups.get(group) if group else None
    return dict(found["streams"]) if found else {}


def _name(group: str | None, function: str, before: dict[str, Any]) -> None:
    """Put the function's name into its stream's where the group was chosen, and may be shared, as Lambda does."""
    for stream in _streams(group).keys() - before.keys():
        streams = cloudwatch_logs._log_groups[group]["streams"]
        day, _, rest = stream.rpartition("/")
        streams[f"{day}/{function}{rest}"] = streams.pop(stream)
