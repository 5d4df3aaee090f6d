"""What a deployment has made, in a form in which two that are alike are equal."""

import re
from collections import Counter
from collections.abc import Callable

from rehearsal.checks import as_found
from rehearsal.checks.expect import CheckFailedError, eventually, expect
from rehearsal.checks.scene import Scene
from rehearsal.errors import RehearsalError
from rehearsal.faults.account import account_objects

# what AWS, Kubernetes and podnet make up anew each time
_MADE_UP = re.compile(
    r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"  # uids and request ids
    r"|\b\d{4}-\d\d-\d\dT[\d:.]+Z"  # moments
    r"|\b[a-z]+-[0-9a-f]{8,17}\b"  # ids of EC2
    r"|-[0-9A-Za-z]{8,16}\b(?=[\"\\/ ,]|$)"  # ends of names that CloudFormation makes
    r"|-----BEGIN [^-]+-----[^-]+-----END [^-]+-----"
    r'|"(clusterIP|uid|resourceVersion|caBundle)": "[^"]*"|"targetPort": \d+'
    r"|\b\d+\.\d+\.\d+\.\d+(:\d+)?\b"  # addresses and ports
    r"|/[0-9a-f]{8}\b"  # the mark in a physical id of AwsNodeEnv
    r"|ip-[\d-]+"  # nodes
)
_SETTLE_SECONDS = 30
State = Counter[str]


def state_of(scene: Scene) -> State:
    """Give every object of the cluster with its content, and every thing in the account by its kind and name."""
    objects = as_found.cluster_objects(scene)
    found = Counter(_MADE_UP.sub("*", f"{key}: {text}") for key, text in objects.items())
    return found + Counter(_MADE_UP.sub("*", key) for key in account_objects(scene))


def difference(wanted: State, scene: Callable[[], Scene]) -> str:
    """Give what differs from a state after half a minute, "" where nothing does any more."""
    try:
        eventually(lambda: is_as_it_was(wanted, state_of(scene())), _SETTLE_SECONDS)
    except (CheckFailedError, RehearsalError) as failure:
        return str(failure)
    return ""


def is_as_it_was(wanted: State, found: State) -> str:
    """Prove that two states are equal.

    Raises:
        CheckFailedError: With what is missing and what is there instead.
    """
    missing, more = wanted - found, found - wanted
    told = [f"missing: {key[:150]}" for key in missing] + [f"there instead: {key[:150]}" for key in more]
    expect(not told, f"{missing.total()} things are missing, {more.total()} too many: {'; '.join(told[:4])}")
    return f"{found.total()} things"
