"""What the handler may read to prove that nodes can carry branch ENIs."""

import cdk8s
from constructs import Construct

_RBAC, _NAME = "rbac.authorization.k8s.io", "podnet-trunk-nodes"
_LIST = {"verbs": ["list"]}


class TrunkNodesRights(cdk8s.Chart):
    """A ClusterRole to list nodes and CNINodes, a Role for the events of nodes, and their bindings to a group.

    Both kinds are cluster-scoped, so no Role will do; events about them lie in the namespace `default`.
    """

    def __init__(self, scope: Construct, construct_id: str, *, group: str) -> None:
        """Bind `group`, the Kubernetes group of the handler's access entry."""
        super().__init__(scope, construct_id)
        nodes = [
            {"apiGroups": [""], "resources": ["nodes"], **_LIST},
            {"apiGroups": ["vpcresources.k8s.aws"], "resources": ["cninodes"], **_LIST},
        ]
        events = [{"apiGroups": [""], "resources": ["events"], **_LIST}]
        for kind, namespace, rules in (("ClusterRole", None, nodes), ("Role", "default", events)):
            metadata = cdk8s.ApiObjectMetadata(name=_NAME, namespace=namespace)
            role, subject = (
                {"apiGroup": _RBAC, "kind": of, "name": name} for of, name in ((kind, _NAME), ("Group", group))
            )
            binding = {"roleRef": role, "subjects": [subject]}
            for name, content in ((kind, {"rules": rules}), (f"{kind}Binding", binding)):
                made = cdk8s.ApiObject(self, name, api_version=f"{_RBAC}/v1", kind=name, metadata=metadata)
                for key, value in content.items():
                    made.add_json_patch(cdk8s.JsonPatch.add(f"/{key}", value))
