"""Which nodes can carry branch ENIs. Pure functions, also used by `python -m verify`.

A node can when aws-node has put the feature SecurityGroupsForPods into its CNINode and EKS's VPC resource controller
has answered with a trunk ENI, which shows as an allocatable resource of the node (docs/sgp/workflow.md and
docs/troubleshooting.md of aws/amazon-vpc-resource-controller-k8s).
"""

from collections.abc import Iterable, Mapping
from typing import Any

Json = dict[str, Any]
GROUP, RESOURCE, FEATURE = "podnet.io/node-group", "vpc.amazonaws.com/pod-eni", "SecurityGroupsForPods"


def features(cni_nodes: Iterable[Json]) -> dict[str, set[str]]:
    """Give the features of each CNINode by the name of its node."""
    return {
        cni_node["metadata"]["name"]: {feature["name"] for feature in cni_node.get("spec", {}).get("features") or ()}
        for cni_node in cni_nodes
    }


def ready(node: Json) -> bool:
    """Say whether kubelet reports the node as ready."""
    return any(c["type"] == "Ready" and c["status"] == "True" for c in node.get("status", {}).get("conditions", ()))


def lacks(node: Json, known: Mapping[str, set[str]]) -> list[str]:
    """Say what a node lacks for branch ENIs; nothing where it can carry them. `known`: as `features` gives it."""
    name, missing = node["metadata"]["name"], list[str]()
    if int(node.get("status", {}).get("allocatable", {}).get(RESOURCE, 0)) < 1:
        missing.append(f"no allocatable {RESOURCE}")
    if FEATURE not in known.get(name, ()):
        missing.append(f"no feature {FEATURE} in its CNINode" if name in known else "no CNINode")
    return missing


def says(events: Iterable[Json]) -> str:
    """Give what the controller said last about a node's trunk; "" where it said nothing."""
    told = [event for event in events if event.get("type") == "Warning" or "Trunk" in event.get("reason", "")]
    told.sort(key=lambda event: event.get("lastTimestamp") or event.get("eventTime") or "")
    return f"{told[-1].get('reason')}: {told[-1].get('message')}"[:300] if told else ""
