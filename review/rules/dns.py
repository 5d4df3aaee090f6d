"""Rules about the node cache: its addresses, zones and ports."""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING

from review.rules.at import At
from review.rules.rule import rule
from review.rules.versions import CNI, number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from settings import Settings

_CACHE = "pod_networking.dns_cache"
_ZONES = f"{_CACHE}.stub_domains"
_PORTS = tuple(f"{_CACHE}.{name}" for name in ("health_port", "metrics_port", "setup_metrics_port"))
# of kubelet, kube-proxy, aws-node and its network policy agent; also those of the loopback address alone, since metrics
# are served on every address
_NODES_OWN = (10_248, 10_249, 10_250, 10_256, 61_678, 61_679, 8162, 8163)
_UNTIL_SOCKETS, _SOCKETS_SINCE = (50_051, 50_052), (1, 23, 0)
_LONGEST_ZONE, _LAST_PORT = 253, 65_535
_VERSION = re.compile(r"dns-node-cache:v?([0-9]+)\.([0-9]+)\.([0-9]+)(?![0-9])")
_KNOWS_THE_FLAGS = (1, 26, 5)
_REVERSE = ("in-addr.arpa", "ip6.arpa")
_LINK_LOCAL = ipaddress.IPv4Network("169.254.0.0/16")
_TAKEN = tuple(ipaddress.IPv4Network(text) for text in ("169.254.169.0/24", "169.254.170.0/23"))


@rule(
    "local-address-is-free",
    "error",
    must="be a link-local address that AWS does not use",
    why="another address can be somebody's: 169.254.169.x are metadata, resolver and time, 169.254.170.x credentials",
    source="kubernetes.io, Using NodeLocal DNSCache; EC2 user guide, link-local addresses",
    fix="take 169.254.20.10",
    paths=(f"{_CACHE}.local_ip",),
)
def local_address_is_free(settings: Settings) -> Iterator[At]:
    """Find addresses that would shadow a service of AWS or a host."""
    cache = settings.pod_networking.dns_cache
    address = ipaddress.IPv4Address(cache.local_ip)
    if address not in _LINK_LOCAL or any(address in network for network in _TAKEN):
        yield At(f"{_CACHE}.local_ip", str(address), final=cache.enabled)


@rule(
    "image-is-pinned",
    "error",
    must="have a tag that does not move",
    why="latest changes under a running cluster, node by node",
    source="kubernetes.io, Images, Image pull policy",
    fix="take a version such as registry.k8s.io/dns/k8s-dns-node-cache:1.26.8, with its digest",
    paths=(f"{_CACHE}.image",),
)
def image_is_pinned(settings: Settings) -> Iterator[At]:
    """Find the tag `latest`, and those that begin with it, such as latest-arm64: the chart refuses both."""
    cache = settings.pod_networking.dns_cache
    if re.search(r":latest\b", cache.image):
        yield At(f"{_CACHE}.image", cache.image[:200], final=cache.enabled)


@rule(
    "image-knows-the-flags",
    "error",
    must="be node-cache 1.26.5 or later",
    why="an older one does not know -reloadwithsignal and ends at once: no node gets a cache, and the deploy fails",
    source="kubernetes/dns#689, and cmd/node-cache/main.go of its releases",
    fix="take registry.k8s.io/dns/k8s-dns-node-cache:1.26.8 or later, or a copy of it",
    paths=(f"{_CACHE}.image",),
)
def image_knows_the_flags(settings: Settings) -> Iterator[At]:
    """Find images of node-cache whose tag is an older release; another tag says nothing."""
    cache = settings.pod_networking.dns_cache
    found = _VERSION.search(cache.image)
    if cache.enabled and found and tuple(map(int, found.groups())) < _KNOWS_THE_FLAGS:
        yield At(f"{_CACHE}.image", cache.image[:200])


