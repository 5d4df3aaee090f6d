"""What changes of pod networking do: the variables of aws-node, the add-on, the watch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from review.changes.effect import Effect, Table
from review.changes.of_existing_cluster import ADDON
from review.changes.of_mode import CNI, MEASURED, ROLL, mode
from review.changes.of_snat import excluded, of_whom, snat

if TYPE_CHECKING:
    from collections.abc import Iterator

    from review.changes.difference import Difference

_BACK = "without it aws-node gets the value back that stood there before podnet, or its own default"
_NEW_NODES = {
    "ENABLE_PREFIX_DELEGATION": "nodes that run keep kubelet's max-pods: only new nodes carry more pods",
    "AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG": "nodes that run keep their interfaces' subnets: replace them one by one",
}  # EKS best practices, Prefix mode for Linux, and Custom networking


def _variable(found: Difference) -> Iterator[Effect]:
    name = found.path[-1]
    source = f"{CNI}, {name}"[:120]
    yield ROLL
    if name in _NEW_NODES:
        yield Effect("nodes", _NEW_NODES[name], source)
    if name == "AWS_EXTERNAL_SERVICE_CIDRS":
        whose = of_whom(found).removeprefix(" of ") or "pods"
        told = f"what {whose} send to these ranges leaves by the primary ENI"
        if found.after is None:
            told = f"what {whose} send to these ranges takes the way of all else that leaves the VPC"
        yield Effect("connections", told, MEASURED)
    if found.after is None:
        yield Effect("rollout", _BACK, "docs/decisions/0001-custom-resource-beside-the-add-on.md")


_NOTHING = Effect("nothing", "it concerns deploys and the watch, not what runs", "environments/schema.json")
_CARRIER = Effect(
    "rollout",
    "the values stay; an update of the add-on that resets them is put right in the same deploy, which replaces "
    "aws-node twice",
    "EKS API reference, UpdateAddon, resolveConflicts",
)


def _addon(found: Difference) -> Iterator[Effect]:
    version = found.path[-1] == "version"
    if found.whole[1]["cluster"]:
        yield ROLL if version else _CARRIER
    else:
        yield ADDON if version else _NOTHING


TABLE: Table = {
    "pod_networking.vpc_cni.version": _addon,
    "pod_networking.vpc_cni.resolve_conflicts": _NOTHING,
    "pod_networking.enforcing_mode": mode,
    "pod_networking.external_snat": snat,
    "pod_networking.exclude_snat_cidrs": excluded,
    "pod_networking.disable_tcp_early_demux": ROLL,
    "pod_networking.env.*": _variable,
    "pod_networking.addon_configuration": _addon,
    "pod_networking.rollout_limit_minutes": _NOTHING,
    "pod_networking.dead_nodes": _NOTHING,
    "pod_networking.run_again": _NOTHING,
    "pod_networking.kube_proxy_mode": _NOTHING,
    "pod_networking.drift": _NOTHING,
}
