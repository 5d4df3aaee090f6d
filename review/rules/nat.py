"""Rules about what stands between the nodes and the internet."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from review.flows import conditions_of, predict
from review.needs import unmet
from review.rules.at import At
from review.rules.rule import rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from settings import Settings

_ECR = re.compile(r"\d{12}\.dkr[.-]ecr(?:-fips)?\.([a-z0-9-]+)\.")
_BEHIND_NAT = "existing_network.behind_nat"
_INTERNET = ("sgp-to-internet", "plain-to-internet")
_MOVE = "move the nodes to subnets with a NAT gateway"
_OR = "or write isolated where nothing is to reach the internet"


@rule(
    "nodes-stand-behind-nat",
    "error",
    must="be true where external_snat is true or enforcing_mode is strict",
    why="pods then leave with their own addresses, which nobody translates in a public subnet: they lose the internet",
    source="EKS user guide, Assign security groups to individual Pods; aws/amazon-vpc-cni-k8s#390",
    fix=f"{_MOVE}, or set external_snat: false and exclude the peers' ranges; {_OR}",
    paths=(_BEHIND_NAT, "pod_networking.external_snat"),
)
def nodes_stand_behind_nat(settings: Settings) -> Iterator[At]:
    """Find pods that would lose the internet."""
    pods = settings.pod_networking
    cure = "" if pods.external_snat else "take the internet out of exclude_snat_cidrs"
    if pods.enforcing_mode == "strict":
        cure = "set enforcing_mode: standard and external_snat: false, and exclude the peers' ranges"
    if any(flow.id in _INTERNET for flow in unmet(settings)):
        yield At(_BEHIND_NAT, "false", f"{_MOVE}, or {cure}; {_OR}" if cure else "")


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
    there, flows = settings.existing_network, predict(conditions_of(settings))
    if there and there.behind_nat is None and any(one.id in _INTERNET and one.source == "pod" for one in flows):
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
    must="lie in ECR of this region where no subnet has a way to the internet, and not at registry.k8s.io in China",
    why="the nodes pull the cache's image, and no endpoint leads to another registry, nor a way out of China to this "
    "one: its pods end in ErrImagePull on the first node, and the deploy fails at the rollout's limit",
    source="EKS user guide, Deploy private clusters with limited internet access; kubernetes/registry.k8s.io#137",
    fix="copy the image to a repository in ECR of this region, or acknowledge it where the registry can be reached",
    paths=("pod_networking.dns_cache.image", _BEHIND_NAT, "region"),
)
def nodes_reach_the_image(settings: Settings) -> Iterator[At]:
    """Find an image of the cache that nodes without a way out cannot pull."""
    cache = settings.pod_networking.dns_cache
    found = _ECR.match(cache.image)
    near = found is not None and found[1] == settings.region
    blocked = settings.region.startswith("cn-") and cache.image.startswith("registry.k8s.io/")
    if cache.enabled and (blocked or (conditions_of(settings).nodes == "isolated" and not near)):
        yield At("pod_networking.dns_cache.image", cache.image)


RULES = (nodes_stand_behind_nat, nat_is_told_of, kubectl_reaches_eks, nodes_reach_the_image)
