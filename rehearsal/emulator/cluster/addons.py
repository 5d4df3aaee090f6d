"""CreateAddon, UpdateAddon and DeleteAddon, joined to the cluster."""

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ministack.services import eks

from rehearsal.emulator.cluster.core_dns import CoreDns
from rehearsal.emulator.cluster.joining import REFUSED, Reply, around
from rehearsal.emulator.cluster.kube_proxy import KubeProxy
from rehearsal.emulator.cluster.planes import PLANES
from rehearsal.emulator.cluster.vpc_cni import VpcCni
from rehearsal.emulator.recorded import RECORDED
from rehearsal.emulator.refused import RefusedError

# EKS user guide, "AWS add-ons"
_KNOWN = {
    "adot",
    "amazon-cloudwatch-observability",
    "aws-ebs-csi-driver",
    "aws-efs-csi-driver",
    "aws-fsx-csi-driver",
    "aws-guardduty-agent",
    "aws-mountpoint-s3-csi-driver",
    "coredns",
    "eks-node-monitoring-agent",
    "eks-pod-identity-agent",
    "kube-proxy",
    "metrics-server",
    "snapshot-controller",
    "vpc-cni",
}


def install() -> None:
    """Join the three operations."""
    around("_create_addon")(_create)
    around("_update_addon")(_update)
    around("_delete_addon")(_delete)


def _create(original: Callable[..., Reply], cluster: str, body: dict[str, Any]) -> Reply:
    if body.get("addonName") not in _KNOWN:
        raise RefusedError("InvalidParameterException", f"Addon specified is not supported: {body.get('addonName')}")
    return _apply(original(cluster, body), cluster, body, None)


def _update(original: Callable[..., Reply], cluster: str, name: str, body: dict[str, Any]) -> Reply:
    before = copy.deepcopy(eks._addons.get(f"{cluster}/{name}"))
    return _apply(original(cluster, name, body), cluster, {**body, "addonName": name}, before)


def _apply(reply: Reply, cluster: str, body: dict[str, Any], before: dict[str, Any] | None) -> Reply:
    """Do what was recorded; when that fails put the record back, which must not say what the cluster does not have."""
    plane, name = PLANES.get(cluster), body["addonName"]
    what = f"add-on {name} {body.get('addonVersion', '')}".rstrip()
    if reply[0] >= REFUSED or plane is None:
        return reply
    key = f"{cluster}/{name}"
    try:
        if name == "vpc-cni":
            cni = VpcCni(plane.api, Path(PLANES.configuration.vpc_cni))
            cni.apply(eks._addons[key], body.get("resolveConflicts") or "NONE")
        elif name == "coredns":
            network = eks._clusters[cluster]["kubernetesNetworkConfig"]
            CoreDns(plane.api).apply(eks._addons[key], network["serviceIpv4Cidr"])
            RECORDED.note(what, "is recorded; only its Service kube-dns and its Corefile are made")
        elif name == "kube-proxy":
            KubeProxy(plane.api).apply(eks._addons[key])
            RECORDED.note(what, "is recorded; only its configuration is made")
        else:
            RECORDED.note(what, "is recorded, not installed")
    except BaseException:
        eks._addons.pop(key)
        if before is not None:
            eks._addons[key] = before
        raise
    return reply


def _delete(original: Callable[..., Reply], cluster: str, name: str) -> Reply:
    preserve = (eks._addons.get(f"{cluster}/{name}") or {}).get("_preserve", False)
    reply = original(cluster, name)
    plane = PLANES.get(cluster)
    if reply[0] < REFUSED and plane and not preserve:
        if name == "vpc-cni":
            VpcCni(plane.api, Path(PLANES.configuration.vpc_cni)).remove()
        elif name == "coredns":
            CoreDns(plane.api).remove()
        elif name == "kube-proxy":
            KubeProxy(plane.api).remove()
    return reply
