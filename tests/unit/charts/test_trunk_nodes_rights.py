"""What the handler may read about nodes."""

import cdk8s

from charts.trunk_nodes_rights import TrunkNodesRights


def test_it_may_list_nodes_cninodes_and_the_events_about_nodes_and_nothing_else():
    """Two roles with one verb, each bound to the group; the events' Role in the namespace where EKS writes them."""
    objects = TrunkNodesRights(cdk8s.App(), "rights", group="podnet:reconcilers").to_json()
    found = {(o["kind"], o["metadata"].get("namespace")): o for o in objects}
    assert set(found) == {
        ("ClusterRole", None),
        ("ClusterRoleBinding", None),
        ("Role", "default"),
        ("RoleBinding", "default"),
    }
    rules = [*found["ClusterRole", None]["rules"], *found["Role", "default"]["rules"]]
    assert rules == [
        {"apiGroups": [group], "resources": [plural], "verbs": ["list"]}
        for group, plural in (("", "nodes"), ("vpcresources.k8s.aws", "cninodes"), ("", "events"))
    ]
    for kind, namespace in (("ClusterRole", None), ("Role", "default")):
        binding = found[f"{kind}Binding", namespace]
        assert binding["roleRef"]["kind"] == kind
        assert binding["roleRef"]["name"] == found[kind, namespace]["metadata"]["name"]
        assert [subject["name"] for subject in binding["subjects"]] == ["podnet:reconcilers"]
