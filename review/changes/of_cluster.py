"""What changes of the cluster do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from review.changes.effect import Effect, Table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from review.changes.difference import Difference

_CFN = "CloudFormation user guide"
_GUIDE = "EKS user guide, Update existing cluster to new Kubernetes version"
_NEW = Effect(
    "refused",
    "a cluster cannot be replaced while other stacks use what its stack exports: the deploy fails and is rolled back. "
    "Make another environment instead",
    f"{_CFN}, Get exported outputs from a deployed CloudFormation stack",
)
ANOTHER = Effect(
    "refused",
    "manifests would be applied by another function, which CloudFormation gives no custom resource: the deploy fails, "
    "and stacks that it made before, or that left the file, stay until they are deleted by hand. Make another "
    "environment instead",
    "aws-cloudformation/cloudformation-coverage-roadmap#802: Modifying service token is not allowed",
)
_API = Effect("nothing", "who may talk to the API server changes, not what runs", "EKS user guide, Cluster API server")
LEAVE_VPC = Effect(
    "nothing",
    "podnet's functions leave the VPC: their interfaces go half an hour later or not at all, the stack waits for them, "
    "and may leave the functions' group behind (docs/operations.md)",
    "aws/aws-cdk#12827, aws/aws-sam-cli#5084",
)
_ALONE = Effect(
    "nothing",
    "where something else of this deploy fails in the cluster's stack, CloudFormation asks for the old version again, "
    "which EKS may refuse: the stack is stuck then. Deploy the version alone",
    "aws/containers-roadmap#497; EKS user guide, Roll back a cluster to the previous Kubernetes version",
)
_SEVERAL = Effect(
    "nothing",
    "EKS takes one kind of change of a cluster at a time, of its logs, its endpoint or its subnets, and here are "
    "several: the deploy may fail and be rolled back. Deploy them one after the other",
    "boto/boto3#2592; aws/aws-cdk#33063: Only one type of update can be allowed",
)
_IN_OTHERS = {  # stacks: settings that change nothing in the cluster's own
    "kubernetes_version",
    "coredns_version",
    "coredns_configuration",
    "dns_cache",
    "drift",
    "dead_nodes",
    "rollout_limit_minutes",
    "run_again",
    "kube_proxy_mode",
}


def _version(found: Difference) -> Iterator[Effect]:
    old, new = (int(value.split(".")[1]) for value in (found.before, found.after))
    if new == old - 1:
        yield Effect(
            "refused",
            "EKS goes back one minor version within seven days of an upgrade, after nodes, kube-proxy and CoreDNS, by "
            "a request of its own: the deploy fails",
            "EKS user guide, Roll back a cluster to the previous Kubernetes version",
        )
        return
    if new != old + 1:
        yield Effect("refused", "EKS upgrades one minor version at a time: the deploy fails", _GUIDE)
        return
    yield Effect("nothing", "the API server is replaced behind its address; running pods go on", _GUIDE)
    yield Effect(
        "nodes",
        "nodes stay on the old version until node_groups[].kubernetes_version is raised in a later deploy, which "
        "replaces each node and restarts its pods; EKS may refuse the next upgrade before that",
        "EKS user guide, Update a managed node group; EKS API reference, UpdateClusterVersion",
    )
    if _of_stack(found.whole[0]) != _of_stack(found.whole[1]):
        yield _ALONE


def _of_stack(whole: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return what else changes something in the stack of the cluster, or may."""
    parts = (whole["cluster"], whole["pod_networking"], {"subnets": subnets(whole)})
    return [{key: value for key, value in part.items() if key not in _IN_OTHERS} for part in parts]


def _endpoint(found: Difference) -> Iterator[Effect]:
    """Tell of another way to the API server, which podnet's functions may take too."""
    yield _API
    inside = [cluster["endpoint"] == "private" or bool(cluster["endpoint_cidrs"]) for cluster in found.around]
    if inside == [True, False]:
        yield LEAVE_VPC
    yield from several(found)


def _logs(found: Difference) -> Iterator[Effect]:
    yield Effect("nothing", "the control plane logs more or less", "EKS user guide, Control plane logs")
    yield from several(found)


def several(found: Difference) -> Iterator[Effect]:
    """Tell that more than one kind of change is asked of the cluster, where it is podnet's."""
    if all(whole["cluster"] for whole in found.whole):
        kinds = zip(*map(_kinds, found.whole), strict=True)
        if sum(before != after for before, after in kinds) > 1:
            yield _SEVERAL


def _kinds(whole: Mapping[str, Any]) -> list[set[str]]:
    """Return what each kind of change is about: logs, endpoint, subnets; EKS knows no order."""
    cluster = whole["cluster"]
    return [{*cluster["log_types"]}, {cluster["endpoint"], *cluster["endpoint_cidrs"]}, {*subnets(whole)}]


def subnets(whole: Mapping[str, Any]) -> list[str]:
    """Return the subnets that the file gives the cluster; those of a VPC of podnet's stay."""
    return [*(whole["existing_network"] or {}).get("private_subnet_ids", ())]


TABLE: Table = {
    "cluster": ANOTHER,
    "cluster.kubernetes_version": _version,
    "cluster.service_cidr": _NEW,
    "cluster.endpoint": _endpoint,
    "cluster.endpoint_cidrs": _endpoint,
    "cluster.admin_role_arns": _API,
    "cluster.log_types": _logs,
    "cluster.kube_proxy_version": Effect(
        "rollout",
        "kube-proxy is replaced node by node; its rules stay in the kernel meanwhile",
        "EKS user guide, Update the kube-proxy add-on",
    ),
}
