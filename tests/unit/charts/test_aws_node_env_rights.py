"""The Role and RoleBinding of the AwsNodeEnv handler."""

from chart_objects import by_kind, render

from charts.aws_node_env_rights import AwsNodeEnvRights

GROUP = "podnet:reconcilers"


def rules(**arguments):
    return by_kind(render(AwsNodeEnvRights, group=GROUP, **arguments), "Role")["rules"]


def test_the_role_gets_and_patches_aws_node_by_name_and_lists_pods():
    """Nothing else: no list of DaemonSets, no other verb, no wildcard."""
    assert rules() == [
        {"apiGroups": ["apps"], "resources": ["daemonsets"], "resourceNames": ["aws-node"], "verbs": ["get", "patch"]},
        {"apiGroups": [""], "resources": ["pods"], "verbs": ["list"]},
    ]


def test_an_awaited_daemon_set_can_be_read_but_not_patched():
    assert rules(awaited_daemon_sets=["node-local-dns"])[1] == {
        "apiGroups": ["apps"],
        "resources": ["daemonsets"],
        "resourceNames": ["node-local-dns"],
        "verbs": ["get"],
    }


def test_both_objects_have_the_name_that_other_software_knows():
    objects = render(AwsNodeEnvRights, group=GROUP)
    metadata = {"name": "podnet-aws-node-env", "namespace": "kube-system"}
    assert [(o["apiVersion"], o["kind"], o["metadata"]) for o in objects] == [
        ("rbac.authorization.k8s.io/v1", "Role", metadata),
        ("rbac.authorization.k8s.io/v1", "RoleBinding", metadata),
    ]


def test_the_binding_gives_the_role_to_the_group():
    binding = by_kind(render(AwsNodeEnvRights, group=GROUP), "RoleBinding")
    api_group = "rbac.authorization.k8s.io"
    assert binding["roleRef"] == {"apiGroup": api_group, "kind": "Role", "name": "podnet-aws-node-env"}
    assert binding["subjects"] == [{"apiGroup": api_group, "kind": "Group", "name": GROUP}]
