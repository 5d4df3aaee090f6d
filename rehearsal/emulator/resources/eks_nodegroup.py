"""AWS::EKS::Nodegroup, as strict as EKS."""

from typing import Any

from ministack.services import eks

from rehearsal.emulator import rights
from rehearsal.emulator.cluster import node_groups, versions
from rehearsal.emulator.refused import RefusedError
from rehearsal.emulator.resources import lookup
from rehearsal.emulator.resources.resource_type import Made, Properties, ResourceType

_NO_AL2_FROM = (1, 33)
# EKS user guide, "Amazon EKS node IAM role" and "Amazon VPC CNI plugin"; aws-node has no role of its own here
_NODES_NEED = {
    "eks:DescribeCluster": "which kubelet joins with",
    "ecr:BatchGetImage": "which pulls the images of aws-node and kube-proxy",
    "ec2:AssignPrivateIpAddresses": "by which aws-node gets addresses for pods",
}
_VERSION = {"LaunchTemplate", "ReleaseVersion", "Version"}  # what UpdateNodegroupVersion changes, and the other calls
_CONFIG = {"Labels", "ScalingConfig", "Tags", "Taints", "UpdateConfig"}
_REPLACED_BY = {"AmiType", "CapacityType", "InstanceTypes", "NodeRole", "Subnets"}


class EksNodegroup(ResourceType):
    """A managed node group; its instances are kwok nodes of the cluster."""

    name = "AWS::EKS::Nodegroup"
    stricter = True

    def check(self, properties: Properties) -> None:
        """Look at subnets, sizes and image.

        Raises:
            RefusedError: If subnets do not exist, the sizes contradict, or the image is not for this version.
        """
        for subnet in properties.get("Subnets", []):
            lookup.subnet(subnet)
        sizes = properties.get("ScalingConfig") or {}
        low, wanted, high = (int(sizes.get(key, 1)) for key in ("MinSize", "DesiredSize", "MaxSize"))
        if not low <= wanted <= high:
            raise RefusedError(
                "InvalidParameterException", f"desired capacity {wanted} must lie between {low} and {high}"
            )
        version = (eks._clusters.get(properties.get("ClusterName")) or {}).get("version", "0.0")
        image = str(properties.get("AmiType", "AL2_x86_64"))
        if image.startswith("AL2_") and tuple(map(int, version.split("."))) >= _NO_AL2_FROM:
            raise RefusedError(
                "InvalidParameterException",
                f"AMI Type {image} is only supported for kubernetes versions 1.32 or earlier, got {version}",
            )

    def create(self, logical_id: str, properties: Properties, stack: str) -> Made:
        """Make the group.

        Raises:
            RefusedError: If nodes with this role would not become ready, if its version is not the cluster's, or as
                `check`.
        """
        versions.check_group(properties["ClusterName"], properties.get("Version"), new=True)
        self._check_role(str(properties.get("NodeRole", "")))
        return super().create(logical_id, properties, stack)

    def update(self, physical_id: str, old: Properties, new: Properties, stack: str, logical_id: str) -> Made:
        """Change size, labels or taints; or the version or the launch template, which replaces the nodes in turn.

        Raises:
            RefusedError: If both change at once, of which EKS takes one at a time, if its version is newer than the
                cluster's, if its nodes cannot be replaced, or as `check`.
        """
        changed = {part for part in {*old, *new} if old.get(part) != new.get(part)}
        if changed & _VERSION and changed & _CONFIG and not changed & _REPLACED_BY:
            # aws/containers-roadmap#1258, aws/aws-cdk#16644
            words = "Version and ReleaseVersion updates cannot be combined with other updates"
            raise RefusedError("InvalidRequest", words)
        group = eks._nodegroups.get(f"{new['ClusterName']}/{physical_id}")
        before = dict(group or {})
        was, anew = str(before.get("version", "")), bool(changed & _REPLACED_BY)
        versions.check_group(new["ClusterName"], new.get("Version"), new=anew, was=was)
        made = super().update(physical_id, old, new, stack, logical_id)
        if group and made[0] == physical_id and changed & _VERSION:
            self._replace_nodes(group, before, new)
        else:
            node_groups.follow(new["ClusterName"])
        return made

    @staticmethod
    def _replace_nodes(group: dict[str, Any], before: dict[str, Any], new: Properties) -> None:
        """Do what UpdateNodegroupVersion does; without a version it takes the cluster's (EKS API reference)."""
        group["version"] = new.get("Version") or eks._clusters[new["ClusterName"]]["version"]
        if any(group.get(part) != before.get(part) for part in ("version", "launchTemplate")):
            node_groups.replace(group, before)

    @staticmethod
    def _check_role(role: str) -> None:
        """Look for what nodes do with their role before they are ready; EKS gives up after half an hour."""
        for action, why in _NODES_NEED.items():
            if not rights.allows(role, action):
                raise RefusedError(
                    "NodeCreationFailure",
                    f"Instances failed to join the kubernetes cluster: {role} does not allow {action}, {why}",
                )
