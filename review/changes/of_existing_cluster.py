"""What changes of an existing cluster do."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING

from review.changes.effect import Effect, Table
from review.changes.of_cluster import another, endpoint

if TYPE_CHECKING:
    from collections.abc import Iterator

    from review.changes.difference import Difference

_DNS = "docs/node-local-dns.md"
_MOVED = Effect(
    "replacement",
    "the old cluster gets its values back and the new one gets podnet's: each rolls aws-node. Policies, cache and "
    "roles stay in the old one, where kubectl is asked no more: destroy before you name another cluster",
    "docs/decisions/0001-custom-resource-beside-the-add-on.md; aws-cdk-lib, kubectl-handler/apply",
)
_ANOTHER_WAY = Effect(
    "nothing",
    "the same cluster is reached by it. One that was made anew under the old name has neither podnet's access entries "
    "nor its objects, and CloudFormation does not know: destroy the stacks before it is made",
    "CloudFormation user guide, Update behaviors of stack resources: what has no change is not looked at",
)
_DNS_GAP = Effect(
    "DNS gap",
    "the rules by which pods reach CoreDNS move to this group: until they are there, pods with groups of their own "
    "have no way around a cache that is away",
    "EKS user guide, Security groups for pods, considerations",
)


def _address(found: Difference) -> Iterator[Effect]:
    yield _ANOTHER_WAY if found.around[0]["name"] == found.around[1]["name"] else _MOVED


def _service_range(found: Difference) -> Iterator[Effect]:
    """Tell of another tenth address: the cache is told no more of the range."""
    one, other = (ipaddress.IPv4Network(cidr)[10] for cidr in (found.before, found.after))
    if one == other:
        yield Effect("nothing", "the tenth address, all that is used of the range, is the same", _DNS)
    elif all(side["pod_networking"]["dns_cache"]["enabled"] for side in found.whole):
        yield Effect(
            "DNS", "the cache restarts for another ClusterIP: a wrong one leaves pods with CoreDNS alone", _DNS
        )
    else:
        yield Effect("nothing", "there is no cache that runs before and after", _DNS)


TABLE: Table = {
    "existing_cluster": another,
    "existing_cluster.name": _MOVED,
    "existing_cluster.kubernetes_version": Effect(
        "nothing", "another kubectl applies the manifests; the cluster is its owner's", "environments/schema.json"
    ),
    "existing_cluster.endpoint_url": _address,
    "existing_cluster.certificate_authority": _address,
    "existing_cluster.endpoint": endpoint,
    "existing_cluster.security_group_id": _DNS_GAP,
    "existing_cluster.node_security_group_id": _DNS_GAP,
    "existing_cluster.service_cidr": _service_range,
}
