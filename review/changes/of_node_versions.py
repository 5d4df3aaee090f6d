"""What changes of node groups' Kubernetes versions do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from review.changes.effect import Effect, Table
from review.changes.of_cluster import subnets

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from review.changes.difference import Difference

_ANEW = {"instance_types", "architecture", "capacity"}  # beside subnets: another group, with its disk and version
_API = "EKS API reference, UpdateNodegroupVersion"
_PHASES = "EKS user guide, Understand each phase of node updates"
_WAY_BACK = "EKS user guide, Roll back a cluster to a previous Kubernetes version"
_CREATED = "EKS API reference, CreateNodegroup"
_TOGETHER = "aws/containers-roadmap#1258: Version and ReleaseVersion updates cannot be combined with other updates"
WITH_IT = Effect(
    "nothing",
    "the group that is made in this one's place has it from its first node on",
    "CloudFormation user guide, AWS::EKS::Nodegroup",
)
_IN_TURN = Effect(
    "nodes",
    "new nodes come, up to two in a zone before the first one goes; the others are drained in turn, as disruption "
    "budgets allow, and end. Their pods start elsewhere: those with groups of their own with another branch ENI and "
    "address, as soon as a new node has its trunk ENI. A pod that does not leave within 15 minutes fails the deploy",
    _PHASES,
)
_SOON = Effect(
    "nothing",
    "the control plane is upgraded in the same deploy: EKS takes it back for seven days, but not while a node is "
    "newer. Deploy the version of the cluster alone, and this some days later",
    _WAY_BACK,
)
_SEVERAL = Effect(
    "nothing",
    "several groups get another version: where one of them fails, CloudFormation asks the others for the old one "
    "again, which EKS may refuse (UPDATE_ROLLBACK_FAILED). One group to a deploy is safer",
    _API,
)
_OPEN = Effect(
    "nodes",
    "EKS chooses: each node is replaced in turn where the cluster has another version, or a newer image",
    f"{_API}, version",
)
_BACK = Effect(
    "nodes",
    "nodes of the version before take the place of each node in turn. EKS's guide asks for it before a cluster goes "
    "back, its API reference says that no node group can: the deploy may fail",
    f"{_WAY_BACK}; {_API}",
)
_TOO_FAR = Effect("refused", "EKS takes nodes back by one minor version at most: the deploy fails", _WAY_BACK)


def _version(found: Difference) -> Iterator[Effect]:
    if made_anew(found):
        yield from new_group(found.around[1], found.whole[1]) or (WITH_IT,)
        return
    yield from beside_others(found, "another version")
    before, after = (_minor(value) for value in (found.before, found.after))
    if after is None:
        yield _OPEN
    elif before is not None and after < before:
        yield _BACK if after == before - 1 else _TOO_FAR
    else:
        yield _IN_TURN
        one, other = (_of_cluster(whole) for whole in found.whole)
        if one != other:
            yield _SOON
        if len(_changed(found.whole)) > 1:
            yield _SEVERAL


def beside_others(found: Difference, what: str) -> Iterator[Effect]:
    """Tell that EKS does not take what the setting leads to beside other changes of the group that there is."""
    if _others(found):
        told = f"EKS takes {what} and other changes of a group one after the other: the deploy fails"
        yield Effect("refused", f"{told}. Change {found.path[-1]} in a deploy of its own", _TOGETHER)


def made_anew(found: Difference) -> bool:
    """Say whether another group is made in the place of this one, with all that the file says of it."""
    one, other = map(subnets, found.whole)
    return one != other or bool(_others(found) & _ANEW)


def _others(found: Difference) -> set[str]:
    """Return what else of the group changes, beside the two that EKS takes in one request."""
    changed = {key for key in found.around[1] if found.around[0][key] != found.around[1][key]}
    return changed - {"disk_gib", "kubernetes_version"}


def new_group(group: Mapping[str, Any], whole: Mapping[str, Any]) -> tuple[Effect, ...]:
    """Tell of a group that is made with another version than the cluster's; nothing where it has the same."""
    own, cluster = group["kubernetes_version"], _of_cluster(whole)
    if own in (None, cluster):
        return ()
    told = f"EKS makes a node group in the version of its cluster, {cluster}, and in no other: the deploy fails"
    return (Effect("refused", f"{told}. Leave kubernetes_version out of it", _CREATED),)


def _minor(version: str | None) -> int | None:
    return int(version.split(".")[1]) if version else None


def _of_cluster(whole: Mapping[str, Any]) -> str:
    """Return the version of podnet's cluster; node groups stand beside no other."""
    version: str = whole["cluster"]["kubernetes_version"]
    return version


def _changed(whole: tuple[Mapping[str, Any], Mapping[str, Any]]) -> list[str]:
    """Return the groups of both environments that have another version in the second one."""
    one, other = ({g["name"]: g["kubernetes_version"] for g in some["node_groups"]} for some in whole)
    return [name for name in one.keys() & other.keys() if one[name] != other[name]]


TABLE: Table = {"node_groups.*.kubernetes_version": _version}
