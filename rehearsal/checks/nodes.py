"""What nodes say of their trunk ENIs."""

from rehearsal.checks.expect import equal, expect
from rehearsal.checks.scene import Scene

_RESOURCE = "vpc.amazonaws.com/pod-eni"


def nodes_have_trunks(scene: Scene) -> str:
    """Prove that every node offers branch ENIs, and that its CNINode has the feature."""
    nodes = scene.kubernetes("GET", "/api/v1/nodes")["items"]
    expect(nodes, "the cluster must have nodes, got none")
    amounts = {node["metadata"]["name"]: node["status"].get("allocatable", {}).get(_RESOURCE) for node in nodes}
    equal("nodes without branch ENIs", sorted(name for name, amount in amounts.items() if not amount), [])
    items = scene.kubernetes("GET", "/apis/vpcresources.k8s.aws/v1alpha1/cninodes")["items"]
    features = {item["metadata"]["name"]: [f["name"] for f in item["spec"].get("features", [])] for item in items}
    wrong = sorted(name for name in amounts if "SecurityGroupsForPods" not in features.get(name, ()))
    equal("nodes whose CNINode lacks the feature", wrong, [])
    return f"{len(nodes)} nodes, {' and '.join(sorted(set(map(str, amounts.values()))))} branch ENIs each"
