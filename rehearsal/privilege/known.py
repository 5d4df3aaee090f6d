"""What a rehearsal cannot notice, with the reason."""

from rehearsal.privilege.removal import Removal
from settings import Settings

_ON_TIMEOUT = "CDK's onTimeout calls nobody, and runs only where the handler does not keep its own limits"
_NEVER_IDLE = "CDK's framework asks only where a call failed; a function outside of a VPC does not go idle"
_NO_PACKETS = "no packet flows through a rehearsal's VPC, so nothing is delivered to its flow logs"
_LAMBDAS_OWN = (
    "Lambda refuses a function in a VPC without the actions by which it makes, describes and deletes interfaces; "
    "for these, which its guide asks for too, no refusal is documented"
)
_LOOKS = "lambda:GetFunction"
_ASKED_FOR = {"ec2:DescribeSubnets", "ec2:AssignPrivateIpAddresses", "ec2:UnassignPrivateIpAddresses"}


def known(removal: Removal, settings: Settings) -> str:
    """Give why the absence of a permission is not noticed in an environment, "" where it must be."""
    if "frameworkonTimeout" in removal.resource:
        return _ON_TIMEOUT
    if "FlowLogsIAMRole" in removal.resource:
        return _NO_PACKETS
    if "AwsNodeEnvHandlerInVpc" in removal.resource and removal.what in _ASKED_FOR:
        return _LAMBDAS_OWN
    manifests_in_vpc = "Kubectl" in removal.resource and settings.cluster is not None
    if removal.what == _LOOKS and not (manifests_in_vpc or settings.any_cluster.handler_in_vpc):
        return _NEVER_IDLE
    return ""
