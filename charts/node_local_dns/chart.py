"""The Kubernetes objects of NodeLocal DNSCache."""

import hashlib
import json
import re

import cdk8s
import cdk8s_plus_27 as kplus
from constructs import Construct

from ..names import shown
from ..plain_object import plain_object
from .addresses import listened
from .corefile import corefile
from .options import Options
from .pod import pod, scrape
from .upstream import upstream_service

_IMAGE = re.compile(r"[a-z0-9][-a-z0-9._:/]*:(?!latest\b)\w[\w.-]{0,127}(@sha256:[0-9a-f]{64})?")


class NodeLocalDns(cdk8s.Chart):
    """A DNS cache on every node, for pods that know only the kube-dns ClusterIP.

    A DaemonSet runs one pod per node. node-cache puts the ClusterIP on an interface of the node and answers there;
    when it stops, kube-proxy leads the same address to CoreDNS again. So a pod is replaced in place, the old one gone
    before the new one starts, and no query is lost. docs/node-local-dns.md has the measurements, and every difference
    to the manifest of kubernetes/kubernetes, cluster/addons/dns/nodelocaldns.
    kube-proxy must run in iptables mode: in ipvs it holds the ClusterIP itself, so there is no way around a cache
    (kubernetes.io/docs, "Using NodeLocal DNSCache"); nftables is not proven.

    Attributes:
        NAME, STANDBY: names of the DaemonSets of a cache and of its standby, in kube-system.
        name: of this one's DaemonSet, whose rollout is to be awaited.
        revision: changes exactly when the pods have to be replaced.
    """

    NAME = "node-local-dns"
    STANDBY = "node-local-dns-standby"

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        cluster_dns_ip: str,
        image: str,
        local_ip: str = "169.254.20.10",
        cluster_domain: str = "cluster.local",
        options: Options | None = None,
        standby: bool = False,
        upstream: bool = True,
    ) -> None:
        """Check everything and make the objects.

        Args:
            scope: a cdk8s App.
            construct_id: id of the chart.
            cluster_dns_ip: the kube-dns ClusterIP: on EKS the tenth address of the service CIDR.
            image: node-cache with its tag, better also its digest: "registry/name:1.2.3@sha256:…".
            local_ip: a free link-local or fd00::/8 address, the same on every node, for the liveness probe.
            cluster_domain: the cluster's zone.
            options: further choices; the recommended ones when left out.
            standby: make a second process for each node instead, beside that of a chart with the same arguments; to be
                applied after that one's rollout, so that never both restart (docs/decisions/0012-standby.md).
            upstream: make the Service that leads to CoreDNS too; False where KubeDnsUpstream makes it.

        Raises:
            ValueError: an argument or option is wrong; the message names it.
        """
        super().__init__(scope, construct_id, namespace="kube-system")
        options = (options or Options()).beside() if standby else options or Options()
        self.name = self.STANDBY if standby else self.NAME
        if not _IMAGE.fullmatch(image):
            raise ValueError(f"image must have a tag, not latest, got {shown(image)}: pin it like name:1.2.3@sha256:…")
        listen = listened(cluster_dns_ip, local_ip)
        text = corefile(listen=listen, cluster_domain=cluster_domain, options=options)
        config = f"{self.name}-{_digest(text)}"
        template = pod(name=self.name, config=config, image=image, listen=listen, options=options, standby=standby)
        self.revision = _digest(template)
        kplus.ServiceAccount(self, "Account", metadata=cdk8s.ApiObjectMetadata(name=self.name))
        named = cdk8s.ApiObjectMetadata(name=config)
        kplus.ConfigMap(self, "Config", metadata=named, immutable=True, data={"Corefile": text})
        if upstream and not standby:
            upstream_service(self)
        self._metrics(options)
        self._daemon_set(template, options)

    def _metrics(self, options: Options) -> None:
        """Make a headless Service for the metrics."""
        labels, port = {"k8s-app": self.name}, options.metrics_port
        ports = [kplus.ServicePort(name="metrics", port=port, target_port=port, protocol=kplus.Protocol.TCP)]
        meta = cdk8s.ApiObjectMetadata(name=self.name, labels=labels, annotations=scrape(options))
        kplus.Service(self, "Metrics", metadata=meta, cluster_ip="None", ports=ports).select_label("k8s-app", self.name)

    def _daemon_set(self, template: dict[str, object], options: Options) -> None:
        """Make the DaemonSet, after all else: node-cache reads the upstream Service's address when it starts."""
        labels, before = {"k8s-app": self.name}, self.node.children
        nodes = str(options.max_unavailable)
        rolling = {"maxSurge": 0, "maxUnavailable": int(nodes) if nodes.isdigit() else nodes}
        spec = {"updateStrategy": {"type": "RollingUpdate", "rollingUpdate": rolling}, "template": template}
        spec |= {"selector": {"matchLabels": labels}, "minReadySeconds": options.min_ready_seconds}
        metadata = cdk8s.ApiObjectMetadata(name=self.name, labels=labels)
        # not kplus.DaemonSet: it writes CAP_NET_ADMIN, asks for a whole CPU and forbids root
        made = plain_object(self, "DaemonSet", metadata, version="apps/v1", spec=spec)
        made.node.add_dependency(*before)


def _digest(content: object) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:10]
