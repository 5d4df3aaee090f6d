"""Options of NodeLocal DNSCache that an environment may set."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from settings.dns_options import DnsOptions
from settings.fields import Address
from settings.forms import Form

Image = Annotated[
    str,
    Form(
        r"[a-z0-9][a-z0-9.-]*(?::[0-9]+)?(?:/[a-z0-9._-]+)+:[A-Za-z0-9_][A-Za-z0-9._-]{0,127}(?:@sha256:[0-9a-f]{64})?",
        "must be an image with a tag, and a digest where it is known",
        "write registry/name:tag or registry/name:tag@sha256:…",
    ),
]
Zone = Annotated[
    str,
    Form(
        r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?",
        "must be a DNS zone such as corp.example.com, lower case and without a dot at its end",
        "mend the zone's name",
    ),
]
Resolvers = Annotated[tuple[Address, ...], Field(min_length=1, max_length=15)]


class DnsCache(DnsOptions):
    """NodeLocal DNSCache on every node: answers from the node, and keeps answering without CoreDNS."""

    enabled: bool = True
    """false: no cache; pods ask CoreDNS directly."""
    image: Image = "registry.k8s.io/dns/k8s-dns-node-cache:1.26.8@sha256:bc6e64e2c85956af2fcc0aa720086410d41b4f31f378c9a92646fecc85cd4739"
    """Image of node-cache, with the digest of its index for all architectures."""
    local_ip: Address = "169.254.20.10"
    """Link-local address the cache also listens on; only its own health check uses it."""
    cluster_domain: Zone = "cluster.local"
    """The cluster's DNS domain."""
    stub_domains: dict[Zone, Resolvers] = Field(default_factory=dict)
    """Zones with resolvers of their own, such as a peer's private zone: {corp.example.com: [10.99.1.53]}."""
    standby: bool = False
    """true: a second process on each node; a killed one then loses a few queries instead of a second's."""

    def options(self) -> dict[str, Any]:
        """Return the choices by name, as charts.node_local_dns.Options takes them."""
        return {**self.model_dump(include=set(DnsOptions.model_fields)), "stub_domains": self.stub_domains}
