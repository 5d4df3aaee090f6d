"""AWS::IAM::OIDCProvider."""

from ministack.services import iam

from rehearsal.emulator.refused import RefusedError
from rehearsal.emulator.resources.resource_type import Made, Properties, ResourceType

_REFUSED = 400


class OidcProvider(ResourceType):
    """An identity provider; a change of its lists makes a new one under the same ARN here, on AWS it is in place."""

    name = "AWS::IAM::OIDCProvider"
    replaced_by = ("Url",)

    def create(self, logical_id: str, properties: Properties, stack: str) -> Made:
        """Make it.

        Raises:
            RefusedError: If there is one for the same URL.
        """
        query = {"Url": [properties["Url"]]}
        for prop, name in (("ClientIdList", "ClientIDList"), ("ThumbprintList", "ThumbprintList")):
            query |= {f"{name}.member.{i}": [value] for i, value in enumerate(properties.get(prop) or [], 1)}
        status, _headers, body = iam._create_oidc_provider(query)
        if status >= _REFUSED:
            raise RefusedError("EntityAlreadyExists", str(body))
        text = body.decode() if isinstance(body, bytes) else str(body)
        arn = text.split("<OpenIDConnectProviderArn>")[1].split("<")[0]
        return arn, {"Arn": arn}

    def update(self, physical_id: str, old: Properties, new: Properties, stack: str, logical_id: str) -> Made:
        """Change clients or thumbprints."""
        self.delete(physical_id, old)
        return self.create(logical_id, new, stack)

    def delete(self, physical_id: str, properties: Properties) -> None:
        """Delete it."""
        iam._delete_oidc_provider({"OpenIDConnectProviderArn": [physical_id]})
