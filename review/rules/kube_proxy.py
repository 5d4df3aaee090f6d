"""Rules about kube-proxy's mode."""

from __future__ import annotations

from typing import TYPE_CHECKING

from review.rules.at import At
from review.rules.rule import rule
from review.rules.versions import CNI, number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from settings import Settings

_MODE = "pod_networking.kube_proxy_mode"
_NFTABLES_SINCE = (1, 23, 0)


@rule(
    "kube-proxy-leads-around-the-cache",
    "error",
    must="be iptables where the node cache is enabled",
    why="in ipvs mode kube-proxy holds the ClusterIP, so a stopped cache has no way around it; nftables is not proven",
    source="kubernetes.io, Using NodeLocal DNSCache; kubernetes/dns#682",
    fix="run kube-proxy in iptables mode, or set dns_cache.enabled: false",
    paths=(_MODE, "pod_networking.dns_cache.enabled"),
)
def kube_proxy_leads_around_the_cache(settings: Settings) -> Iterator[At]:
    """Find a cluster whose kube-proxy runs in another mode."""
    pods = settings.pod_networking
    if pods.dns_cache.enabled and pods.kube_proxy_mode != "iptables":
        yield At(_MODE, pods.kube_proxy_mode, final=True)


@rule(
    "strict-mode-needs-no-ipvs",
    "error",
    must="not be ipvs where enforcing_mode is strict",
    why="pods with groups of their own reach no Service: their packets leave the node before ipvs translates them",
    source="aws/amazon-vpc-cni-k8s, README.md, POD_SECURITY_GROUP_ENFORCING_MODE; aws/amazon-vpc-cni-k8s#2982",
    fix="set enforcing_mode: standard, or run kube-proxy in iptables mode",
    paths=(_MODE, "pod_networking.enforcing_mode"),
)
def strict_mode_needs_no_ipvs(settings: Settings) -> Iterator[At]:
    """Find the pair that AWS warns of."""
    pods = settings.pod_networking
    if pods.enforcing_mode == "strict" and pods.kube_proxy_mode == "ipvs":
        yield At(_MODE, "ipvs")


@rule(
    "nftables-needs-a-newer-cni",
    "error",
    must="be v1.23.0 or later where kube-proxy is in nftables mode",
    why="before, the CNI marked packets ahead of kube-proxy's translation, and led Services of pods on secondary "
    "interfaces out by the primary one",
    source="aws/amazon-vpc-cni-k8s#3563, mended by #3588",
    fix="take a newer version of the add-on, or run kube-proxy in iptables mode",
    paths=(CNI, _MODE),
)
def nftables_needs_a_newer_cni(settings: Settings) -> Iterator[At]:
    """Find an older CNI beside it."""
    version = settings.pod_networking.vpc_cni.version
    if settings.pod_networking.kube_proxy_mode == "nftables" and number(version) < _NFTABLES_SINCE:
        yield At(CNI, version)


RULES = (kube_proxy_leads_around_the_cache, strict_mode_needs_no_ipvs, nftables_needs_a_newer_cni)
