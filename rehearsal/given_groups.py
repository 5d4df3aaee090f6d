"""Security groups that an environment file names and somebody else made."""

from functools import partial
from typing import Any

from rehearsal.checks.expect import CheckFailedError, eventually, expect
from rehearsal.emulator_process import EmulatorProcess
from rehearsal.errors import RehearsalError
from settings import Settings

_SECONDS = 10


def given_groups(settings: Settings) -> list[str]:
    """Give the groups that must be in the environment's VPC: neither those of peers' servers nor the cluster's."""
    named: list[str | None] = [settings.node_security_group_id]
    for workload in settings.workloads:
        named += workload.security_group_ids
        named += [group for _, group in workload.groups_of_rules]
    known = {peer.peer_side.security_group_id for peer in settings.peers if peer.peer_side}
    known |= {settings.existing_cluster.security_group_id} if settings.existing_cluster else set()
    return sorted({group for group in named if group} - known)


def make(emulator: EmulatorProcess, ec2: Any, groups: list[str], vpc_id: str) -> None:  # noqa: ANN401  (boto3's client)
    """Make groups in a VPC, under their very ids, and wait for them.

    Raises:
        RehearsalError: If EC2 does not have them in ten seconds; the emulator's log says why.
    """
    for group in groups:
        emulator.make_group(vpc_id, group)
    try:
        eventually(partial(_all_are_there, ec2, groups, vpc_id), _SECONDS)
    except CheckFailedError as failure:
        raise RehearsalError(str(failure)) from failure


def _all_are_there(ec2: Any, groups: list[str], vpc_id: str) -> None:  # noqa: ANN401  (boto3's client)
    filters = [{"Name": "vpc-id", "Values": [vpc_id]}]
    found = {group["GroupId"] for group in ec2.describe_security_groups(Filters=filters)["SecurityGroups"]}
    missing = sorted(set(groups) - found)
    expect(not missing, f"{vpc_id} must have the groups that the file names, got none called {missing}")
