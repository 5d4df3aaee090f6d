"""The Job that looks at the network as one workload sees it."""

import json
from pathlib import Path
from secrets import token_hex
from typing import Any

from cluster_token import sts_host

from settings import Settings
from settings.workloads import Workload

IMAGE = "public.ecr.aws/docker/library/python:3.13.15-alpine3.23@sha256:6438599575cca0d1df94aeee0d2ae088d4d8846eab554b2ee7784a3a6df0d516"
CONTAINER = "probe"
# a proxy beside it would accept connections that no group admits, and keep the pod from ending
_NO_MESH = {
    "labels": {"sidecar.istio.io/inject": "false", "istio.io/dataplane-mode": "none"},
    "annotations": {"linkerd.io/inject": "disabled"},
}
_PROBE = Path(__file__).with_name("probe.py")
_DEADLINE_SECONDS, _NEVER_SECONDS = 120, 3600
_KEPT_SECONDS = 120  # where nobody is left to delete it; jobs.py does when it was looked at
_NOBODY = 65534


def task(settings: Settings, workload: Workload) -> dict[str, Any]:
    """Give what the probe is to do: two names, the metrics of the caches that must answer, and the peers' services.

    A pod in `strict` does not reach the cache; with a standby either of two processes answers.
    """
    networking = settings.pod_networking
    cache = networking.dns_cache
    ports = [cache.metrics_port, cache.metrics_port + 1][: 1 + cache.standby]
    reached = cache.enabled and networking.enforcing_mode == "standard"
    return {
        "names": [f"kubernetes.default.svc.{cache.cluster_domain}", sts_host(settings.region)],
        "connections": [
            [reach.host, reach.port] for reach in workload.reaches if reach.host and reach.protocol == "tcp"
        ],
        "metrics": [f"$(HOST):{port}" for port in ports if reached],
    }


def job(settings: Settings, workload: Workload, *, account: str, image: str) -> dict[str, Any]:
    """Give a Job whose pod has the labels of a workload's pods, hence their security groups.

    Its pod never becomes ready, so that no Service of the workload sends it traffic; as it belongs to the Job no
    ReplicaSet adopts it. It fits the Pod Security Standard `restricted`, runs where the cache does, and asks service meshes
    to stay out of it.

    Args:
        settings: Of the environment.
        workload: Whose labels it takes.
        account: Name of the service account.
        image: An image with python3.
    """
    container = {
        "name": CONTAINER,
        "image": image,
        "command": ["python3", "-c", _PROBE.read_text(encoding="utf-8")],
        "env": [
            {"name": "HOST", "valueFrom": {"fieldRef": {"fieldPath": "status.hostIP"}}},
            {"name": "PODNET_PROBE", "value": json.dumps(task(settings, workload))},
        ],
        "readinessProbe": {"exec": {"command": ["false"]}, "periodSeconds": _NEVER_SECONDS},
        "resources": {"requests": {"cpu": "10m", "memory": "32Mi"}, "limits": {"memory": "128Mi"}},
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
            "readOnlyRootFilesystem": True,
        },
    }
    cache = settings.pod_networking.dns_cache
    pod = {
        "restartPolicy": "Never",
        "serviceAccountName": account,
        "automountServiceAccountToken": False,
        "nodeSelector": {"kubernetes.io/os": "linux", **(cache.node_labels if cache.enabled else {})},
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": _NOBODY,
            "runAsGroup": _NOBODY,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": [container],
    }
    labels = {**_NO_MESH["labels"], **(workload.pod_labels or {})}
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": f"podnet-verify-{workload.name[:40]}-{token_hex(3)}", "namespace": workload.namespace},
        "spec": {
            "backoffLimit": 0,
            "activeDeadlineSeconds": _DEADLINE_SECONDS,
            "ttlSecondsAfterFinished": _KEPT_SECONDS,
            "template": {"metadata": {**_NO_MESH, "labels": labels}, "spec": pod},
        },
    }
