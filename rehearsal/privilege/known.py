"""What a rehearsal cannot notice, with who uses it on AWS."""

from rehearsal.privilege.removal import Removal

_PULLS = "AmazonEC2ContainerRegistryReadOnly"
NOT_ENFORCED = {
    "AWSLambdaVPCAccessExecutionRole": "Lambda makes a function's interfaces in a VPC; the emulator places none there",
    _PULLS: "CDK's kubectl function pulls Helm charts with it; podnet has none",
    "AmazonElasticContainerRegistryPublicReadOnly": "as above",
    "AmazonEKSClusterPolicy": "EKS makes load balancers and the control plane's interfaces with it; neither is here",
    "lambda:GetFunction": "CDK's provider framework asks only where an invocation failed, say of a function gone idle",
    "list events": "asked only where a node gets no trunk; tests/cluster/test_trunk_nodes.py cannot do without it",
}
_ON_TIMEOUT = "CDK's provider framework needs it only when the time of a resource is over"
_MACHINE = "the emulator's Step Functions calls a function without asking what the machine may"
_LOGS = "AWSLambdaBasicExecutionRole"
_TWICE = "AWSLambdaVPCAccessExecutionRole, which CDK attaches too, allows the same"


def known(removal: Removal) -> str:
    """Give why the absence of a permission is not noticed here, "" where it must be."""
    if removal.what == _PULLS and removal.stack.endswith("-Compute"):  # there it is nodes that pull
        return ""
    if removal.what == _LOGS and "Kubectl" in removal.resource:
        return _TWICE
    if "waiterstatemachine" in removal.resource:
        return _MACHINE
    return _ON_TIMEOUT if "frameworkonTimeout" in removal.resource else NOT_ENFORCED.get(removal.what, "")
