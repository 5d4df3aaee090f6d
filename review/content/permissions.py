"""Who may do what once it is deployed."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from settings import Settings


def permissions(settings: Settings) -> list[dict[str, str]]:
    """Return [{who, may, by}]."""
    cache = settings.pod_networking.dns_cache
    names = ("node-local-dns", "node-local-dns-standby")[: 1 + cache.standby] if cache.enabled else ()
    awaited = f", read of DaemonSet {' and '.join(names)}" if names else ""
    found = [
        {
            "who": "podnet's handler (Lambda)",
            "may": f"read and patch of DaemonSet aws-node{awaited}, list of pods, in kube-system",
            "by": "access entry with the group podnet:reconcilers, Role podnet-aws-node-env",
        },
        *([_about_nodes(), _maker()] if settings.cluster else []),
        {
            "who": "CDK's kubectl handler (Lambda)",
            "may": "administration of the cluster: it applies the manifests",
            "by": "access entry with AmazonEKSClusterAdminPolicy",
        },
    ]
    found += [
        {"who": arn, "may": "administration of the cluster", "by": "access entry with AmazonEKSClusterAdminPolicy"}
        for arn in (settings.cluster.admin_role_arns if settings.cluster else ())
    ]
    for peer in settings.peers if settings.cluster else ():
        if peer.accepter_role_arn:
            may = f"acceptance of the connection to {peer.name}"
            found.append({"who": peer.accepter_role_arn, "may": may, "by": "CloudFormation assumes it"})
    return found


def _maker() -> dict[str, str]:
    """Name whom EKS lets in by itself; a cluster that is made without would replace one that stands.

    CloudFormation user guide, AWS::EKS::Cluster AccessConfig, BootstrapClusterCreatorAdminPermissions.
    """
    may = "administration of the cluster, which it has made; it does not use it"
    return {"who": "CloudFormation's role of CDK's bootstrap", "may": may, "by": "access entry that EKS itself makes"}


def _about_nodes() -> dict[str, str]:
    may = "list of nodes, of CNINodes, and of the events in default: it waits for the trunk ENIs of new nodes"
    return {"who": "podnet's handler (Lambda)", "may": may, "by": "the same entry, ClusterRole podnet-trunk-nodes"}
