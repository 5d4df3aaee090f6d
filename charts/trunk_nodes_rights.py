"""What the handler may read to prove that nodes can carry branch ENIs."""

import cdk8s
from constructs import Construct

from .rights import rights

_NAME = "podnet-trunk-nodes"


class TrunkNodesRights(cdk8s.Chart):
    """A ClusterRole to list nodes and CNINodes, a Role for the events of nodes, and their bindings to a group.

    Both kinds are cluster-scoped, so no Role will do; events about them lie in the namespace `default`.
    """

    def __init__(self, scope: Construct, construct_id: str, *, group: str) -> None:
        """Bind `group`, the Kubernetes group of the handler's access entry."""
        super().__init__(scope, construct_id)
        nodes = [_list("", "nodes"), _list("vpcresources.k8s.aws", "cninodes")]
        rights(self, "ClusterRole", _NAME, group=group, rules=nodes)
        rights(self, "Role", _NAME, group=group, rules=[_list("", "events")], namespace="default")


def _list(api_group: str, resources: str) -> dict[str, list[str]]:
    return {"apiGroups": [api_group], "resources": [resources], "verbs": ["list"]}
