"""What a rehearsal cannot notice, with who uses it on AWS."""

from rehearsal.privilege.removal import Removal

NOT_ENFORCED = {
    "logs:CreateLogStream": "Lambda writes a function's log; the emulator writes its own",
    "logs:PutLogEvents": "as above",
    "AWSLambdaBasicExecutionRole": "as above, for functions that CDK makes",
    "AWSLambdaVPCAccessExecutionRole": "Lambda makes a function's interfaces in a VPC; the emulator places none there",
    "AmazonEC2ContainerRegistryReadOnly": "images are pulled with it; no image is pulled here",
    "AmazonElasticContainerRegistryPublicReadOnly": "as above",
    "AmazonEKSClusterPolicy": "EKS makes load balancers and the control plane's interfaces with it; neither is here",
    "AmazonEKSWorkerNodePolicy": "kubelet joins the cluster; nodes are kwok's here",
    "list events": "asked only where a node gets no trunk; tests/cluster/test_trunk_nodes.py cannot do without it",
    "AmazonEKS_CNI_Policy": "aws-node makes network interfaces; no aws-node runs here",
}
_ON_TIMEOUT = "CDK's provider framework needs it only when the time of a resource is over"


def known(removal: Removal) -> str:
    """Give why the absence of a permission is not noticed here, "" where it must be."""
    return _ON_TIMEOUT if "frameworkonTimeout" in removal.resource else NOT_ENFORCED.get(removal.what, "")
