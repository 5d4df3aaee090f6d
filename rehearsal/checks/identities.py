"""By what a resource, an object or a pod is known again."""

from rehearsal.checks import pods
from rehearsal.checks.scene import Scene

_OBJECTS = ("apis/apps/v1/daemonsets", "api/v1/services", "api/v1/configmaps", "api/v1/namespaces", "api/v1/nodes")
_POLICIES = "apis/vpcresources.k8s.aws/v1beta1/securitygrouppolicies"
_ROLES = "apis/rbac.authorization.k8s.io/v1/roles"

Found = dict[str, str]
"""What -> its identity: another one is another thing. A resource is `<stack>/<logical id> <type>`."""


def identities(scene: Scene) -> Found:
    """Give the physical ids of all resources, the uids of objects and pods, and templates of DaemonSets."""
    client, found = scene.aws.cloudformation, Found()
    for stack in scene.stacks():
        for page in client.get_paginator("list_stack_resources").paginate(StackName=stack["StackName"]):
            for resource in page["StackResourceSummaries"]:
                key = f"{stack['StackName']}/{resource['LogicalResourceId']} {resource['ResourceType']}"
                found[key] = resource["PhysicalResourceId"]
    for path in (*_OBJECTS, _POLICIES, _ROLES):
        for item in scene.kubernetes("GET", f"/{path}")["items"]:
            meta = item["metadata"]
            found[f"{path} {meta.get('namespace', '')}/{meta['name']}"] = meta["uid"]
            if "daemonsets" in path:
                found[f"template of {meta['name']}"] = str(item["spec"]["template"])
    return found | {f"pod {name}": uid for uid, name in pods.running(scene).items()}
