"""podnet's own rules over templates.

cdk-nag's EKS rules look at `aws_eks.CfnCluster` and pass over clusters of `aws_eks_v2` in silence (cdklabs/cdk-nag,
src/rules/eks), so what they ask is asked here, beside what the EKS best practices guide asks of nodes and network.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scans.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from scans.estate import Estate

LOGS = {"api", "audit", "authenticator", "controllerManager", "scheduler"}
ANYWHERE = {"0.0.0.0/0", "::/0"}
Properties = dict[str, Any]


def scan(estate: Estate) -> Iterator[Finding]:
    """Give what the templates' resources do not keep."""
    templates = estate.templates
    for stack, template in templates.items():
        kinds = [resource["Type"] for resource in template["Resources"].values()]
        for name, resource in template["Resources"].items():
            for rule, message in _RULES.get(resource["Type"], _none)(resource.get("Properties", {})):
                yield Finding(estate.name, f"podnet-{rule}", f"{stack}/{name}", message)
        if kinds.count("AWS::EC2::VPC") != kinds.count("Custom::VpcRestrictDefaultSG"):
            yield Finding(estate.name, "podnet-default-group", stack, "the VPC's default security group stays open")


def _none(_: Properties) -> Iterator[tuple[str, str]]:
    yield from ()


def _cluster(found: Properties) -> Iterator[tuple[str, str]]:
    if not any("secrets" in entry["Resources"] for entry in found.get("EncryptionConfig", [])):
        yield "eks-secrets", "secrets must be encrypted by a KMS key"
    enabled = found.get("Logging", {}).get("ClusterLogging", {}).get("EnabledTypes", [])
    if missing := LOGS - {entry["Type"] for entry in enabled}:
        yield "eks-logs", f"control-plane logs must be kept, got none of {', '.join(sorted(missing))}"
    network = found["ResourcesVpcConfig"]
    ranges = set(network.get("PublicAccessCidrs", ANYWHERE))
    if network.get("EndpointPublicAccess", True) and ranges & ANYWHERE:
        yield "eks-endpoint", "a public endpoint must be open to named ranges only"
    if not network.get("EndpointPrivateAccess", False):
        yield "eks-private-endpoint", "nodes must reach the endpoint inside the VPC"
    if found.get("AccessConfig", {}).get("AuthenticationMode") != "API":
        yield "eks-access", "who may enter must be told by access entries alone"


def _launch_template(found: Properties) -> Iterator[tuple[str, str]]:
    data = found["LaunchTemplateData"]
    metadata = data.get("MetadataOptions", {})
    if metadata.get("HttpTokens") != "required" or metadata.get("HttpPutResponseHopLimit") != 1:
        yield "node-metadata", "IMDSv2 must be required, with one hop: pods must not take the node's role"
    if not all(disk.get("Ebs", {}).get("Encrypted") is True for disk in data.get("BlockDeviceMappings", [{}])):
        yield "node-volumes", "volumes must be encrypted"
    if any(card.get("AssociatePublicIpAddress") for card in data.get("NetworkInterfaces", [])):
        yield "public-address", "nodes must have no public address"


def _node_group(found: Properties) -> Iterator[tuple[str, str]]:
    if "RemoteAccess" in found:
        yield "node-ssh", "nodes must not be open to SSH"
    if "LaunchTemplate" not in found:
        yield "node-metadata", "nodes must have a launch template that holds IMDSv2 and encryption"


def _subnet(found: Properties) -> Iterator[tuple[str, str]]:
    if found.get("MapPublicIpOnLaunch", False) is not False:
        yield "public-address", "a subnet must not give public addresses by itself"


def _log_group(found: Properties) -> Iterator[tuple[str, str]]:
    if "RetentionInDays" not in found:
        yield "log-retention", "a log must end some day"


_RULES: dict[str, Callable[[Properties], Iterator[tuple[str, str]]]] = {
    "AWS::EKS::Cluster": _cluster,
    "AWS::EC2::LaunchTemplate": _launch_template,
    "AWS::EKS::Nodegroup": _node_group,
    "AWS::EC2::Subnet": _subnet,
    "AWS::Logs::LogGroup": _log_group,
}
