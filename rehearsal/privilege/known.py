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
    "AmazonEKS_CNI_Policy": "aws-node makes network interfaces; no aws-node runs here",
}


def known(removal: Removal) -> str:
    """Give why the absence of a permission is not noticed here, "" where it must be."""
    return NOT_ENFORCED.get(removal.what, "")
