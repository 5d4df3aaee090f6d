"""EventBridge's schedules, with shorter minutes: a rehearsal waits for them."""

from ministack.services import eventbridge

MINUTE_SECONDS = 5
_TICK_SECONDS = 1


def install() -> None:
    """Let a minute of a rate() last five seconds, and look each second."""
    in_real_time = eventbridge._parse_rate_seconds

    def shortened(expression: str) -> float | None:
        seconds: int | None = in_real_time(expression)
        return None if seconds is None else seconds * MINUTE_SECONDS / 60

    eventbridge._parse_rate_seconds = shortened
    eventbridge._SCHEDULER_TICK_INTERVAL = _TICK_SECONDS
