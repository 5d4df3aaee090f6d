"""What CoreDNS's own configuration has for names that pods ask the node cache, which does not ask CoreDNS for them."""

from collections.abc import Collection, Iterator, Mapping

from review.corefile import REVERSE, Blocks, answered, blocks, within
from verify.finding import Finding
from verify.kubectl import Json

NAME = "coredns"
_WHAT = "names that CoreDNS's Corefile has of its own reach the cache too"
# that answer, or change, names; metrics, caches and the like do nothing that pods could miss
_ANSWERS = {"auto", "autopath", "etcd", "file", "hosts", "k8s_external", "rewrite", "route53", "template"}
_NODES = {"/etc/resolv.conf"}


def corefile(configuration: Json | None, *, domain: str, stub_domains: Mapping[str, object]) -> Iterator[Finding]:
    """Yield what is found in the ConfigMap kube-system/coredns, where EKS's add-on and `eksctl` keep it.

    A zone of another block is wrong unless a stub domain covers it; whether pods need the plugins of the block for
    everything (`hosts`, `rewrite`, another `forward`), nobody but their owner knows.
    """
    found = _read(configuration)
    if not found:
        yield Finding(_WHAT, not_tried=f"there is no Corefile in the ConfigMap kube-system/{NAME}")
        return
    known = (domain, *REVERSE, *stub_domains)
    own = {zone for zone in found if zone != "." and not within(zone, known)}
    problems = [f"zone {zone} is asked from the node's resolver, not from CoreDNS" for zone in sorted(own)]
    fix = "write the zone and its resolvers into pod_networking.dns_cache.stub_domains"
    yield Finding(_WHAT, f"zones: {', '.join(found)[:200]}", problems, fix)
    if plugins := sorted({name for name, *to in found.get(".", ()) if name in _ANSWERS or _elsewhere(name, to)}):
        told = f"its block for everything has {', '.join(plugins)}, and the cache asks it for the cluster's names alone"
        yield Finding("pods need no other name from CoreDNS", not_tried=told)


def cluster_domain(configuration: Json | None, domain: str) -> Finding:
    """Return what is found about the domain that CoreDNS answers for: the cache asks it for no other one."""
    what = "CoreDNS answers for the cluster's domain of the file"
    found = _read(configuration)
    zones = sorted(zone for zone in answered(found) if zone != "." and not zone.endswith(REVERSE))
    if not zones:
        return Finding(what, not_tried=f"there is no such domain in the ConfigMap kube-system/{NAME}")
    problems = [] if domain in zones else [f"dns_cache.cluster_domain is {domain}, and CoreDNS has {', '.join(zones)}"]
    fix = "mend dns_cache.cluster_domain: names of the cluster are lost for pods that ask the cache"
    return Finding(what, domain, problems, fix)


def stands_in(configuration: Json | None, stub_domains: Collection[str]) -> Iterator[Finding]:
    """Yield whether CoreDNS has the zones of `stub_domains`: it answers in place of a cache that restarts.

    Without them it is no failure: the VPC's resolver, which CoreDNS asks then, may forward the zones by a rule.
    """
    found = _read(configuration)
    lacking = [zone for zone in stub_domains if not within(zone, found)]
    if found and stub_domains:
        what, who = "CoreDNS stands in for the cache in stub domains too", "a resolver rule of the VPC must forward it"
        told = f"it has no block for {', '.join(lacking)[:200]}: {who}, or names are denied while a cache restarts"
        yield Finding(what, ", ".join(stub_domains)[:200], not_tried=told if lacking else "")


def _read(configuration: Json | None) -> Blocks:
    return blocks((configuration or {}).get("data", {}).get("Corefile", ""))


def _elsewhere(plugin: str, arguments: list[str]) -> bool:
    return plugin == "forward" and not _NODES.issuperset(set(arguments[1:]) - {"{"})
