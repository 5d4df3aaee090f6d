"""Whether a workload's pods resolve names through the cache and reach their peers: looked at from such a pod."""

import json
import time
from collections.abc import Iterator

from settings import Settings
from settings.workloads import Workload
from verify.errors import VerifyError
from verify.finding import Finding
from verify.job import job
from verify.kubectl import Json, Kubectl

_ENI = "vpc.amazonaws.com/pod-eni"
_SECONDS = 150
_FIX = "docs/troubleshooting.md, by what failed; `make review` says which groups judge this flow"


def paths(settings: Settings, kubectl: Kubectl, chosen: str, image: str) -> Iterator[Finding]:
    """Run the probe as the workload `chosen` (namespace/name) and yield what it saw; the Job goes afterwards.

    Raises:
        VerifyError: If there is no such workload, or the pod did not run.
    """
    workload = _workload(settings, chosen)
    cluster = f"kubernetes.default.svc.{settings.pod_networking.dns_cache.cluster_domain}"
    names = [cluster, f"sts.{settings.region}.amazonaws.com"]
    made = kubectl.create(job(workload, account=_account(workload, kubectl), image=image, names=names))
    name = made["metadata"]["name"]
    try:
        pod = _finished(kubectl, workload.namespace, name)
        annotated = _ENI in pod["metadata"].get("annotations", {})
        none = [] if annotated else [f"pod {pod['metadata']['name']} has the node's groups"]
        yield Finding(f"a pod with the labels of {chosen} gets groups of its own", "a branch ENI", none, _FIX)
        for check in _told(kubectl.log(workload.namespace, pod["metadata"]["name"])):
            problems = [] if check["ok"] else [str(check["seen"])]
            yield Finding(f"from {chosen}: {check['what']}", str(check["seen"]), problems, _FIX)
    finally:
        kubectl.delete("job", workload.namespace, name)
    for reach in workload.reaches:
        if not reach.host or reach.protocol != "tcp":
            seen = f"not tried: {'UDP shows nothing' if reach.host else 'reaches has no host'}"
            yield Finding(f"from {chosen}: {reach.peer} on {reach.protocol} {reach.port}", seen)


def _workload(settings: Settings, chosen: str) -> Workload:
    for workload in settings.workloads:
        if f"{workload.namespace}/{workload.name}" == chosen:
            return workload
    known = ", ".join(f"{w.namespace}/{w.name}" for w in settings.workloads) or "none"
    raise VerifyError(f"--as must be a workload of the file ({known}), got {chosen}")


def _account(workload: Workload, kubectl: Kubectl) -> str:
    """Give a service account that the workload's policy selects."""
    if not workload.service_account_labels:
        return "default"
    selector = ",".join(f"{key}={value}" for key, value in sorted(workload.service_account_labels.items()))
    found = kubectl.items("serviceaccounts", workload.namespace, selector)
    if not found:
        raise VerifyError(f"{workload.namespace} must have a service account with {selector}, got none")
    return str(found[0]["metadata"]["name"])


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
