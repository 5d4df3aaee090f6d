"""What the AwsNodeEnv handler may do inside the cluster."""

from collections.abc import Sequence

import cdk8s
from constructs import Construct

from .rights import rights


class AwsNodeEnvRights(cdk8s.Chart):
    """The Role of the handler and its RoleBinding, in kube-system.

    A Role lists verbs on objects of one namespace; a RoleBinding gives them to a group, and an EKS access entry puts
    the handler's IAM role into that group. DaemonSets are named one by one: `get` and `patch` can be limited by name,
    `list` cannot (kubernetes.io/docs/reference/access-authn-authz/rbac). Pods are listed to name those not ready.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, group: str, awaited_daemon_sets: Sequence[str] = ()
    ) -> None:
        """Bind `group` to get and patch on aws-node, get on each of `awaited_daemon_sets`, list on pods.

        Args:
            scope: a cdk8s App.
            construct_id: id of the chart.
            group: the Kubernetes group of the access entry, `AwsNodeEnv.KUBERNETES_GROUP`.
            awaited_daemon_sets: further DaemonSets in kube-system whose rollout is awaited; none when left out.
        """
        super().__init__(scope, construct_id, namespace="kube-system")
        daemon_sets = {"apiGroups": ["apps"], "resources": ["daemonsets"]}
        rules = [{**daemon_sets, "resourceNames": ["aws-node"], "verbs": ["get", "patch"]}]
        if awaited_daemon_sets:  # a rule without names is for all of them
            rules.append({**daemon_sets, "resourceNames": [*awaited_daemon_sets], "verbs": ["get"]})
        rules.append({"apiGroups": [""], "resources": ["pods"], "verbs": ["list"]})
        rights(self, "Role", "podnet-aws-node-env", group=group, rules=rules)
