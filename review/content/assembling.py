"""One mapping with everything."""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, Any

from review.changes.saved import FORMAT
from review.content.capacity import COOLDOWN_SECONDS, capacity
from review.content.created import created
from review.content.paths import flows
from review.content.permissions import permissions
from review.content.running import node_pool, running
from review.content.variables import variables
from review.content.workloads import workloads
from review.data import TABLES, table
from review.rules import RULES
from settings.alike import alike

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from review.rules import Finding
    from settings import Settings

_WAYS_OUT: dict[bool | str | None, str] = {
    True: "NAT gateway",
    False: "public subnets",
    "isolated": "none",
    None: "not told of",
}


def content(settings: Settings, findings: Sequence[Finding]) -> dict[str, Any]:
    """Return what is said of an environment, of JSON values only, in a stable order."""
    errors = sum(finding.stops for finding in findings)
    acknowledged = sum(bool(finding.acknowledged) for finding in findings)
    pods, cluster = settings.pod_networking, settings.any_cluster
    return {
        "format": FORMAT,
        "changes": None,
        "templates": None,
        "environment": settings.name,
        "account": settings.account,
        "region": settings.region,
        "facts": {
            "cluster": settings.existing_cluster.name if settings.existing_cluster else "new",
            "kubernetes": cluster.kubernetes_version,
            "VPC CNI": pods.vpc_cni.version,
            "enforcing mode": pods.enforcing_mode,
            "external SNAT": str(pods.external_snat).lower(),
            "node cache": f"on, for {settings.cluster_dns_ip}" if pods.dns_cache.enabled else "off",
            "VPC": " and ".join(settings.any_network.cidrs),
            "way out": _WAYS_OUT[settings.existing_network.behind_nat if settings.existing_network else True],
            "services": cluster.service_cidr,
            "peers": ", ".join(f"{peer.name} {' and '.join(peer.cidrs)}" for peer in settings.peers) or "none",
        },
        "summary": {
            "errors": errors,
            "acknowledged": acknowledged,
            "warnings": len(findings) - errors - acknowledged,
            "rules": len(RULES),
        },
        "findings": [_finding(finding) for finding in findings],
        "flows": flows(settings),
        "variables": variables(settings),
        "capacity": capacity(settings),
        "cooldown_seconds": COOLDOWN_SECONDS,
        "created": created(settings),
        "workloads": workloads(settings),
        "permissions": permissions(settings),
        "running": running(settings),
        "node_pool": node_pool(),
        "tables": [_source(name) for name in TABLES],
        "settings": settings.model_dump(mode="json", by_alias=True, exclude={"name"}),
    }


def alike_findings(content: Mapping[str, Any]) -> list[list[Mapping[str, Any]]]:
    """Return the findings of a content in groups: the same rule, to be mended or accepted in the same way."""
    return alike(content["findings"], itemgetter("rule", "fix", "acknowledged"))


def _finding(finding: Finding) -> dict[str, str]:
    return {
        "rule": finding.rule.id,
        "severity": finding.severity,
        "path": finding.path,
        "owner": finding.owner,
        "must": finding.rule.must,
        "got": finding.got,
        "why": finding.rule.why,
        "source": finding.rule.source,
        "fix": finding.fix,
        "acknowledged": finding.acknowledged,
    }


def _source(name: str) -> dict[str, str]:
    found = table(name)
    return {"table": name, "from": found["from"], "version": found.get("version") or found["as of"]}
