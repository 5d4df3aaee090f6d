"""How long things may take, and what AwsNodeEnv refuses before it makes anything."""

from collections.abc import Mapping

from aws_cdk import Duration

WAIT_MINUTES = 10  # for an add-on that has not made the DaemonSet yet
_SPARE_MINUTES = 5
_CLOUDFORMATION_MINUTES = 60  # AWS::CloudFormation::CustomResource, ServiceTimeout
_WATCH_MINUTES = 8 * 60  # three periods of an alarm must fit into a day


def rollout_minutes(limit: Duration) -> int:
    """Give the limit in whole minutes.

    Raises:
        ValueError: it leaves too little of the hour that CloudFormation waits.
    """
    minutes, most = int(limit.to_minutes()), _CLOUDFORMATION_MINUTES - WAIT_MINUTES - _SPARE_MINUTES
    if not 1 <= minutes <= most:
        raise ValueError(f"rollout_limit must be 1 to {most} minutes, got {minutes}: CloudFormation waits for one hour")
    return minutes


def total_timeout(minutes: int) -> Duration:
    """Give the time for a late DaemonSet, a rollout of `minutes`, and an error of ours before the framework's."""
    return Duration.minutes(minutes + WAIT_MINUTES + _SPARE_MINUTES)


def check(env: Mapping[str, Mapping[str, str]], dead_nodes: str, watch_every: Duration | None) -> None:
    """Check the other arguments of AwsNodeEnv.

    Raises:
        ValueError: one is out of its range.
    """
    if not any(env.values()):
        raise ValueError(f"env must name at least one variable, got {dict(env)}; leave AwsNodeEnv out instead")
    if dead_nodes not in ("count-out", "refuse"):
        raise ValueError(f"dead_nodes must be count-out or refuse, got {dead_nodes!r}")
    if watch_every and not 1 <= watch_every.to_minutes() <= _WATCH_MINUTES:
        raise ValueError(f"watch_every must be 1 minute to 8 hours, got {watch_every.to_minutes()} minutes")
