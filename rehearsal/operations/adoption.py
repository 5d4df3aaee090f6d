"""What must stay when a pipeline's stage deploys over stacks that were deployed by hand."""

from rehearsal.checks import pods
from rehearsal.checks.expect import expect
from rehearsal.checks.scene import Scene

_OTHERS = {"AWS::Lambda::Permission", "AWS::CDK::Metadata"}  # named after the app's tree; nothing runs in them
_OBJECTS = ("apis/apps/v1/daemonsets", "api/v1/services", "api/v1/configmaps", "api/v1/namespaces")
_POLICIES = "apis/vpcresources.k8s.aws/v1beta1/securitygrouppolicies"
_ROLES = "apis/rbac.authorization.k8s.io/v1/roles"

Found = dict[str, str]
"""What -> its identity: another one is another thing."""


def identities(scene: Scene) -> Found:
    """Give the physical ids of all resources, the uids of objects and pods, and templates of DaemonSets."""
    client, found = scene.aws.cloudformation, Found()
    for stack in scene.stacks():
        for page in client.get_paginator("list_stack_resources").paginate(StackName=stack["StackName"]):
            for resource in page["StackResourceSummaries"]:
                if resource["ResourceType"] not in _OTHERS:
                    key = f"{stack['StackName']}/{resource['LogicalResourceId']}"
                    found[key] = resource["PhysicalResourceId"]
    for path in (*_OBJECTS, _POLICIES, _ROLES):
        for item in scene.kubernetes("GET", f"/{path}")["items"]:
            meta = item["metadata"]
            found[f"{path} {meta.get('namespace', '')}/{meta['name']}"] = meta["uid"]
    for name in ("aws-node", "node-local-dns"):
        found[f"template of {name}"] = str(scene.daemon_set(name)["spec"]["template"])
    return found | {f"pod {name}": uid for uid, name in pods.running(scene).items()}


def nothing_is_replaced(before: Found, after: Found) -> str:
    """Prove that every resource, object and pod is the one that it was.

    Raises:
        CheckFailedError: With the names of those that came, went or are others.
    """
    others = sorted(key for key in before.keys() | after.keys() if before.get(key) != after.get(key))
    expect(not others, f"a pipeline must replace nothing, got {len(others)} others: {'; '.join(others)}")
    return f"{len(after)} resources, objects and pods are the ones that they were"
