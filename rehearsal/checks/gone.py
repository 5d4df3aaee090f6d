"""What is left when everything was destroyed."""

import re

from rehearsal.checks.as_found import Found, everything_is_as_found

# what stays on purpose, and what to call it
_STAYS = (
    (
        re.compile(r"cloudwatch_logs log_groups (?P<name>/aws/lambda/\S+-(ClusterKubectl|Custom|AWS679f)\S*) .*"),
        "logs of CDK's functions",  # docs/decisions/0018; AWS679f is AwsCustomResource's
    ),
    (
        re.compile(r'kms keys (?P<name>\S+) .*"KeyState": "PendingDeletion".*'),
        "keys until AWS deletes them",  # CloudFormation user guide, AWS::KMS::Key, PendingWindowInDays
    ),
)
# the bucket keeps every asset that was ever deployed; the bus is AWS's own, and the emulator's from its first rule on
_NOT_OURS = re.compile(r"s3 buckets cdk-\S+-assets-|eventbridge event_buses default ")


def nothing_is_left(before: Found, after: Found) -> str:
    """Prove that AWS keeps exactly what it kept before the first deploy, besides what stays on purpose: that is named.

    Args:
        before: What it kept then, of every service and kind (`EmulatorProcess.inventory`).
        after: The same after the last destroy.

    Raises:
        CheckFailedError: With what came, what went and what changed.
    """
    stays = {key: why for key in after.keys() - before.keys() if (why := _stays(f"{key}: {after[key]}"))}
    told = everything_is_as_found(_ours(before), _ours({key: after[key] for key in after if key not in stays}))
    return "; ".join([told, *sorted(stays.values())])


def _stays(thing: str) -> str:
    """Give what stays on purpose and how it is called, "" for anything else."""
    found = ((reason, pattern.fullmatch(thing)) for pattern, reason in _STAYS)
    return next((f"{reason} stay: {match['name']}" for reason, match in found if match), "")


def _ours(found: Found) -> Found:
    return {key: text for key, text in found.items() if not _NOT_OURS.match(key)}
