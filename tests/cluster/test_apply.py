"""Create and Update: the values come into effect, and nothing else changes."""

import copy

import aws_node
import daemon_set
import pytest
from cloudformation import CustomResource, StillWaitingError

STRICT = {"aws-node": {**aws_node.ENV["aws-node"], "POD_SECURITY_GROUP_ENFORCING_MODE": "strict"}}


def without_our_marks(live, env=aws_node.ENV):
    """Give the object without our variables, our note and what every write changes."""
    left = copy.deepcopy(live)
    for container in aws_node.containers(left).values():
        names = env.get(container["name"], {})
        container["env"] = [entry for entry in container.get("env", []) if entry["name"] not in names]
    for name in ("resourceVersion", "generation", "managedFields"):
        left["metadata"].pop(name)
    left["metadata"]["annotations"] = {
        name: text
        for name, text in left["metadata"].get("annotations", {}).items()
        if not name.startswith("podnet.io/") and name != "deprecated.daemonset.template.generation"
    }
    left.pop("status")
    return left


def test_values_that_the_add_on_carries_become_co_owned_and_nothing_rolls(node, following, properties):
    """A cluster that is right already keeps its generation; four requests in all."""
    node.install(aws_node.ENV)
    before = node.live["metadata"]["generation"]
    data = CustomResource().deploy(properties)
    live = node.live
    assert live["metadata"]["generation"] == before
    assert data == {"Generation": str(before), "Nodes": "3", "CniVersion": "1.23.2"}
    assert owned(live, "podnet") == {(c, n) for c, names in aws_node.ENV.items() for n in names}
    assert owned(live, "podnet") <= owned(live, "eks")


def test_a_create_on_a_cluster_that_is_right_takes_four_requests(node, following, properties, faults, certificates):
    """A look and a claim before, a look and an apply after: the answer of the apply is the proof."""
    node.install(aws_node.ENV)
    while node.live["status"].get("observedGeneration") != node.live["metadata"]["generation"]:
        pass
    through = {**properties, "Endpoint": faults.endpoint, "CertificateAuthority": certificates.authority}
    CustomResource().deploy(through)
    assert [method for method, _ in faults.requests] == ["GET", "PATCH", "GET", "PATCH"]


def test_values_that_the_add_on_does_not_carry_are_patched_and_nothing_else_changes(node, following, properties):
    """Every other field and entry is the same, in the same order; new entries come last."""
    before = node.live
    CustomResource().deploy(properties)
    live = node.live
    assert node.values == aws_node.ENV
    assert without_our_marks(live) == without_our_marks(before)
    assert live["metadata"]["generation"] == before["metadata"]["generation"] + 1
    for name, container in aws_node.containers(live).items():
        old = [e["name"] for e in aws_node.containers(before)[name].get("env", [])]
        assert [e["name"] for e in container.get("env", [])][: len(old)] == old


def test_an_apply_in_any_order_of_the_settings_keeps_the_live_order(node, following, properties):
    """The order of entries is part of the value: it would roll the fleet."""
    node.install(aws_node.ENV)
    before = node.live
    backwards = {c: dict(reversed(names.items())) for c, names in reversed(aws_node.ENV.items())}
    resource = CustomResource()
    resource.deploy({**properties, "Env": backwards})
    resource.deploy({**properties, "RunAgain": "1"})
    assert node.live["spec"] == before["spec"]
    assert node.live["metadata"]["generation"] == before["metadata"]["generation"]


def test_the_add_on_and_podnet_do_not_fight_about_equal_values(node, following, properties):
    """Alternating applies of both, with equal values, roll nothing."""
    node.install(aws_node.ENV)
    resource = CustomResource()
    resource.deploy(properties)
    generation = node.live["metadata"]["generation"]
    for run in range(3):
        node.install(aws_node.ENV, force=run == 0)
        resource.deploy({**properties, "RunAgain": str(run)})
    assert node.live["metadata"]["generation"] == generation


