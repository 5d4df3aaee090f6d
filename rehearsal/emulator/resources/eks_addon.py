"""AWS::EKS::Addon."""

from typing import Any

from ministack.services import eks
from ministack.services.cloudformation import provisioners

from rehearsal.emulator.operations import answer_of
from rehearsal.emulator.resources.resource_type import Made, Properties, ResourceType


class EksAddon(ResourceType):
    """An EKS add-on; what it installs is decided where the operations are joined to the cluster."""

    name = "AWS::EKS::Addon"
    replaced_by = ("AddonName", "ClusterName", "NamespaceConfig")

    def create(self, logical_id: str, properties: Properties, stack: str) -> Made:
        """Install it.

        Raises:
            RefusedError: As CreateAddon does.
        """
        cluster = properties["ClusterName"]
        addon = answer_of(eks._create_addon(cluster, self._body(properties)))["addon"]
        return f"{cluster}|{addon['addonName']}", {"Arn": addon["addonArn"]}

    def update(self, physical_id: str, old: Properties, new: Properties, stack: str, logical_id: str) -> Made:
        """Change version or configuration; a template that no longer names the latter leaves it as it was.

        (aws-cloudformation/cloudformation-coverage-roadmap#1913.)

        Raises:
            RefusedError: As UpdateAddon does.
        """
        cluster, name = new["ClusterName"], new["AddonName"]
        kept = answer_of(eks._describe_addon(cluster, name))["addon"].get("configurationValues", "")
        answer_of(eks._update_addon(cluster, name, self._body({"ConfigurationValues": kept, **new})))
        addon = answer_of(eks._describe_addon(cluster, name))["addon"]
        return physical_id, {"Arn": addon["addonArn"]}

    def delete(self, physical_id: str, properties: Properties) -> None:
        """Remove it, and what it installed unless `PreserveOnDelete` is set."""
        cluster, name = physical_id.split("|", 1)
        if f"{cluster}/{name}" in eks._addons:
            preserve = str(properties.get("PreserveOnDelete", "false")).lower() == "true"
            eks._addons[f"{cluster}/{name}"]["_preserve"] = preserve
            answer_of(eks._delete_addon(cluster, name))

    @staticmethod
    def _body(properties: Properties) -> dict[str, Any]:
        return {
            "addonName": properties["AddonName"],
            "addonVersion": properties.get("AddonVersion", ""),
            "configurationValues": properties.get("ConfigurationValues", ""),
            "serviceAccountRoleArn": properties.get("ServiceAccountRoleArn", ""),
            "podIdentityAssociations": properties.get("PodIdentityAssociations", []),
            "resolveConflicts": properties.get("ResolveConflicts", "NONE"),
            "tags": provisioners._tag_map(properties.get("Tags")),
        }
