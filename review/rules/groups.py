"""Rules about security groups: how many a pod can carry, and how many rules a group."""

from __future__ import annotations

import collections
from typing import TYPE_CHECKING

from review.rules.at import At
from review.rules.rule import rule
from review.uses import groups_at_peers
from settings.alike import some

if TYPE_CHECKING:
    from collections.abc import Iterator

    from settings import Settings
    from settings.workloads import Workload

QUOTA, LIMIT, RULES_PER_GROUP = 5, 16, 60
_IDS = "workloads[].security_group_ids"
_RULES = ("workloads[].ingress", "workloads[].egress", "workloads[].reaches")
_QUOTAS, _CLUSTERS = "VPC user guide, Amazon VPC quotas", "the cluster's own group"


def groups_of(workload: Workload) -> set[str]:
    """Return the groups of its policy by name: the shared one, its own, and those named by id."""
    own = {f"own group of {workload.namespace}/{workload.name}"} if workload.has_own_group else set()
    return {"the shared group", *own, *workload.security_group_ids}


@rule(
    "groups-fit-the-quota",
    "error",
    must="make at most 5 groups with the shared one and the workload's own",
    why="an interface carries 5 security groups unless the account's quota was raised: the pod gets no interface",
    source=f"aws/amazon-vpc-resource-controller-k8s, README.md; {_QUOTAS}",
    fix="merge groups; where the quota was raised (16 at most), acknowledge it",
    paths=(_IDS,),
)
def groups_fit_the_quota(settings: Settings) -> Iterator[At]:
    """Find policies with more groups than the default quota."""
    for i, workload in enumerate(settings.workloads):
        if QUOTA < (count := len(groups_of(workload))) <= LIMIT:
            yield At(f"workloads[{i}].security_group_ids", f"{count}")


@rule(
    "groups-fit-an-interface",
    "error",
    must="make at most 16 groups with the shared one and the workload's own",
    why="no quota lets an interface carry more",
    source="aws/amazon-vpc-resource-controller-k8s, README.md",
    fix="merge groups",
    paths=(_IDS,),
)
def groups_fit_an_interface(settings: Settings) -> Iterator[At]:
    """Find policies that no account can have."""
    for i, workload in enumerate(settings.workloads):
        if len(groups_of(workload)) > LIMIT:
            yield At(f"workloads[{i}].security_group_ids", f"{len(groups_of(workload))}", final=True)


@rule(
    "groups-are-named-once",
    "error",
    must="name each group once",
    why="a second time adds nothing: one of the two was probably meant to be another",
    source="aws/amazon-vpc-resource-controller-k8s, pkg/utils, RemoveDuplicatedSg",
    fix="remove the repeated id",
    paths=(_IDS,),
)
def groups_are_named_once(settings: Settings) -> Iterator[At]:
    """Find repeated ids."""
    for i, workload in enumerate(settings.workloads):
        for group, times in collections.Counter(workload.security_group_ids).items():
            if times > 1:
                yield At(f"workloads[{i}].security_group_ids", f"{group} {times} times", final=True)


@rule(
    "rules-fit-a-group",
    "warning",
    must="make at most 60 rules in one direction of a security group",
    why="60 is the default quota for a group's inbound rules and for its outbound ones: the stack fails beyond",
    source=_QUOTAS,
    fix="name ranges or groups that cover several; where the quota was raised, acknowledge it",
    paths=(*_RULES, "peers[].further_cidrs", "peers[].peer_side.security_group_id"),
)
def rules_fit_a_group(settings: Settings) -> Iterator[At]:
    """Find groups of workloads, of peers and of the cluster with too many rules."""
    at_peers, there = groups_at_peers(settings), settings.existing_cluster
    nodes = (there and (there.node_security_group_id or there.security_group_id)) or _CLUSTERS
    rules: dict[str | None, set[object]] = collections.defaultdict(set)  # peers may share a group, and rules in it
    rules[nodes] |= {"DNS by TCP from the shared group", "the same by UDP", "the rule that EKS makes"}
    for i, workload in enumerate(settings.workloads):
        counts = _counts(settings, workload).items()
        yield from (At(f"workloads[{i}].{way}", f"{count}") for way, count in counts if count > RULES_PER_GROUP)
        for reach in workload.reaches:
            rules[reach.security_group_id or at_peers.get(reach.peer)].add((i, reach.protocol, reach.port))
        rules[nodes] |= {(i, j) for j, sent in enumerate(workload.egress or ()) if sent.destination.cluster}
    for i, peer in enumerate(settings.peers):
        if (group := at_peers.get(peer.name)) and (count := len(rules.pop(group, ()))) > RULES_PER_GROUP:
            yield At(f"peers[{i}].peer_side.security_group_id", f"{count}")
    for given, found in rules.items():  # of this VPC
        if given and len(found) > RULES_PER_GROUP:
            yield At("workloads", f"{len(found)} in {given}")


def _counts(settings: Settings, workload: Workload) -> dict[str, int]:
    """Return {direction: rules in the workload's own group}; a peer's name makes one for each of its ranges."""
    ranges = collections.Counter({peer.name: len(peer.cidrs) for peer in settings.peers})
    let_in = [rule.source.peer for rule in workload.ingress]
    let_out = [rule.destination.peer for rule in workload.egress or ()]
    let_out += [] if workload.sends_everything else [reach.peer for reach in workload.reaches]
    ends = {"ingress": let_in, "egress": let_out}
    return {name: sum(ranges[peer] if peer else 1 for peer in those) for name, those in ends.items()}


@rule(
    "given-groups-lie-in-this-vpc",
    "warning",
    must="name groups that lie in the VPC, which this file makes",
    why="interfaces have groups of their VPC, or associated with it, rules a near peer's too: at first there is no VPC",
    source="VPC user guide, Security groups; EC2 API reference, CreateNetworkInterface, AssociateSecurityGroupVpc",
    fix="deploy the Network stack, have the groups made in its VPC and acknowledge it; or give rules instead of ids",
    paths=(_IDS, "network", *_RULES, "peers"),
)
def given_groups_lie_in_this_vpc(settings: Settings) -> Iterator[At]:
    """Find groups that cannot be there yet; one in a rule may be a peer's of the same account and region."""
    near = any({peer.account, peer.region} <= {None, settings.account, settings.region} for peer in settings.peers)
    for i, workload in enumerate(settings.workloads if settings.network else ()):
        if workload.security_group_ids:
            yield At(f"workloads[{i}].security_group_ids", some(workload.security_group_ids))
        ends = [(f"ingress[{j}].from", one.source.security_group_id) for j, one in enumerate(workload.ingress)]
        ends += [(f"egress[{j}].to", one.destination.security_group_id) for j, one in enumerate(workload.egress or ())]
        ends += [(f"reaches[{j}]", one.security_group_id) for j, one in enumerate(workload.reaches)]
        for path, group in ends:
            if group and not near:
                yield At(f"workloads[{i}].{path}", group)


RULES = (
    groups_fit_the_quota,
    groups_fit_an_interface,
    groups_are_named_once,
    rules_fit_a_group,
    given_groups_lie_in_this_vpc,
)
