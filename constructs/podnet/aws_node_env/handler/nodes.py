"""Wait until every node group has nodes, and all of its ready ones can carry branch ENIs."""

import time
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from kube_api import NOT_FOUND, HandlerError, Json, KubeApi, KubeError
from trunks import GROUP, features, lacks, ready, says

_PAGE, _MOST = 100, 3  # nodes; a page of them is about 2 MB
_CNI_NODES = "/apis/vpcresources.k8s.aws/v1alpha1/cninodes"
_FIX = "the cluster's role needs AmazonEKSVPCResourceController; a node whose interfaces are all used must be recycled"


def trunks_ready(event: Mapping[str, Any], api: KubeApi) -> bool:
    """Say whether each group of NodeGroups has ready nodes with trunk ENIs; nodes that are not ready do not count.

    Raises:
        HandlerError: RolloutMinutes have passed; names groups without nodes, and up to three nodes with what they lack
            and the controller's last event.
        KubeError: a request was not granted.
    """
    properties = event["ResourceProperties"]
    known = features(_items(api, _CNI_NODES))
    up = [node for node in _items(api, f"/api/v1/nodes?labelSelector={quote(GROUP)}") if ready(node)]
    empty = sorted(properties["NodeGroups"].keys() - {node["metadata"]["labels"][GROUP] for node in up})
    without = {node["metadata"]["name"]: missing for node in up if (missing := lacks(node, known))}
    if not empty and not without:
        return True
    if time.time() - event["Began"] > 60 * float(properties["RolloutMinutes"]):
        told = [f"node group {name} has no ready node" for name in empty]
        told += [f"{name} has {' and '.join(without[name])}{_last(api, name)}" for name in sorted(without)[:_MOST]]
        count = f"{len(without)} of {len(up)} nodes cannot carry pods with security groups of their own"
        raise HandlerError(f"{count} after {properties['RolloutMinutes']} minutes: {'; '.join(told)}; {_FIX}")
    return False


def _items(api: KubeApi, path: str) -> Iterator[Json]:
    following, link = f"limit={_PAGE}", "&" if "?" in path else "?"
    while following:
        try:
            page = api.get(path + link + following)
        except KubeError as error:
            if error.status == NOT_FOUND:  # a cluster whose controller has not made its CRD yet
                return
            raise
        yield from page["items"]
        token = page["metadata"].get("continue")
        following = f"limit={_PAGE}&continue={quote(token)}" if token else ""


def _last(api: KubeApi, node: str) -> str:
    about = quote(f"involvedObject.kind=Node,involvedObject.name={node}")
    try:
        said = says(api.get(f"/api/v1/namespaces/default/events?fieldSelector={about}")["items"])
    except HandlerError as error:
        said = f"its events are not known: {error}"
    return f" ({said})" if said else ""
