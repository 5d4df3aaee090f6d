"""The cluster that is there already."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from preflight.errors import MissingError, NotAskedError, NotTriedError
from preflight.look import Look
from preflight.network import existing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from preflight.account import Account, Json
    from settings import Settings
    from settings.cluster import ExistingCluster

_EVERYWHERE = "0.0.0.0/0"
_CONTROLLER = "AmazonEKSVPCResourceController"
_LONGEST = 200  # no id or URL is as long


def _existing(settings: Settings) -> ExistingCluster:
    if settings.existing_cluster is None:
        raise NotAskedError
    return settings.existing_cluster


@functools.cache
def _described(name: str, account: Account) -> Json:
    """Return what EKS says of a cluster, asked once for three looks."""
    cluster: Json = account.ask("eks", "describe_cluster", name=name)["cluster"]
    return cluster


def _cluster(settings: Settings, account: Account) -> Iterator[str]:
    named = _existing(settings)
    try:
        found = _described(named.name, account)
    except MissingError:
        yield f"existing_cluster.name: there is no cluster {named.name} in {settings.region}"
        return
    vpc = found["resourcesVpcConfig"]
    compared = {
        "existing_cluster.kubernetes_version": (named.kubernetes_version, found["version"]),
        "existing_cluster.endpoint_url": (named.endpoint_url, found["endpoint"]),
        "existing_cluster.certificate_authority": (named.certificate_authority, found["certificateAuthority"]["data"]),
        "existing_cluster.security_group_id": (named.security_group_id, vpc["clusterSecurityGroupId"]),
        "existing_cluster.service_cidr": (named.service_cidr, found["kubernetesNetworkConfig"]["serviceIpv4Cidr"]),
        "existing_network.vpc_id": (existing(settings).vpc_id, vpc["vpcId"]),
    }
    for path, (written, there) in compared.items():
        if written != there:
            yield f"{path}: the file has {_short(written)}, and the cluster {_short(there)}"


def _short(value: str) -> str:
    """Return a value as it is told: of a certificate the end, since all begin alike."""
    return value if len(value) <= _LONGEST else f"…{value[-40:]}"


def _reached(settings: Settings, account: Account) -> Iterator[str]:
    named = _existing(settings)
    vpc = _described(named.name, account)["resourcesVpcConfig"]
    path = "existing_cluster.endpoint"
    if named.endpoint == "public" and not vpc.get("endpointPublicAccess"):
        yield f"{path}: the file has public, and the API server has no public endpoint"
    elif named.endpoint == "public" and _EVERYWHERE not in vpc.get("publicAccessCidrs", ()):
        yield f"{path}: the file has public, and the API server admits {', '.join(vpc['publicAccessCidrs'])} alone"
    elif named.endpoint == "private" and not vpc.get("endpointPrivateAccess"):
        yield f"{path}: the file has private, and the API server has no private endpoint"


def _rights(settings: Settings, account: Account) -> Iterator[str]:
    cluster = _described(_existing(settings).name, account)
    mode = cluster.get("accessConfig", {}).get("authenticationMode")
    if mode not in {"API", "API_AND_CONFIG_MAP"}:
        yield f"existing_cluster.name: {cluster['name']} has the authentication mode {mode or 'CONFIG_MAP'}"
    role = cluster["roleArn"].rpartition("/")[-1]
    attached = account.every("iam", "list_attached_role_policies", "AttachedPolicies", RoleName=role)
    if _CONTROLLER not in [policy["PolicyName"] for policy in attached]:
        yield f"existing_cluster.name: the role {role} of {cluster['name']} has no {_CONTROLLER}"


def _addon(settings: Settings, account: Account) -> Iterator[str]:
    try:
        found = account.ask("eks", "describe_addon", clusterName=_existing(settings).name, addonName="vpc-cni")
    except MissingError as error:
        raise NotTriedError("there is no add-on vpc-cni; aws-node's image shows the version") from error
    written, there = settings.pod_networking.vpc_cni.version, found["addon"]["addonVersion"]
    if written != there:
        yield f"pod_networking.vpc_cni.version: the file has {written}, and the cluster {there}"


LOOKS = (
    Look(
        "the cluster is as the file says",
        "write what `aws eks describe-cluster` says; environments/existing.yaml has the command",
        _cluster,
    ),
    Look(
        "functions reach the API server",
        "write endpoint: private where it admits some ranges only; it must have a private endpoint then",
        _reached,
    ),
    Look(
        "the cluster takes access entries, and its role may make trunk ENIs",
        "`aws eks update-cluster-config --access-config authenticationMode=API_AND_CONFIG_MAP`; attach the managed "
        "policy to the role",
        _rights,
    ),
    Look(
        "the add-on vpc-cni has the version of the file",
        "write the version that the cluster has: rules judge by it what its aws-node can do",
        _addon,
    ),
)
