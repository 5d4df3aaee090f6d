"""Runs the probes' Jobs: few at once, and each goes as soon as its pod was looked at.

While such a pod is there, also when it has ended, a budget of the workload with a percentage or `maxUnavailable` lets
nothing be evicted: a Job has no scale to count with (kubernetes/kubernetes, pkg/controller/disruption).
"""

import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field

from settings.workloads import Workload
from verify.errors import VerifyError
from verify.job import CONTAINER
from verify.kubectl import Json, Kubectl

# a Job that has ended stays for 120 s (job.py): with 4 at once each call of kubectl may take 5 s
_AT_ONCE = 4
_SECONDS = 150
_LABEL = "batch.kubernetes.io/job-name"


@dataclass
class _Job:
    workload: Workload
    name: str
    state: str = ""  # of its pod, once there was one
    until: float = field(default_factory=lambda: time.monotonic() + _SECONDS)


def ended(
    kubectl: Kubectl, workloads: Iterable[Workload], make: Callable[[Workload], Json], note: Callable[[str], None]
) -> Generator[tuple[Workload, Json | VerifyError]]:
    """Yield each workload with the pod of its Job once that has ended, or with what kept it from that.

    The Job goes when the next one is asked for, and the rest of them when this is closed.

    Raises:
        VerifyError: Last of all: a Job could not be deleted.
    """
    waiting, running, left = deque(workloads), list[_Job](), list[VerifyError]()
    try:
        while waiting or running:
            while waiting and len(running) < _AT_ONCE:
                workload = waiting.popleft()
                if error := _begin(kubectl, workload, make, running):
                    yield workload, error
            note(f"waiting for the pods of {', '.join(job.workload.name for job in running)}")
            for job, pod in _looked_at(kubectl, running):
                yield job.workload, pod
                left += _delete(kubectl, job)
                running.remove(job)
            time.sleep(1 if running else 0)
    finally:
        for job in running:
            left += _delete(kubectl, job)
        if left:
            raise left[0]


def _delete(kubectl: Kubectl, job: _Job) -> list[VerifyError]:
    try:
        kubectl.delete("job", job.workload.namespace, job.name)
    except VerifyError as error:
        return [error]
    return []


def _begin(
    kubectl: Kubectl, workload: Workload, make: Callable[[Workload], Json], running: list[_Job]
) -> VerifyError | None:
    """Make a Job; it is among those to delete before the server has it, so that none stays after an interrupt."""
    try:
        made = make(workload)
    except VerifyError as error:
        return error
    running.append(_Job(workload, made["metadata"]["name"]))
    try:
        kubectl.create(made)
    except VerifyError as error:
        running.pop()
        return error
    return None


def _looked_at(kubectl: Kubectl, running: list[_Job]) -> Iterator[tuple[_Job, Json | VerifyError]]:
    """Yield the Jobs whose pods have ended, or will not in time; asked for with one call a namespace."""
    for namespace in sorted({job.workload.namespace for job in running}):
        those = [job for job in running if job.workload.namespace == namespace]
        try:
            found = kubectl.items("pods", namespace, f"{_LABEL} in ({','.join(job.name for job in those)})")
        except VerifyError as error:
            yield from ((job, error) for job in those)
            continue
        pods = {pod["metadata"]["labels"][_LABEL]: pod for pod in found}
        for job in those:
            if pod := pods.get(job.name):
                job.state = _state(pod)
            if pod and _has_ended(pod):
                yield job, pod
            elif time.monotonic() > job.until:
                job.state = job.state or _why_no_pod(kubectl, job)
                must = f"the pod of job {namespace}/{job.name} must end in {_SECONDS} s"
                yield job, VerifyError(f"{must}, got {job.state[:400]}")


def _has_ended(pod: Json) -> bool:
    """Say whether the probe has; another container that was put beside it may go on."""
    status = pod.get("status", {})
    own = [one for one in status.get("containerStatuses", ()) if one["name"] == CONTAINER]
    return status.get("phase") in ("Succeeded", "Failed") or any("terminated" in one.get("state", {}) for one in own)


def _why_no_pod(kubectl: Kubectl, job: _Job) -> str:
    """Say what the Job controller told of a pod that it could not make: a quota, a policy of admission."""
    with suppress(VerifyError):
        events = kubectl.items("events", job.workload.namespace)
        said = [event.get("message", "") for event in events if event["involvedObject"].get("name") == job.name]
        return f"no pod: {said[-1]}" if said else "no pod"
    return "no pod"


def _state(pod: Json) -> str:
    """Say what a pod waits for; it is deleted when its Job has had its time."""
    status = pod.get("status", {})
    waits = [container.get("state", {}).get("waiting") for container in status.get("containerStatuses", ())]
    waits += [condition for condition in status.get("conditions", ()) if condition["status"] != "True"]
    said = [f"{why.get('reason', '')}: {why.get('message', '')}" for why in waits if why]
    return "; ".join(said) or str(status.get("phase", "no phase"))
