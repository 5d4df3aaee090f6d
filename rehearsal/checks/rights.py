"""What the handler of the custom resource may do in the cluster, and in which order things came."""

from typing import Any

from rehearsal.checks.expect import equal, expect
from rehearsal.checks.scene import Scene

_GROUP = "podnet:reconcilers"
_REVIEWS = "/apis/authorization.k8s.io/v1/subjectaccessreviews"
_KUBE_SYSTEM = {"namespace": "kube-system"}
_AWS_NODE = {**_KUBE_SYSTEM, "group": "apps", "resource": "daemonsets", "name": "aws-node"}
_ALLOWED = (
    {**_AWS_NODE, "verb": "get"},
    {**_AWS_NODE, "verb": "patch"},
    {**_KUBE_SYSTEM, "resource": "pods", "verb": "list"},
)
_FORBIDDEN = (
    {**_AWS_NODE, "verb": "delete"},
    {**_AWS_NODE, "name": "kube-proxy", "verb": "patch"},
    {**_KUBE_SYSTEM, "group": "apps", "resource": "daemonsets", "verb": "create"},
    {**_KUBE_SYSTEM, "resource": "secrets", "verb": "list"},
    {**_KUBE_SYSTEM, "resource": "pods", "verb": "delete"},
    {"resource": "nodes", "verb": "patch"},
    {"resource": "secrets", "verb": "list"},
    {**_KUBE_SYSTEM, "group": "rbac.authorization.k8s.io", "resource": "rolebindings", "verb": "create"},
)
_ABOUT_NODES = (
    {"resource": "nodes", "verb": "list"},
    {"group": "vpcresources.k8s.aws", "resource": "cninodes", "verb": "list"},
    {"namespace": "default", "resource": "events", "verb": "list"},
)
"""Allowed where podnet makes the nodes and waits for their trunk ENIs, refused where it does not."""


def rights_are_narrow(scene: Scene) -> str:
    """Prove that the handler's role has an access entry with one group, and what the API server grants that group."""
    entries = [
        scene.aws.eks.describe_access_entry(clusterName=scene.cluster, principalArn=arn)["accessEntry"]
        for arn in scene.aws.eks.list_access_entries(clusterName=scene.cluster)["accessEntries"]
    ]
    ours = [entry for entry in entries if _GROUP in entry["kubernetesGroups"]]
    expect(ours, f"an access entry must have the group {_GROUP}, got none")
    for entry in ours:
        equal(f"groups of {entry['principalArn']}", entry["kubernetesGroups"], [_GROUP])
        policies = scene.aws.eks.list_associated_access_policies(
            clusterName=scene.cluster, principalArn=entry["principalArn"]
        )["associatedAccessPolicies"]
        equal(f"access policies of {entry['principalArn']}", policies, [])
    own = scene.settings.cluster is not None
    allowed, forbidden = (*_ALLOWED, *_ABOUT_NODES * own), (*_FORBIDDEN, *_ABOUT_NODES * (not own))
    for attributes in allowed:
        expect(_may(scene, attributes), f"{_GROUP} must be allowed to {_told(attributes)}, got a refusal")
    for attributes in forbidden:
        expect(not _may(scene, attributes), f"{_GROUP} must not be allowed to {_told(attributes)}, got a grant")
    return f"{len(allowed)} allowed, {len(forbidden)} refused"


def nodes_came_last(scene: Scene) -> str:
    """Prove that podnet had applied its values before the first node joined; such a node has room for a trunk ENI."""
    applied = [
        entry["time"]
        for entry in scene.daemon_set("aws-node")["metadata"]["managedFields"]
        if entry["manager"] == "podnet" and entry["operation"] == "Apply"
    ]
    expect(applied, "podnet must manage fields of aws-node, got none")
    nodes = scene.kubernetes("GET", "/api/v1/nodes")["items"]
    wanted = sum(group.desired_size for group in scene.settings.node_groups)
    equal("number of nodes", len(nodes), wanted)
    early = [n["metadata"]["name"] for n in nodes if n["metadata"]["creationTimestamp"] < max(applied)]
    equal("nodes that joined before the values were set", early, [])
    return f"{len(nodes)} nodes"


def _may(scene: Scene, attributes: dict[str, str]) -> bool:
    review: dict[str, Any] = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SubjectAccessReview",
        "spec": {"user": "handler", "groups": [_GROUP], "resourceAttributes": attributes},
    }
    return bool(scene.kubernetes("POST", _REVIEWS, review)["status"]["allowed"])


def _told(attributes: dict[str, str]) -> str:
    where = f" in {attributes['namespace']}" if "namespace" in attributes else ""
    return f"{attributes['verb']} {attributes['resource']} {attributes.get('name', '')}".rstrip() + where
