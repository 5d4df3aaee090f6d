"""Rules about versions: what a setting needs, and what AWS still supports on the day the tables were made."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from review.data import table
from review.rules.at import At
from review.rules.rule import rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from settings import Settings

CNI = "pod_networking.vpc_cni.version"
_KUBE_PROXY = "cluster.kube_proxy_version"
_NOTICE = dt.timedelta(days=60)
_SKEW = 3


def number(version: str) -> tuple[int, ...]:
    """Return `v1.23.1-eksbuild.1` or `1.35` as numbers that can be compared; the build does not count."""
    return tuple(int(part) for part in version.removeprefix("v").split("-")[0].split("."))


def _kubernetes(settings: Settings) -> str:
    return f"{'cluster' if settings.cluster else 'existing_cluster'}.kubernetes_version"


@rule(
    "vpc-cni-knows-the-variables",
    "error",
    must="be as new as the variables that are set",
    why="an older aws-node ignores a variable without a word: standard mode would silently be strict",
    source="aws/amazon-vpc-cni-k8s, README.md, CNI Configuration Variables",
    fix="take a newer version of the add-on",
    paths=(CNI, "pod_networking.env"),
)
def vpc_cni_knows_the_variables(settings: Settings) -> Iterator[At]:
    """Find variables that came after the add-on's version."""
    version, since = settings.pod_networking.vpc_cni.version, table("cni_variables")["since"]
    for variables in settings.pod_networking.variables().values():
        for name in variables:
            if since.get(name) and number(version) < number(since[name]):
                yield At(CNI, f"{version}, and {name} came with v{since[name]}")


@rule(
    "vpc-cni-is-recommended",
    "warning",
    must="be at least the oldest version that is recommended for the cluster",
    why="older ones are not tested with this Kubernetes version",
    source="aws/amazon-vpc-cni-k8s, README.md, Recommended Version",
    fix="take the add-on's default version for the cluster, or a newer one",
    paths=(CNI,),
)
def vpc_cni_is_recommended(settings: Settings) -> Iterator[At]:
    """Find a CNI older than the table's last row."""
    version, oldest = (
        settings.pod_networking.vpc_cni.version,
        table("kubernetes_versions")["oldest recommended VPC CNI"],
    )
    if number(version) < number(oldest["version"]):
        yield At(CNI, f"{version}; v{oldest['version']} or later is recommended")


@rule(
    "kubernetes-version-has-a-kubectl",
    "error",
    must="be a version that podnet brings a kubectl for",
    why="manifests are applied by a kubectl of the cluster's own minor version, or of the one before or after it",
    source="kubernetes.io/releases/version-skew-policy",
    fix="take one of these versions",
    paths=("cluster.kubernetes_version", "existing_cluster.kubernetes_version"),
)
def kubernetes_version_has_a_kubectl(settings: Settings) -> Iterator[At]:
    """Find versions that stacks have no layer for."""
    version, known = settings.any_cluster.kubernetes_version, table("kubernetes_versions")["kubectl"]
    if version not in known:
        yield At(_kubernetes(settings), version, f"take {', '.join(known)}", final=True)


@rule(
    "kubernetes-version-is-supported",
    "warning",
    must="have 60 days or more of standard support left on the day of the version table",
    why="after standard support a cluster costs more, and after extended support EKS upgrades it by itself",
    source="EKS user guide, Understand the Kubernetes version lifecycle on EKS",
    fix="plan the upgrade to a newer minor version",
    paths=("cluster.kubernetes_version", "existing_cluster.kubernetes_version"),
)
def kubernetes_version_is_supported(settings: Settings) -> Iterator[At]:
    """Find versions near or past their end, by the table's own date: no clock decides what a synthesis says."""
    version, known = settings.any_cluster.kubernetes_version, table("kubernetes_versions")
    ends = known["support ends"].get(version)
    today = dt.date.fromisoformat(known["as of"])
    if ends and dt.date.fromisoformat(ends["standard"]) - today < _NOTICE:
        got = f"{version}: standard support ends {ends['standard']}, extended {ends['extended']} (table of {today})"
        yield At(_kubernetes(settings), got)


@rule(
    "kube-proxy-follows-kubernetes",
    "error",
    must="be of the cluster's minor version, or up to three older",
    why="kube-proxy must not be newer than the API server",
    source="kubernetes.io/releases/version-skew-policy",
    fix="take the kube-proxy of the cluster's minor version",
    paths=(_KUBE_PROXY, "cluster.kubernetes_version"),
)
def kube_proxy_follows_kubernetes(settings: Settings) -> Iterator[At]:
    """Find a kube-proxy that the version skew policy does not allow."""
    if settings.cluster:
        proxy, cluster = number(settings.cluster.kube_proxy_version), number(settings.cluster.kubernetes_version)
        if proxy[0] != cluster[0] or not 0 <= cluster[1] - proxy[1] <= _SKEW:
            yield At(_KUBE_PROXY, f"{settings.cluster.kube_proxy_version} for {settings.cluster.kubernetes_version}")


@rule(
    "node-groups-follow-kubernetes",
    "error",
    must="be the cluster's minor version, or up to three older",
    why="EKS updates no node group beyond its control plane, and a kubelet is at most three versions behind",
    source="EKS user guide, Update a managed node group for your cluster; kubernetes.io/releases/version-skew-policy",
    fix="deploy cluster.kubernetes_version first; then raise the node group's",
    paths=("node_groups[].kubernetes_version", "cluster.kubernetes_version"),
)
def node_groups_follow_kubernetes(settings: Settings) -> Iterator[At]:
    """Find node groups whose version the cluster's does not allow."""
    cluster = settings.any_cluster.kubernetes_version
    for index, group in enumerate(settings.node_groups):
        own = group.kubernetes_version
        if own and not 0 <= number(cluster)[1] - number(own)[1] <= _SKEW:
            yield At(f"node_groups[{index}].kubernetes_version", f"{own} for {cluster}")


RULES = (
    vpc_cni_knows_the_variables,
    vpc_cni_is_recommended,
    kubernetes_version_has_a_kubectl,
    kubernetes_version_is_supported,
    kube_proxy_follows_kubernetes,
    node_groups_follow_kubernetes,
)