def test_drift_by_kubectl_is_set_right_by_the_next_run(node, following, properties):
    """RunAgain is enough to bring the value back."""
    resource = CustomResource()
    resource.deploy(properties)
    node.set_env("aws-node", "ENABLE_POD_ENI", "false")
    resource.deploy({**properties, "RunAgain": "1"})
    assert node.values == aws_node.ENV


@pytest.mark.parametrize("carried", [None, aws_node.ENV], ids=["reset by the add-on", "kept by the add-on"])
@pytest.mark.parametrize("image_tag", [None, "v1.24.0"], ids=["same image", "new image"])
def test_after_an_upgrade_of_the_add_on_the_values_are_in_effect(node, following, properties, carried, image_tag):
    """An add-on update with OVERWRITE takes the values; the deployment that made it brings them back."""
    resource = CustomResource()
    resource.deploy(properties)
    node.install(carried, image_tag)
    resource.deploy({**properties, "AddonVersion": "v1.24.0-eksbuild.1"})
    assert node.values == aws_node.ENV


def test_an_upgrade_without_force_succeeds_where_the_add_on_carries_the_values(node, following, properties):
    """Co-ownership: neither side needs force."""
    resource = CustomResource()
    resource.deploy(properties)
    node.install(aws_node.ENV, "v1.24.0", force=False)
    data = resource.deploy({**properties, "AddonVersion": "v1.24.0-eksbuild.1"})
    assert node.values == aws_node.ENV
    assert data["CniVersion"] == "1.24.0"


def test_a_container_without_any_variable_gets_its_first(node, following, properties):
    """An init container of an older or a self-managed CNI; a Delete takes it away again."""
    body = aws_node.manifest()
    del aws_node.containers(body)["aws-vpc-cni-init"]["env"]
    node.remove()
    before = node.api.apply(body, "eks")
    resource = CustomResource()
    resource.deploy(properties)
    assert node.values == aws_node.ENV
    resource.delete()
    assert without_our_marks(node.live) == without_our_marks(before)


def test_a_changed_value_is_rolled_out(node, following, properties):
    """From standard to strict: one generation."""
    resource = CustomResource()
    resource.deploy(properties)
    generation = node.live["metadata"]["generation"]
    resource.deploy({**properties, "Env": {**aws_node.ENV, **STRICT}})
    assert node.values == {**aws_node.ENV, **STRICT}
    assert node.live["metadata"]["generation"] == generation + 1


def test_a_cluster_without_nodes_is_complete_at_once(node, properties, capsys):
    """No nodes, nothing to wait for, and the log says so."""
    node.set_status()
    generation = node.live["metadata"]["generation"]
    node.install(aws_node.ENV)
    node.set_status()
    resource = CustomResource()
    assert resource.deploy(properties)["Nodes"] == "0"
    assert resource.polls == 1
    assert "no nodes" in capsys.readouterr().out
    assert node.live["metadata"]["generation"] == generation + 1


def test_a_daemon_set_that_comes_late_is_waited_for(node, properties):
    """The add-on may still be on its way."""
    node.remove()
    resource = CustomResource()
    begun = resource._begin("Create", properties, None, "")
    assert (begun["Dead"], begun["Claimed"]) == (0, "")
    assert resource_is_waiting(resource, begun)
    node.install()
    assert resource_is_waiting(resource, begun)
    node.set_status()
    resource._wait(begun, 1)
    assert node.values == aws_node.ENV


def test_a_daemon_set_that_came_late_has_the_whole_limit_for_its_rollout(node, properties):
    """Ten minutes of waiting for the add-on are not taken from it."""
    node.remove()
    resource = CustomResource(began_ago=300)
    begun = resource._begin("Create", {**properties, "RolloutMinutes": 2}, None, "")
    assert resource_is_waiting(resource, begun)
    node.install()
    assert resource_is_waiting(resource, begun)


def resource_is_waiting(resource, event):
    with pytest.raises(StillWaitingError):
        resource._wait(event, 1)
    return True


def owned(live, manager):
    """Give the (container, variable) pairs whose value a manager owns."""
    return {
        where
        for entry in live["metadata"]["managedFields"]
        if entry["manager"] == manager
        for where, has_value in daemon_set.owned(entry).items()
        if has_value
    }
