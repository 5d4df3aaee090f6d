"""What a deploy that changes nothing must leave alone."""

import json
from typing import Any

from rehearsal.checks.expect import expect
from rehearsal.checks.scene import Scene

Snapshot = dict[str, str]


def snapshot(scene: Scene) -> Snapshot:
    """Give a text for each thing that must not change: stacks, objects of the cluster, EC2's network."""
    found = {f"stack {s['StackName']}": str((s["StackStatus"], s.get("LastUpdatedTime"))) for s in scene.stacks()}
    for name in ("aws-node", "node-local-dns"):
        for item in scene.kubernetes("GET", "/apis/apps/v1/namespaces/kube-system/daemonsets")["items"]:
            if item["metadata"]["name"] == name:
                found[f"DaemonSet {name}"] = _version(item)
    for policy in scene.policies():
        found[f"policy {policy['metadata']['namespace']}/{policy['metadata']['name']}"] = _version(policy)
    for path, kind in (("rbac.authorization.k8s.io/v1/namespaces/kube-system/roles", "Role"),):
        for item in scene.kubernetes("GET", f"/apis/{path}")["items"]:
            found[f"{kind} {item['metadata']['name']}"] = _version(item)
    for group in scene.aws.ec2.describe_security_groups()["SecurityGroups"]:
        found[f"group {group['GroupId']}"] = json.dumps(group, sort_keys=True, default=str)
    for table in scene.aws.ec2.describe_route_tables()["RouteTables"]:
        found[f"routes {table['RouteTableId']}"] = json.dumps(table, sort_keys=True, default=str)
    return found


def nothing_changed(before: Snapshot, after: Snapshot) -> str:
    """Prove that two snapshots are equal.

    Raises:
        CheckFailedError: With the names of what changed.
    """
    changed = sorted(key for key in before.keys() | after.keys() if before.get(key) != after.get(key))
    expect(not changed, f"a deploy without changes must touch nothing, got changes in {changed}")
    return f"{len(after)} stacks and objects"


def _version(item: dict[str, Any]) -> str:
    return f"generation {item['metadata'].get('generation')}, resourceVersion {item['metadata']['resourceVersion']}"
