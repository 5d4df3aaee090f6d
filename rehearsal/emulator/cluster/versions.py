"""Which Kubernetes versions EKS takes for a cluster and its managed node groups."""

from ministack.services import eks

from rehearsal.emulator.refused import RefusedError

_MOST_BEHIND = 3


def check_cluster(cluster: str, wanted: str) -> None:
    """Refuse an update of a cluster to a version that EKS does not take.

    One minor at a time and none back: the API's rollback to the version before cannot be had by a template (EKS user
    guide, "Rollback cluster to previous Kubernetes version"). Node groups may be three behind the new one (EKS user
    guide, "Update existing cluster"; aws/containers-roadmap#2250), whatever the API reference says: it wants them all
    to be at the present one. The words are in rancher/rancher#26908 and hashicorp/terraform-provider-aws#19478.

    Raises:
        RefusedError: If the version is not the next one, or node groups would be too far behind.
    """
    present = str(eks._clusters[cluster]["version"])
    if wanted == present:
        return
    if _minor(wanted) != _minor(present) + 1:
        words = f"Unsupported Kubernetes minor version update from {present} to {wanted}"
        raise RefusedError("InvalidParameterException", words)
    groups = [group for key, group in eks._nodegroups.items() if key.startswith(f"{cluster}/")]
    old = [group["nodegroupName"] for group in groups if _minor(wanted) - _minor(group["version"]) > _MOST_BEHIND]
    if old:
        words = f"Nodegroups {', '.join(sorted(old))} must be updated to match cluster version {present}"
        raise RefusedError("InvalidParameterException", f"{words} before updating cluster version")


def check_group(cluster: str, version: str | None, *, new: bool, was: str = "") -> None:
    """Refuse a version of a node group, left out where its template names none: the group then has its cluster's.

    A new group has its cluster's version (EKS API reference, CreateNodegroup), and no kubelet is newer than its API
    server (kubernetes.io, "Version Skew Policy"). One that there is goes back to the version before (EKS user guide,
    "Roll back a cluster to a previous Kubernetes version"), whatever the API reference says: it knows no way back.

    Args:
        cluster: Name of the cluster.
        version: What is asked for.
        new: Whether the group is made.
        was: The version of a group that there is.

    Raises:
        RefusedError: If it is another one than the cluster's for a new group, a newer one, or further back.
    """
    present = str((eks._clusters.get(cluster) or {}).get("version", ""))
    if not version or not present or version == present:
        return
    if new or _minor(version) > _minor(present):
        most = "equal to" if new else "at most"
        words = f"Kubernetes version {version} of a node group must be {most} its cluster's, {present}"
        raise RefusedError("InvalidParameterException", words)
    if was and _minor(was) - _minor(version) > 1:
        words = f"A node group goes back one minor version, from {was} not to {version}"
        raise RefusedError("InvalidParameterException", words)


def _minor(version: str) -> int:
    return int(version.split(".")[1])
