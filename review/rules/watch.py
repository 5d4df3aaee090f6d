"""Rules about the watch between deploys, and about what is acknowledged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from review.rules.at import At
from review.rules.rule import Rule, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from settings import Settings

_DRIFT = "pod_networking.drift"


@rule(
    "drift-is-watched",
    "warning",
    must="be more than 0",
    why="nothing else sees that an add-on update or a person took a variable away: CloudFormation never looks",
    source="aws/containers-roadmap#2188; aws/amazon-vpc-cni-k8s#2268",
    fix="set every_minutes: 15",
    paths=(f"{_DRIFT}.every_minutes",),
)
def drift_is_watched(settings: Settings) -> Iterator[At]:
    """Find a watch that is off."""
    if not settings.pod_networking.drift.every_minutes:
        yield At(f"{_DRIFT}.every_minutes", "0")


@rule(
    "drift-is-heard-of",
    "warning",
    must="be given where drift is only reported",
    why="an alarm without a topic changes its colour and tells nobody",
    source="CloudWatch user guide, Alarm actions",
    fix="give the ARN of a topic that somebody reads, or set repair: true",
    paths=(f"{_DRIFT}.alarm_topic_arn", f"{_DRIFT}.repair"),
)
def drift_is_heard_of(settings: Settings) -> Iterator[At]:
    """Find reports that nobody gets."""
    drift = settings.pod_networking.drift
    if drift.every_minutes and not drift.repair and drift.alarm_topic_arn is None:
        yield At(f"{_DRIFT}.alarm_topic_arn", "none")


@rule(
    "alarms-reach-their-topic",
    "error",
    must="be a topic of the environment's region",
    why="CloudWatch refuses an alarm whose action lies in another region, and the stack fails",
    source="CloudWatch API reference, PutMetricAlarm, AlarmActions",
    fix="give a topic of this region; it may forward to another",
    paths=(f"{_DRIFT}.alarm_topic_arn", "region"),
)
def alarms_reach_their_topic(settings: Settings) -> Iterator[At]:
    """Find topics elsewhere."""
    arn = settings.pod_networking.drift.alarm_topic_arn
    if settings.pod_networking.drift.every_minutes and arn and arn.split(":")[3] != settings.region:
        yield At(f"{_DRIFT}.alarm_topic_arn", f"one in {arn.split(':')[3] or 'no region'}")


def _nowhere(_: Settings) -> Iterator[At]:
    """Yield nothing: `review.check` looks at acknowledgements itself, when it knows every finding."""
    yield from ()


ACKNOWLEDGE_KNOWN = Rule(
    id="acknowledgement-names-a-rule",
    severity="error",
    must="be the id of a rule",
    why="an acknowledgement with a mistyped id accepts nothing",
    source="docs/rules.md",
    fix="mend the id, or remove the line",
    paths=("acknowledge",),
    check=_nowhere,
)
ACKNOWLEDGE_USED = Rule(
    id="acknowledgement-is-needed",
    severity="warning",
    must="name a rule that does not hold here",
    why="a reason that is kept without need hides the finding when it comes back",
    source="docs/rules.md",
    fix="remove the line",
    paths=("acknowledge",),
    check=_nowhere,
)
RULES = (drift_is_watched, drift_is_heard_of, alarms_reach_their_topic, ACKNOWLEDGE_KNOWN, ACKNOWLEDGE_USED)
