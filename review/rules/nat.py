"""Rules about what stands between the nodes and the internet."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from review.flows import conditions_of
from review.needs import unmet
from review.rules.at import At
from review.rules.rule import rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from settings import Settings

_ECR = re.compile(r"\d{12}\.dkr[.-]ecr\.")
_BEHIND_NAT = "existing_network.behind_nat"


@rule(
    "nodes-stand-behind-nat",
    "error",
    must="be true where external_snat is true or enforcing_mode is strict",
    why="pods then leave with their own addresses, which nobody translates in a public subnet: they lose the internet",
    source="EKS user guide, Assign security groups to individual Pods; aws/amazon-vpc-cni-k8s#390",
    fix="move the nodes to subnets with a NAT gateway, or set external_snat: false and exclude the peers' ranges; or "
    "write isolated where nothing is to reach the internet",
    paths=(_BEHIND_NAT, "pod_networking.external_snat"),
)
def nodes_stand_behind_nat(settings: Settings) -> Iterator[At]:
    """Find pods that would lose the internet."""
    internet = ("sgp-to-internet", "plain-to-internet")
    if any(flow.id in internet for flow in unmet(settings)):
        yield At(_BEHIND_NAT, "false")


@rule(
    "nat-is-told-of",
    "warning",
    must="be given where pods leave with their own addresses",
    why="the flows to the internet hang on the default routes of the nodes' subnets, which are not in the file",
    source="EKS user guide, Assign security groups to individual Pods",
    fix="look at the route tables of all subnets with nodes, and write true, false or isolated",
    paths=(_BEHIND_NAT,),
)
def nat_is_told_of(settings: Settings) -> Iterator[At]:
    """Find existing networks of which nobody has looked."""
    there, pods = settings.existing_network, settings.pod_networking
    if there and there.behind_nat is None and (pods.external_snat or pods.enforcing_mode == "strict"):
        yield At(_BEHIND_NAT, "nothing")


@rule(
    "kubectl-reaches-eks",
    "warning",
    must="be true where the cluster is new or its endpoint private, or the subnets must have endpoints for EKS, Lambda "
    "and S3",
    why="CDK's kubectl functions then run in the private subnets: one asks EKS for the cluster before it applies a "
    "manifest, the other calls it through Lambda's API and answers CloudFormation through S3; without a way each "
    "manifest hangs for an hour. The handler of the variables asks nobody but the API server",
    source="aws-cdk-lib, aws-eks-v2, kubectl-provider, and custom-resources, provider-framework; EKS user guide, "
    "Private clusters",
    fix="look for a NAT gateway, or for the interface endpoints com.amazonaws.<region>.eks and .lambda and a gateway "
    "endpoint for S3, and write true or acknowledge it",
    paths=(_BEHIND_NAT, "existing_cluster.endpoint", "cluster"),
)
def kubectl_reaches_eks(settings: Settings) -> Iterator[At]:
    """Find functions in subnets of which nobody said that they lead out; podnet's own VPCs have NAT gateways."""
    cluster, there = settings.existing_cluster, settings.existing_network
    if (not cluster or cluster.handler_in_vpc) and there and there.behind_nat is not True:
        yield At(_BEHIND_NAT, "nothing" if there.behind_nat is None else str(there.behind_nat).lower())


@rule(
    "nodes-reach-the-image",
    "warning",
    must="lie in ECR where no subnet has a way to the internet",
    why="the nodes pull the cache's image, and no endpoint leads to another registry: its pods end in ErrImagePull on "
    "the first node, and the deploy fails when the limit of the rollout has passed",
    source="EKS user guide, Deploy private clusters with limited internet access",
    fix="copy the image to a repository in ECR of this region, or acknowledge it where the registry can be reached",
    paths=("pod_networking.dns_cache.image", _BEHIND_NAT),
)
def nodes_reach_the_image(settings: Settings) -> Iterator[At]:
    """Find an image of the cache that nodes without a way out cannot pull."""
    cache = settings.pod_networking.dns_cache
    if conditions_of(settings).nodes == "isolated" and cache.enabled and not _ECR.match(cache.image):
        yield At("pod_networking.dns_cache.image", cache.image)


RULES = (nodes_stand_behind_nat, nat_is_told_of, kubectl_reaches_eks, nodes_reach_the_image)
