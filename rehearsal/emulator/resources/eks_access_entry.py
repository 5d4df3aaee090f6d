"""AWS::EKS::AccessEntry."""

from typing import Any

from ministack.core.responses import get_account_id
from ministack.services import eks, iam
from ministack.services.cloudformation import provisioners

from rehearsal.emulator.cluster.joining import REFUSED
from rehearsal.emulator.operations import answer_of
from rehearsal.emulator.refused import RefusedError
from rehearsal.emulator.resources.resource_type import Made, Properties, ResourceType


class EksAccessEntry(ResourceType):
    """Who may do what in a cluster: Kubernetes groups and EKS's own access policies for an IAM principal."""

    name = "AWS::EKS::AccessEntry"
    replaced_by = ("ClusterName", "PrincipalArn", "Type")

    def create(self, logical_id: str, properties: Properties, stack: str) -> Made:
        """Make the entry and associate its policies.

        Raises:
            RefusedError: If the cluster does not use access entries, has one for this principal already, or there is no
                such role in this account.
        """
        cluster, principal = properties["ClusterName"], properties["PrincipalArn"]
        self._check(cluster, principal)
        if eks._describe_access_entry(cluster, principal)[0] < REFUSED:
            words = "The specified access entry resource is already in use on this cluster."
            raise RefusedError("ResourceInUseException", words)
        body = {
            "principalArn": principal,
            "kubernetesGroups": properties.get("KubernetesGroups", []),
            "type": properties.get("Type", "STANDARD"),
            "tags": provisioners._tag_map(properties.get("Tags")),
            **({"username": properties["Username"]} if properties.get("Username") else {}),
        }
        entry = answer_of(eks._create_access_entry(cluster, body))["accessEntry"]
        self._associate(cluster, principal, [], properties.get("AccessPolicies", []))
        return f"{principal}|{cluster}", {"AccessEntryArn": entry["accessEntryArn"]}

    def update(self, physical_id: str, old: Properties, new: Properties, stack: str, logical_id: str) -> Made:
        """Change groups, user name or policies."""
        cluster, principal = new["ClusterName"], new["PrincipalArn"]
        body = {"kubernetesGroups": new.get("KubernetesGroups", []), "username": new.get("Username", "")}
        entry = answer_of(eks._update_access_entry(cluster, principal, body))["accessEntry"]
        self._associate(cluster, principal, old.get("AccessPolicies", []), new.get("AccessPolicies", []))
        return physical_id, {"AccessEntryArn": entry["accessEntryArn"]}

    def delete(self, physical_id: str, properties: Properties) -> None:
        """Delete the entry and its associations."""
        principal, cluster = physical_id.rsplit("|", 1)
        if cluster in eks._clusters:
            answer_of(eks._delete_access_entry(cluster, principal))

    @staticmethod
    def _check(cluster: str, principal: str) -> None:
        config = (eks._clusters.get(cluster) or {}).get("accessConfig", {})
        if config.get("authenticationMode", "CONFIG_MAP") == "CONFIG_MAP":
            raise RefusedError(
                "InvalidRequestException", "the cluster's authentication mode must be API, got CONFIG_MAP"
            )
        ours = principal.startswith(f"arn:aws:iam::{get_account_id()}:role/")
        if ours and principal.rpartition("/")[2] not in iam._roles:
            raise RefusedError("InvalidParameterException", f"The specified principalArn is invalid: {principal}")

    @staticmethod
    def _associate(cluster: str, principal: str, old: list[dict[str, Any]], new: list[dict[str, Any]]) -> None:
        for arn in {policy["PolicyArn"] for policy in old} - {policy["PolicyArn"] for policy in new}:
            answer_of(eks._disassociate_access_policy(cluster, principal, arn))
        for policy in new:
            scope = {key.lower(): value for key, value in policy["AccessScope"].items()}
            body = {"policyArn": policy["PolicyArn"], "accessScope": scope}
            answer_of(eks._associate_access_policy(cluster, principal, body))
