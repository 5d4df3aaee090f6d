"""Rules about what stands between the nodes and the internet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from review.flows import flows_of
from review.rules.at import At
from review.rules.rule import rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from settings import Settings

_BEHIND_NAT = "existing_network.behind_nat"


@rule(
    "nodes-stand-behind-nat",
    "error",
    must="be true where external_snat is true or enforcing_mode is strict",
    why="pods then leave with their own addresses, which nobody translates in a public subnet: they lose the internet",
    source="EKS user guide, Assign security groups to individual Pods; aws/amazon-vpc-cni-k8s#390",
    fix="move the nodes to subnets with a NAT gateway, or set external_snat: false and exclude the peers' ranges; or "
    "acknowledge it where nothing is to reach the internet",
    paths=(_BEHIND_NAT, "pod_networking.external_snat"),
)
def nodes_stand_behind_nat(settings: Settings) -> Iterator[At]:
    """Find pods that would lose the internet."""
    internet = ("sgp-to-internet", "plain-to-internet")
    if any(flow.id in internet and not flow.arrives for flow in flows_of(settings)):
        yield At(_BEHIND_NAT, "false")


@rule(
    "nat-is-told-of",
    "warning",
    must="be given where pods leave with their own addresses",
    why="the flows to the internet hang on the default routes of the nodes' subnets, which are not in the file",
    source="EKS user guide, Assign security groups to individual Pods",
    fix="look at the route tables of all subnets with nodes, and write true or false",
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
        yield At(_BEHIND_NAT, "nothing" if there.behind_nat is None else "false")


RULES = (nodes_stand_behind_nat, nat_is_told_of, kubectl_reaches_eks)
