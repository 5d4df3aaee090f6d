"""EventBridge's schedules: with shorter minutes, for a rehearsal waits for them, and refused where Lambda refuses."""

from typing import Any

from ministack.services import eventbridge, lambda_svc

MINUTE_SECONDS = 5
_TICK_SECONDS = 1
_WHO = "events.amazonaws.com"


def install() -> None:
    """Let a minute of a rate() last five seconds, look each second, and call only functions that admit the rule."""
    in_real_time, invoke = eventbridge._parse_rate_seconds, eventbridge._invoke_target

    def shortened(expression: str) -> float | None:
        seconds: int | None = in_real_time(expression)
        return None if seconds is None else seconds * MINUTE_SECONDS / 60

    def admitted(target: dict[str, Any], event: dict[str, Any], rule: dict[str, Any], view: object = None) -> None:
        arn = target.get("Arn", "")
        if ":lambda:" in arn and not _admits(arn, rule.get("Arn", "")):
            print(f"EventBridge: {arn} does not admit {rule.get('Arn')}: not called", flush=True)
            return
        invoke(target, event, rule, view)

    eventbridge._parse_rate_seconds = shortened
    eventbridge._SCHEDULER_TICK_INTERVAL = _TICK_SECONDS
    eventbridge._invoke_target = admitted


def _admits(function: str, rule: str) -> bool:
    """Say whether the function's policy lets EventBridge call it for this rule (Lambda guide, resource policies)."""
    found, _, _ = lambda_svc._get_func_record_for_ref(function)
    statements = found["policy"]["Statement"] if found else []
    return any(
        _WHO in str(statement["Principal"])
        and statement.get("Condition", {}).get("ArnLike", {}).get("AWS:SourceArn", rule) == rule
        for statement in statements
    )
