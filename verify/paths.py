"""Whether workloads' pods resolve names through the cache and reach their peers: looked at from such pods."""

import json
from collections.abc import Callable, Iterator
from contextlib import closing

from settings import Settings
from settings.workloads import Reach, Workload
from verify.errors import VerifyError
from verify.finding import Finding
from verify.job import CONTAINER, job, task
from verify.jobs import ended
from verify.kubectl import Json, Kubectl

ALL = "all"
_ENI = "vpc.amazonaws.com/pod-eni"
_FIX = "docs/troubleshooting.md, by what failed; `make review` says which groups judge this flow"


def paths(
    settings: Settings, kubectl: Kubectl, chosen: str, image: str, note: Callable[[str], None] = lambda _: None
) -> Iterator[Finding]:
    """Run the probe as the workload `chosen` (namespace/name; `all`: each) and yield what it saw, as in the file.

    Raises:
        VerifyError: If there is no such workload; or it was interrupted and a Job could not be deleted.
    """
    workloads = chosen_workloads(settings, chosen)
    found = dict[str, list[Finding]]()

    def made(workload: Workload) -> Json:
        return job(settings, workload, account=_account(workload, kubectl), image=image)

    try:
        with closing(ended(kubectl, workloads, made, note)) as pods:
            for workload, pod in pods:
                found[_named(workload)] = [*_seen(kubectl, workload, pod)]
    except VerifyError as error:
        if len(found) < len(workloads):  # interrupted, and then a Job could not be deleted
            raise
        yield Finding("no Job of a probe is left", "", [str(error)], "delete the Jobs podnet-verify-… of its namespace")
    for workload in workloads:
        yield from found[_named(workload)]
        yield from _not_tried(settings, workload)


def chosen_workloads(settings: Settings, chosen: str) -> list[Workload]:
    """Give the workloads that --as names: namespace/name of one, or `all`.

    Raises:
        VerifyError: If there is none.
    """
    found = [workload for workload in settings.workloads if chosen in (ALL, _named(workload))]
    if not found:
        known = ", ".join([*map(_named, settings.workloads), ALL]) if settings.workloads else "none"
        raise VerifyError(f"--as must be a workload of the file ({known}), got {chosen}")
    return found


def _named(workload: Workload) -> str:
    return f"{workload.namespace}/{workload.name}"


def _account(workload: Workload, kubectl: Kubectl) -> str:
    """Give a service account that the workload's policy selects."""
    if not workload.service_account_labels:
        return "default"
    selector = ",".join(f"{key}={value}" for key, value in sorted(workload.service_account_labels.items()))
    found = kubectl.items("serviceaccounts", workload.namespace, selector)
    if not found:
        raise VerifyError(f"{workload.namespace} must have a service account with {selector}, got none")
    return str(found[0]["metadata"]["name"])


def _seen(kubectl: Kubectl, workload: Workload, pod: Json | VerifyError) -> Iterator[Finding]:
    """Yield what the pod of a Job has and has found out."""
    who = _named(workload)
    try:
        if isinstance(pod, VerifyError):
            raise pod
        checks = _told(kubectl.log(workload.namespace, pod["metadata"]["name"], CONTAINER))
    except VerifyError as error:
        yield Finding(f"a probe runs as {who}", "", [str(error)], _FIX)
        return
    annotated = _ENI in pod["metadata"].get("annotations", {})
    none = [] if annotated else [f"pod {pod['metadata']['name']} has the node's groups"]
    yield Finding(f"a pod with the labels of {who} gets groups of its own", "a branch ENI", none, _FIX)
    for check in checks:
        problems = [] if check["ok"] else [str(check["seen"])]
        yield Finding(f"from {who}: {check['what']}", str(check["seen"]), problems, _FIX)


def _not_tried(settings: Settings, workload: Workload) -> Iterator[Finding]:
    """Yield what no connection can show; an address that is not known is not taken for one that answers."""
    cache = settings.pod_networking.dns_cache
    if cache.enabled and not task(settings, workload)["metrics"]:
        why = "in strict such pods do not reach it"
        yield Finding(f"from {_named(workload)}: the cache of the node answers", not_tried=why)
    for reach in workload.reaches:
        if why := _untold(reach):
            where = f"{reach.peer or reach.security_group_id} on {reach.protocol} {reach.port}"
            yield Finding(f"from {_named(workload)}: {where}", not_tried=why)


def _untold(reach: Reach) -> str:
    if not reach.host:
        return "its reaches has no host; write the service's name or address there"
    return "" if reach.protocol == "tcp" else "over UDP silence shows nothing"


def _told(log: str) -> list[Json]:
    for line in reversed(log.splitlines()):
        if line.startswith('{"checks"'):
            checks: list[Json] = json.loads(line)["checks"]
            return checks
    raise VerifyError(f"the probe must print what it found, got {log[-400:]!r}")
