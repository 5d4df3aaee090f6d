"""AWS::EKS::PodIdentityAssociation."""

from ministack.services import eks

from rehearsal.emulator.operations import answer_of
from rehearsal.emulator.resources.resource_type import Made, Properties, ResourceType


class EksPodIdentityAssociation(ResourceType):
    """A role for the pods of a service account; no agent hands out its credentials here."""

    name = "AWS::EKS::PodIdentityAssociation"
    replaced_by = ("ClusterName", "Namespace", "ServiceAccount")

    def create(self, logical_id: str, properties: Properties, stack: str) -> Made:
        """Make the association.

        Raises:
            RefusedError: As CreatePodIdentityAssociation does.
        """
        cluster = properties["ClusterName"]
        body = {
            "namespace": properties["Namespace"],
            "serviceAccount": properties["ServiceAccount"],
            "roleArn": properties["RoleArn"],
        }
        made = answer_of(eks._create_pod_identity_association(cluster, body))["association"]
        attributes = {"AssociationArn": made["associationArn"], "AssociationId": made["associationId"]}
        return made["associationArn"], attributes

    def update(self, physical_id: str, old: Properties, new: Properties, stack: str, logical_id: str) -> Made:
        """Change the role."""
        cluster, association = new["ClusterName"], physical_id.rpartition("/")[2]
        body = {"roleArn": new["RoleArn"]}
        answer_of(eks._update_pod_identity_association(cluster, association, body))
        return physical_id, {"AssociationArn": physical_id, "AssociationId": association}

    def delete(self, physical_id: str, properties: Properties) -> None:
        """Delete the association."""
        if properties["ClusterName"] in eks._clusters:
            association = physical_id.rpartition("/")[2]
            answer_of(eks._delete_pod_identity_association(properties["ClusterName"], association))
