"""What is in kube-system, read at once."""

from collections.abc import Iterator

from settings import Settings
from verify.daemon_sets import daemon_sets
from verify.finding import Finding
from verify.kubectl import Kubectl
from verify.services import services

_KINDS = ("daemonsets", "services", "configmaps")


def kube_system(settings: Settings, kubectl: Kubectl) -> Iterator[Finding]:
    """Yield what is found about aws-node and, where there is a cache, about it, kube-dns, kube-proxy and CoreDNS."""
    cached = settings.pod_networking.dns_cache.enabled
    found = kubectl.by_name("kube-system", *(_KINDS if cached else _KINDS[:1]))
    yield from daemon_sets(settings, found["DaemonSet"])
    if cached:
        yield from services(settings, found["Service"], found["ConfigMap"])
