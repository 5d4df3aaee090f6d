"""What changes of an existing cluster do."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Any

from review.changes.cache import NO_CACHE, runs_on
from review.changes.effect import Effect, Table
from review.changes.of_cluster import ANOTHER, LEAVE_VPC
from review.changes.workload_rules import end_of, rules_of
from settings.workload_references import group_of_nodes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from review.changes.difference import Difference

ADDON = Effect(
    "rollout",
    "an upgrade of the add-on is its owner's: where that took podnet's values, this deploy puts them back, which "
    "replaces aws-node once more on a tenth of the nodes at a time; where they stand, nothing restarts",
    "docs/decisions/0001-custom-resource-beside-the-add-on.md",
)
_BY_VPC = Effect(
    "nothing",
    "it only says how podnet's functions reach the API server: `private` from private_subnet_ids, which need a way to "
    "AWS's own APIs, `public` from outside the VPC",
    "environments/schema.json; docs/troubleshooting.md",
)
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
_SAME_GROUP = Effect(
    "nothing",
    "rules name the nodes' group, which is the same; podnet's functions carry the cluster's where they run in the VPC",
    "environments/schema.json",
)
_RULES = Effect(
    "connections",
    "rules with `cluster: true`, and those for probes in `strict`, mean this group then: what carries the old one "
    "alone is let in no longer",
    "EC2 user guide, Security groups; environments/schema.json",
)


def _address(found: Difference) -> Iterator[Effect]:
    yield _ANOTHER_WAY if found.around[0]["name"] == found.around[1]["name"] else _MOVED


def _endpoint(found: Difference) -> Iterator[Effect]:
    """Tell of another way of podnet's functions to the API server, which is its owner's."""
    yield _BY_VPC
    if found.after == "public":
        yield LEAVE_VPC


def _group(found: Difference) -> Iterator[Effect]:
    """Tell of another group of the nodes, which either setting may name."""
    one, other = map(group_of_nodes, found.whole)
    if one == other:
        yield _SAME_GROUP
        return
    without = "no way around a cache that is away" if runs_on(found) else "no DNS"
    yield Effect(
        "DNS gap",
        "the rules by which pods reach CoreDNS move to this group: until they are there, pods with groups of their own "
        f"have {without}",
        "EKS user guide, Security groups for pods, considerations",
    )
    if any(map(_means_nodes, found.whole)):
        yield _RULES


def _means_nodes(whole: Mapping[str, Any]) -> bool:
    named = any(end_of(rule)["cluster"] for rule in rules_of(whole["workloads"]))
    return named or whole["pod_networking"]["enforcing_mode"] == "strict"


def _service_range(found: Difference) -> Iterator[Effect]:
    """Tell of another tenth address: the cache is told no more of the range."""
    one, other = (ipaddress.IPv4Network(cidr)[10] for cidr in (found.before, found.after))
    if one == other:
        yield Effect("nothing", "the tenth address, all that is used of the range, is the same", _DNS)
    elif runs_on(found):
        yield Effect(
            "DNS", "the cache restarts for another ClusterIP: a wrong one leaves pods with CoreDNS alone", _DNS
        )
    else:
        yield NO_CACHE


TABLE: Table = {
    "existing_cluster": ANOTHER,
    "existing_cluster.name": _MOVED,
    "existing_cluster.kubernetes_version": Effect(
        "nothing", "another kubectl applies the manifests; the cluster is its owner's", "environments/schema.json"
    ),
    "existing_cluster.endpoint_url": _address,
    "existing_cluster.certificate_authority": _address,
    "existing_cluster.endpoint": _endpoint,
    "existing_cluster.security_group_id": _group,
    "existing_cluster.node_security_group_id": _group,
    "existing_cluster.service_cidr": _service_range,
}
