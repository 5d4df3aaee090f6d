"""What a rehearsal cannot notice, with the reason."""

from rehearsal.privilege.removal import Removal
from settings import Settings

_ON_TIMEOUT = "CDK's onTimeout calls nobody, and runs only where the handler does not keep its own limits"
_NEVER_IDLE = "CDK's framework asks only where a call failed; a function outside of a VPC does not go idle"
_LOOKS = "lambda:GetFunction"


def known(removal: Removal, settings: Settings) -> str:
    """Give why the absence of a permission is not noticed in an environment, "" where it must be."""
    if "frameworkonTimeout" in removal.resource:
        return _ON_TIMEOUT
    manifests_in_vpc = "Kubectl" in removal.resource and settings.cluster is not None
    if removal.what == _LOOKS and not (manifests_in_vpc or settings.any_cluster.handler_in_vpc):
        return _NEVER_IDLE
    return ""
