"""Security group policies and the groups that they name."""

from typing import Any

from rehearsal.checks.expect import equal, expect
from rehearsal.checks.scene import Scene
from settings.workloads import Workload


def policies_name_real_groups(scene: Scene) -> str:
    """Prove that each workload has a policy, nothing else has, and EC2 has all their groups in the cluster's VPC."""
    found = {(p["metadata"]["namespace"], p["metadata"]["name"]): p for p in scene.policies()}
    wanted = {(workload.namespace, workload.name): workload for workload in scene.settings.workloads}
    equal("policies", sorted(found), sorted(wanted))
    groups = {
        group["GroupId"]: group
        for group in scene.aws.ec2.describe_security_groups(Filters=[{"Name": "vpc-id", "Values": [scene.vpc_id]}])[
            "SecurityGroups"
        ]
    }
    firsts = set()
    for key, policy in found.items():
        ids = policy["spec"]["securityGroups"]["groupIds"]
        missing = [group for group in ids if group not in groups]
        equal(f"groups of policy {'/'.join(key)} that EC2 does not have in {scene.vpc_id}", missing, [])
        firsts.add(ids[0])
        _selectors(wanted[key], policy)
        ingress_is_open(wanted[key], [groups[group] for group in ids[1:]])
    expect(len(firsts) <= 1, f"all policies must list the shared group first, got {sorted(firsts)}")
    _shared_group(scene, groups, firsts)
    named = {group for policy in found.values() for group in policy["spec"]["securityGroups"]["groupIds"]}
    return f"{len(found)} policies, {len(named)} groups"


def policies_are_gone(scene: Scene) -> str:
    """Prove, after podnet is gone, that no policy is left."""
    equal("policies", [policy["metadata"]["name"] for policy in scene.policies()], [])
    return "no policy left"


def ingress_is_open(workload: Workload, groups: list[dict[str, Any]]) -> None:
    """Prove that each ingress port of the file is open in one of the workload's own groups.

    EC2 keeps no port with all protocols, and -1, every type, with ICMP.

    Raises:
        CheckFailedError: If one is not.
    """
    found = {f"{rule['IpProtocol']} {rule.get('FromPort')}" for group in groups for rule in group["IpPermissions"]}
    for rule in workload.ingress:
        wanted = {"all": "-1 None", "icmp": "icmp -1"}.get(rule.protocol, f"{rule.protocol} {rule.port}")
        expect(wanted in found, f"a group of {workload.name} must admit {wanted}, got {sorted(found)}")


def group_of_nodes(scene: Scene) -> str:
    """Give the group that the nodes and CoreDNS carry: the file's, or else the cluster's."""
    own = scene.settings.node_security_group_id
    return own or str(scene.cluster_record()["resourcesVpcConfig"]["clusterSecurityGroupId"])


def _selectors(workload: Workload, policy: dict[str, Any]) -> None:
    for key, labels in (
        ("podSelector", workload.pod_labels),
        ("serviceAccountSelector", workload.service_account_labels),
    ):
        found = policy["spec"].get(key, {}).get("matchLabels")
        equal(f"{key} of policy {workload.namespace}/{workload.name}", found, labels)


def _shared_group(scene: Scene, groups: dict[str, dict[str, Any]], shared: set[str]) -> None:
    """Prove that the nodes' group answers DNS of the shared group, the way around a restarting cache."""
    nodes = group_of_nodes(scene)
    for group in shared:
        found = {
            rule["IpProtocol"]
            for rule in groups[nodes]["IpPermissions"]
            if rule.get("FromPort") == 53 and any(p["GroupId"] == group for p in rule["UserIdGroupPairs"])  # noqa: PLR2004
        }
        equal(f"protocols of port 53 that {nodes} of the nodes admits from {group}", found, {"tcp", "udp"})
