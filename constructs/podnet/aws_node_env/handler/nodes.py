"""Wait until every node group has nodes, and all of its ready ones can carry branch ENIs."""

import time
from urllib.parse import quote

from errors import HandlerError, MissingError
from kube_api import Json, KubeApi
from rollout import time_limit
from trunks import GROUP, features, lacks, ready, says

_MOST = 3  # nodes that an error names
_FIX = "the cluster's role needs AmazonEKSVPCResourceController; a node whose interfaces are all used must be recycled"


def trunks_ready(event: Json, api: KubeApi) -> bool:
    """Say whether each group of NodeGroups has ready nodes with trunk ENIs; nodes that are not ready do not count.

    Raises:
        HandlerError: RolloutMinutes have passed; names groups without nodes, and up to three nodes with what they lack
            and the controller's last event.
        KubeError: a request was not granted.
    """
    properties, up, seen, without = event["ResourceProperties"], 0, set[str](), dict[str, list[str]]()
    try:
        known = features(api.items("/apis/vpcresources.k8s.aws/v1alpha1/cninodes?"))
    except MissingError:  # a cluster whose controller has not made its CRD yet
        known = {}
    for node in filter(ready, api.items(f"/api/v1/nodes?labelSelector={quote(GROUP)}")):
        up += 1
        seen.add(node["metadata"]["labels"][GROUP])
        if missing := lacks(node, known):
            without[node["metadata"]["name"]] = missing
    empty = sorted(properties["NodeGroups"].keys() - seen)
    if not empty and not without:
        return True
    if time.time() - event["Began"] > time_limit(event):
        told = [f"node group {name} has no ready node" for name in empty]
        told += [f"{name} has {' and '.join(without[name])}{_last(api, name)}" for name in sorted(without)[:_MOST]]
        count = f"{len(without)} of {up} nodes cannot carry pods with security groups of their own"
        raise HandlerError(f"{count} after {properties['RolloutMinutes']} minutes: {'; '.join(told)}; {_FIX}")
    return False


def _last(api: KubeApi, node: str) -> str:
    about = quote(f"involvedObject.kind=Node,involvedObject.name={node}")
    try:
        said = says(api.get(f"/api/v1/namespaces/default/events?fieldSelector={about}")["items"])
    except HandlerError as error:
        said = f"its events are not known: {error}"
    return f" ({said})" if said else ""
