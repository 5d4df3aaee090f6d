"""What AWS must have for a new cluster: versions of its add-ons, and instance types in its zones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from preflight.errors import NotAskedError
from preflight.look import Look

if TYPE_CHECKING:
    from collections.abc import Iterator

    from preflight.account import Account, Json
    from settings import Settings


def _addons(settings: Settings, account: Account) -> Iterator[str]:
    if (cluster := settings.cluster) is None:
        raise NotAskedError
    named = {
        "pod_networking.vpc_cni.version": ("vpc-cni", settings.pod_networking.vpc_cni.version),
        "cluster.kube_proxy_version": ("kube-proxy", cluster.kube_proxy_version),
        "cluster.coredns_version": ("coredns", cluster.coredns_version),
    }
    of = cluster.kubernetes_version
    for path, (name, version) in named.items():
        found = account.every("eks", "describe_addon_versions", "addons", addonName=name, kubernetesVersion=of)
        offered = [one for addon in found for one in addon["addonVersions"]]
        if version not in [one["addonVersion"] for one in offered]:
            default = next((one["addonVersion"] for one in offered if _is_default(one)), "")
            instead = f"; its default is {default}" if default else ""
            yield f"{path}: EKS has no {name} {version} for Kubernetes {of}{instead}"


def _is_default(offered: Json) -> bool:
    return any(one.get("defaultVersion") for one in offered.get("compatibilities", ()))


def _instances(settings: Settings, account: Account) -> Iterator[str]:
    """Find zones of a node group in which none of its types is to be had."""
    if not settings.node_groups:
        raise NotAskedError
    types = sorted({one for group in settings.node_groups for one in group.instance_types})
    zones = settings.any_network.availability_zones
    offered = {
        (one["InstanceType"], one["Location"])
        for one in account.found(
            "InstanceTypeOfferings", {"instance-type": types, "location": [*zones]}, LocationType="availability-zone"
        )
    }
    for i, group in enumerate(settings.node_groups):
        for zone in zones:
            if not offered & {(one, zone) for one in group.instance_types}:
                yield f"node_groups[{i}].instance_types: none of {', '.join(group.instance_types)} is offered in {zone}"


LOOKS = (
    Look(
        "EKS has the add-ons' versions of the file",
        "`aws eks describe-addon-versions --addon-name <name> --kubernetes-version <version>` lists them",
        _addons,
    ),
    Look(
        "instance types are offered in the zones of the file",
        "`aws ec2 describe-instance-type-offerings --location-type availability-zone` lists them; or take another zone",
        _instances,
    ),
)