@rule(
    "stub-domains-leave-the-cluster-its-names",
    "error",
    must="be zones outside the cluster's domain and the reverse zones, at most 253 characters long",
    why="the cache asks CoreDNS for these zones; the most exact zone wins, so Services would not be found",
    source="coredns.io, manual, Query processing; kubernetes.io, DNS for Services and Pods",
    fix="name the zone that the resolvers really serve",
    paths=(_ZONES, f"{_CACHE}.cluster_domain"),
)
def stub_domains_leave_the_cluster_its_names(settings: Settings) -> Iterator[At]:
    """Find zones equal to, or below, what CoreDNS answers; and zones that no DNS message can carry."""
    cache = settings.pod_networking.dns_cache
    domain, long = cache.cluster_domain[:200], len(cache.cluster_domain) > _LONGEST_ZONE
    if cache.cluster_domain in _REVERSE or long:
        yield At(f"{_CACHE}.cluster_domain", domain, "EKS uses cluster.local", final=long and cache.enabled)
    for zone in cache.stub_domains:
        impossible = zone in (cache.cluster_domain, *_REVERSE) or len(zone) > _LONGEST_ZONE
        if impossible or zone.endswith(f".{cache.cluster_domain}"):
            yield At(f"{_ZONES}.{zone[:100]}", zone[:200], final=impossible and cache.enabled)


@rule(
    "cluster-domain-is-that-of-eks",
    "error",
    must="be cluster.local where the cluster is new",
    why="EKS's CoreDNS and kubelet know no other domain: the cache would ask the VPC's resolver for Services, and no "
    "pod would find one",
    source="awslabs/amazon-eks-ami, nodeadm, kubelet config, clusterDomain; kubernetes.io, DNS for Services and Pods",
    fix="remove it",
    paths=(f"{_CACHE}.cluster_domain",),
)
def cluster_domain_is_that_of_eks(settings: Settings) -> Iterator[At]:
    """Find another domain; an existing cluster's owner may have changed it everywhere."""
    cache = settings.pod_networking.dns_cache
    if settings.cluster and cache.enabled and cache.cluster_domain != "cluster.local":
        yield At(f"{_CACHE}.cluster_domain", cache.cluster_domain[:200])


@rule(
    "cache-ports-differ",
    "error",
    must="be a port of its own, not one of kubelet, kube-proxy or aws-node, with a standby not the one before another",
    why="the second to listen fails: the cache does not come up, or its metrics are missing; the port after its own is "
    "the standby's, and nodes use 8162, 8163, 10248 to 10250, 10256, 61678, 61679, before VPC CNI 1.23 50051 and 50052",
    source="kubernetes/dns, cmd/node-cache/app; coredns.io, plugins, health and prometheus; kubernetes.io, Ports and "
    "Protocols; aws/amazon-vpc-cni-k8s, README.md, cmd/, pkg/ipamd/rpc_handler.go and charts/aws-vpc-cni/values.yaml",
    fix="leave the three ports out, or take others",
    paths=(*_PORTS, f"{_CACHE}.standby", CNI),
)
def cache_ports_differ(settings: Settings) -> Iterator[At]:
    """Find ports of the cache that are taken twice, by others on each node, or above 65535 in the standby."""
    cache = settings.pod_networking.dns_cache
    ports = [cache.health_port, cache.metrics_port, cache.setup_metrics_port]
    older = number(settings.pod_networking.vpc_cni.version) < _SOCKETS_SINCE
    for i, port in enumerate(ports):
        impossible = port in ports[:i] or (cache.standby and (port + 1 in ports or port == _LAST_PORT))
        if impossible or {port, port + cache.standby} & {*_NODES_OWN, *_UNTIL_SOCKETS * older}:
            yield At(_PORTS[i], str(port), final=impossible and cache.enabled)


RULES = (
    local_address_is_free,
    image_is_pinned,
    image_knows_the_flags,
    stub_domains_leave_the_cluster_its_names,
    cluster_domain_is_that_of_eks,
    cache_ports_differ,
)
