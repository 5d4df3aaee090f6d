"""What must stay when a newer podnet takes over what an earlier one has deployed."""

from collections import Counter

from rehearsal.checks.expect import expect
from rehearsal.checks.identities import Found

# what runs in them, or leads to them, would be away while they are made anew
_CARRIES = (
    *("AWS::EC2::VPC", "AWS::EC2::Subnet", "AWS::EC2::NatGateway", "AWS::EC2::EIP", "AWS::EC2::SecurityGroup"),
    *("AWS::EC2::VPCPeeringConnection", "AWS::EC2::TransitGatewayVpcAttachment", "AWS::EC2::LaunchTemplate"),
    *("AWS::EKS::Cluster", "AWS::EKS::Addon", "AWS::EKS::Nodegroup", "AWS::KMS::Key"),
)
_ROLLS = (
    *("pod kube-system/aws-node-", "pod kube-system/node-local-dns"),
    *("template of ", "api/v1/configmaps kube-system/node-local-dns"),
)


def what_carries_stays(before: Found, after: Found) -> str:
    """Prove that network, groups, cluster, nodes, policies and pods are those that they were; tell what came and went.

    Pods of aws-node and of the cache may be new ones: their DaemonSets roll where their template is another.

    Raises:
        CheckFailedError: With the names of those that are gone, or others.
    """
    others = [key for key in before if before[key] != after.get(key)]
    lost = "; ".join(filter(_must_stay, others))
    expect(not lost, f"an upgrade must leave what carries traffic, got gone or made anew: {lost}")
    kept, template = sum(map(_must_stay, before)), "template of "
    rolled = [key.removeprefix(template) for key in others if key.startswith(template)]
    came, went = (_kinds({key for key in a if a[key] != b.get(key)}) for a, b in ((after, before), (before, after)))
    return f"{kept} stay; rolled: {', '.join(rolled) or 'nothing'}; came: {came}; went: {went}"


def carries(resource: str) -> bool:
    """Say whether traffic needs a resource; its key, or its type alone, tells."""
    return resource.endswith(_CARRIES)


def _must_stay(key: str) -> bool:
    return carries(key) if "::" in key else not key.startswith(_ROLLS)


def _kinds(keys: set[str]) -> str:
    counts = Counter(key.rpartition(" ")[2] for key in keys if "::" in key)
    return ", ".join(f"{count} {kind}" for kind, count in sorted(counts.items())) or "nothing"
