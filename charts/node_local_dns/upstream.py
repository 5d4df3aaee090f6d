"""The way around the cache to CoreDNS."""

import cdk8s
from constructs import Construct

from ..plain_object import plain_object


def upstream_service(scope: Construct) -> None:
    """Make the Service by which a cache asks CoreDNS; the kube-dns ClusterIP would lead it to itself."""
    labels = {"k8s-app": "kube-dns", "kubernetes.io/name": "KubeDNSUpstream"}
    ports = [
        {"name": name, "port": 53, "targetPort": 53, "protocol": protocol}
        for name, protocol in (("dns", "UDP"), ("dns-tcp", "TCP"))
    ]
    spec = {"ports": ports, "selector": {"k8s-app": "kube-dns"}}
    plain_object(scope, "Service", cdk8s.ApiObjectMetadata(name=KubeDnsUpstream.NAME, labels=labels), spec=spec)


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
