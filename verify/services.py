"""Whether the cluster's Services are as the node cache takes them to be, which nothing at a deploy can see."""

import re
from collections.abc import Iterator, Mapping

from settings import Settings
from verify.corefile import NAME, cluster_domain, corefile, stands_in
from verify.finding import Finding
from verify.kubectl import Json

_DNS, _PROXY = "kube-dns", "kube-proxy-config"
_MODE = re.compile(r"^mode:[ \t]*[\"']?(\w*)", re.MULTILINE)


def services(settings: Settings, found: Mapping[str, Json], configured: Mapping[str, Json]) -> Iterator[Finding]:
    """Yield what is found about kube-dns, the mode of kube-proxy and CoreDNS's Corefile.

    Args:
        settings: Of the file.
        found: The Services of kube-system, name -> object.
        configured: Its ConfigMaps.
    """
    cache, core = settings.pod_networking.dns_cache, configured.get(NAME)
    yield _address(settings.cluster_dns_ip, found.get(_DNS))
    yield _mode(settings.pod_networking.kube_proxy_mode, configured.get(_PROXY))
    yield cluster_domain(core, cache.cluster_domain)
    yield from corefile(core, domain=cache.cluster_domain, stub_domains=cache.stub_domains)
    yield from stands_in(core, cache.stub_domains)


def _address(wanted: str, service: Json | None) -> Finding:
    what = f"the cache listens on the address of {_DNS}"
    if service is None:
        return Finding(what, not_tried=f"there is no Service kube-system/{_DNS}")
    live = service["spec"].get("clusterIP")
    problems = [] if live == wanted else [f"service_cidr of the file leads to {wanted}, and {_DNS} has {live}"]
    return Finding(what, wanted, problems, "mend service_cidr: the tenth address of it is the one of cluster DNS")


def _mode(wanted: str, configuration: Json | None) -> Finding:
    what = "kube-proxy runs in the mode of the file"
    if configuration is None:
        return Finding(what, not_tried=f"there is no ConfigMap kube-system/{_PROXY}, where EKS keeps it")
    found = _MODE.search(configuration.get("data", {}).get("config", ""))
    live = (found[1] if found else "") or "iptables"  # kube-proxy's own default on Linux
    problems = [] if live == wanted else [f"pod_networking.kube_proxy_mode must be {live}, got {wanted}"]
    return Finding(what, live, problems, "write the mode into the file, and see what the review says of it")
