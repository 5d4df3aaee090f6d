"""Whether workloads' pods resolve names through the cache and reach their peers: looked at from such pods."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack

from settings import Settings
from settings.workloads import Reach, Workload
from verify.errors import VerifyError
from verify.finding import Finding
from verify.job import job, task
from verify.kubectl import Json, Kubectl

ALL = "all"
_ENI = "vpc.amazonaws.com/pod-eni"
_SECONDS = 150
_FIX = "docs/troubleshooting.md, by what failed; `make review` says which groups judge this flow"


def paths(
    settings: Settings, kubectl: Kubectl, chosen: str, image: str, note: Callable[[str], None] = lambda _: None
) -> Iterator[Finding]:
    """Run the probe as the workload `chosen` (namespace/name; `all`: each) and yield what it saw; the Jobs go.

    Raises:
        VerifyError: If there is no such workload.
    """
    workloads = _workloads(settings, chosen)
    with ExitStack() as jobs:
        begun = [(workload, _begin(settings, kubectl, workload, image, jobs)) for workload in workloads]
        for workload, name in begun:
            note(f"waiting for the pod of {_named(workload)}")
            yield from [name] if isinstance(name, Finding) else _seen(kubectl, workload, name)
            yield from _not_tried(settings, workload)


def _workloads(settings: Settings, chosen: str) -> list[Workload]:
    found = [workload for workload in settings.workloads if chosen in (ALL, _named(workload))]
    if not found:
        known = ", ".join([*map(_named, settings.workloads), ALL]) if settings.workloads else "none"
        raise VerifyError(f"--as must be a workload of the file ({known}), got {chosen}")
    return found


def _named(workload: Workload) -> str:
    return f"{workload.namespace}/{workload.name}"


def _begin(settings: Settings, kubectl: Kubectl, workload: Workload, image: str, jobs: ExitStack) -> str | Finding:
    """Make the Job, which `jobs` deletes; give its name, or what kept it from being made."""
    try:
        made = kubectl.create(job(settings, workload, account=_account(workload, kubectl), image=image))
    except VerifyError as error:
        return Finding(f"a probe runs as {_named(workload)}", "", [str(error)], _FIX)
    name = str(made["metadata"]["name"])
    jobs.callback(kubectl.delete, "job", workload.namespace, name)
    return name


def _account(workload: Workload, kubectl: Kubectl) -> str:
    """Give a service account that the workload's policy selects."""
    if not workload.service_account_labels:
        return "default"
    selector = ",".join(f"{key}={value}" for key, value in sorted(workload.service_account_labels.items()))
    found = kubectl.items("serviceaccounts", workload.namespace, selector)
    if not found:
        raise VerifyError(f"{workload.namespace} must have a service account with {selector}, got none")
    return str(found[0]["metadata"]["name"])


def _seen(kubectl: Kubectl, workload: Workload, name: str) -> Iterator[Finding]:
    """Yield what the pod of a Job has and has found out."""
    who = _named(workload)
    try:
        pod = _finished(kubectl, workload.namespace, name)
        checks = _told(kubectl.log(workload.namespace, pod["metadata"]["name"]))
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
            yield Finding(f"from {_named(workload)}: {reach.peer} on {reach.protocol} {reach.port}", not_tried=why)


def _untold(reach: Reach) -> str:
    if not reach.host:
        return "its reaches has no host; write the service's name or address there"
    return "" if reach.protocol == "tcp" else "over UDP silence shows nothing"


def _finished(kubectl: Kubectl, namespace: str, name: str) -> Json:
    until = time.monotonic() + _SECONDS
    while True:
        found = kubectl.items("pods", namespace, f"batch.kubernetes.io/job-name={name}")
        if found and found[0].get("status", {}).get("phase") in ("Succeeded", "Failed"):
            return found[0]
        if time.monotonic() > until:
            why = found[0]["status"].get("conditions", found[0]["status"]) if found else "no pod"
            raise VerifyError(f"the pod of job {namespace}/{name} must end in {_SECONDS} s, got {str(why)[:400]}")
        time.sleep(1)


def _told(log: str) -> list[Json]:
    for line in reversed(log.splitlines()):
        if line.startswith('{"checks"'):
            checks: list[Json] = json.loads(line)["checks"]
            return checks
    raise VerifyError(f"the probe must print what it found, got {log[-400:]!r}")
