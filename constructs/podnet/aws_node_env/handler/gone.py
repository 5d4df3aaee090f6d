"""Wait until the pods of a deleted DaemonSet have ended."""

import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from errors import GoneError, HandlerError
from kube_api import KubeApi
from pods import node, silent


def pods_gone(event: Mapping[str, Any], api: KubeApi) -> bool:
    """Say whether no pod in kube-system with the labels of Pods is left; those of dead nodes do not count.

    kubectl deletes a DaemonSet in the background: it is gone at once, its pods some time later.

    Raises:
        HandlerError: RolloutMinutes have passed; names a pod and its node.
        KubeError: a request was not granted; where nobody is left to ask, there are no pods either.
    """
    properties = event["ResourceProperties"]
    path = f"/api/v1/namespaces/kube-system/pods?labelSelector={quote(properties['Pods'])}"
    try:
        left = next((pod for pod in api.items(path) if not silent(pod)), None)
    except GoneError:
        return True
    if left and time.time() - event["Began"] > 60 * float(properties["RolloutMinutes"]):
        where = f"{left['metadata']['name']} on {node(left)}"
        raise HandlerError(f"pods with {properties['Pods']} must end, got {where}: delete their DaemonSet")
    return not left
