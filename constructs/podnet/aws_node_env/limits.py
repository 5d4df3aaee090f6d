"""What the arguments of AwsNodeEnv may be."""

import json
from collections.abc import Mapping

from aws_cdk import Duration

WAIT_MINUTES, SPARE_MINUTES = 10, 5  # for an add-on that is still on its way; for an error before the framework's
_MOST_MINUTES = 60 - WAIT_MINUTES - SPARE_MINUTES  # ServiceTimeout of AWS::CloudFormation::CustomResource is one hour
MOST_CHARACTERS = 7500  # of the schedule's event, which has room for 8,192: the physical id is in it too
_WATCH_MINUTES = 8 * 60  # the alarm on silence takes three periods: a day


def check(
    env: Mapping[str, Mapping[str, str]], rollout_limit: Duration, dead_nodes: str, watch_every: Duration | None
) -> None:
    """Refuse what could not work; raises ValueError that names the argument."""
    minutes = rollout_limit.to_minutes()
    texts = [text for one in env.values() for text in (one.values() if isinstance(one, Mapping) else (None,))]
    if not texts or not all(isinstance(text, str) for text in texts):
        raise ValueError(f"env must be {{container: {{variable: text}}}} with one variable or more, got {dict(env)}")
    if (size := len(json.dumps({name: dict(variables) for name, variables in env.items()}))) > MOST_CHARACTERS:
        raise ValueError(f"env must have at most {MOST_CHARACTERS} characters as JSON, got {size}; shorten it")
    if not 1 <= minutes <= _MOST_MINUTES:
        raise ValueError(f"rollout_limit must be 1 to {_MOST_MINUTES} minutes, got {minutes}")
    if dead_nodes not in ("count-out", "refuse"):
        raise ValueError(f"dead_nodes must be count-out or refuse, got {dead_nodes!r}")
    if watch_every and not 1 <= watch_every.to_minutes() <= _WATCH_MINUTES:
        raise ValueError(f"watch_every must be 1 minute to 8 hours, got {watch_every.to_minutes()} minutes")
