"""The way around the cache to CoreDNS."""

import cdk8s
import cdk8s_plus_27 as kplus
from constructs import Construct

_PORTS = {"dns": kplus.Protocol.UDP, "dns-tcp": kplus.Protocol.TCP}


def upstream_service(scope: Construct) -> None:
    """Make the Service by which a cache asks CoreDNS; the kube-dns ClusterIP would lead it to itself."""
    labels = {"k8s-app": "kube-dns", "kubernetes.io/name": "KubeDNSUpstream"}
    metadata = cdk8s.ApiObjectMetadata(name=KubeDnsUpstream.NAME, labels=labels)
    ports = [kplus.ServicePort(name=name, port=53, target_port=53, protocol=of) for name, of in _PORTS.items()]
    kplus.Service(scope, "Upstream", metadata=metadata, ports=ports).select_label("k8s-app", "kube-dns")


class KubeDnsUpstream(cdk8s.Chart):
    """The Service by itself, to be applied before a cache and deleted when its pods have ended.

    In one manifest with a cache it would go first: `kubectl delete` asks for all objects at once, and a DaemonSet's
    pods end some time later (docs/decisions/0014-switching-the-cache-off.md).
    """

    NAME = "kube-dns-upstream"

    def __init__(self, scope: Construct, construct_id: str) -> None:
        """Make it; `scope` is a cdk8s App."""
        super().__init__(scope, construct_id, namespace="kube-system")
        upstream_service(self)
