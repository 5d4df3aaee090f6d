"""A variable that leaves the settings, and Delete: what was there before is there again."""

import json
import time

import aws_node
import pytest
from cloudformation import CustomResource

NOTE = "podnet.io/aws-node-env"
ORIGINALS = {
    "aws-node": {
        "ENABLE_POD_ENI": "false",
        "POD_SECURITY_GROUP_ENFORCING_MODE": None,
        "AWS_VPC_K8S_CNI_EXTERNALSNAT": "false",
    },
    "aws-vpc-cni-init": {"DISABLE_TCP_EARLY_DEMUX": "false"},
}


def less(*names):
    """Give the settings without some variables."""
    env = {c: {n: v for n, v in variables.items() if n not in names} for c, variables in aws_node.ENV.items()}
    return {c: variables for c, variables in env.items() if variables}


def replaced(live):
    return json.loads(live["metadata"]["annotations"][NOTE])["replaced"]


def test_the_first_apply_records_what_it_replaces_and_a_later_one_does_not(node, following, properties):
    """The originals, not our own values, stand in the note."""
    resource = CustomResource()
    resource.deploy(properties)
    assert replaced(node.live) == ORIGINALS
    node.install()
    resource.deploy({**properties, "RunAgain": "1"})
    assert replaced(node.live) == ORIGINALS


def addon_configuration(env):
    """Give the add-on's configuration values, as the stack of the cluster writes them from the same settings."""
    return json.dumps({"env": env["aws-node"], "init": {"env": env.get("aws-vpc-cni-init", {})}})


def test_what_the_add_on_has_from_the_same_settings_is_no_original(node, following, properties):
    """On a new cluster it is there before the first look; a variable that leaves must not stay for ever.

    Nor must the value that it had at first come back, though somebody made the entry by hand before the add-on had it
    and still owns its name.
    """
    name, resource = "POD_SECURITY_GROUP_ENFORCING_MODE", CustomResource()
    node.set_env("aws-node", name, "strict")
    for mode in ("strict", "standard"):
        env = {**aws_node.ENV, "aws-node": {**aws_node.ENV["aws-node"], name: mode}}
        node.install(env)
        resource.deploy({**properties, "Env": env, "AddonConfiguration": addon_configuration(env)})
    env = less(name)
    node.install(env)
    assert node.values["aws-node"][name] == "standard"
    resource.deploy({**properties, "Env": env, "AddonConfiguration": addon_configuration(env)})
    assert node.values["aws-node"][name] is None
    assert aws_node.values(node.live, env) == env
    resource.delete()
    assert aws_node.values(node.live, env) == env


@pytest.mark.parametrize(
    "name",
    ["ENABLE_POD_ENI", "POD_SECURITY_GROUP_ENFORCING_MODE", "AWS_VPC_K8S_CNI_EXTERNALSNAT", "DISABLE_TCP_EARLY_DEMUX"],
)
def test_a_variable_that_leaves_the_settings_gets_its_original_back(node, following, properties, name):
    """A value or no entry, never a blank; one rollout; gone from the note; the others stay."""
    resource = CustomResource()
    resource.deploy(properties)
    generation = node.live["metadata"]["generation"]
    env = less(name)
    resource.deploy({**properties, "Env": env})
    live = node.live
    assert aws_node.values(live, env) == env
    originals = {c: {n: v for n, v in names.items() if n == name} for c, names in ORIGINALS.items()}
    assert aws_node.values(live, originals) == originals
    assert live["metadata"]["generation"] == generation + 1
    assert name not in json.dumps(live["metadata"]["annotations"])
    assert not [m for m in live["metadata"]["managedFields"] if m["manager"] == "podnet" and name in json.dumps(m)]


def test_after_a_variable_left_the_add_on_applies_without_force(node, following, properties):
    """Ownership of the dropped entry is released, that of the others is not."""
    resource = CustomResource()
    resource.deploy(properties)
    env = less("ENABLE_POD_ENI")
    resource.deploy({**properties, "Env": env})
    wanted = {"aws-node": {**env["aws-node"], "ENABLE_POD_ENI": "true"}, "aws-vpc-cni-init": env["aws-vpc-cni-init"]}
    node.install(wanted, force=False)
    assert node.values == aws_node.ENV


def test_a_change_and_a_departure_in_one_update_are_one_rollout(node, following, properties):
    """One generation for both."""
    resource = CustomResource()
    resource.deploy(properties)
    generation = node.live["metadata"]["generation"]
    env = less("AWS_VPC_K8S_CNI_EXTERNALSNAT")
    env["aws-node"]["POD_SECURITY_GROUP_ENFORCING_MODE"] = "strict"
    env["aws-node"]["AWS_VPC_K8S_CNI_EXCLUDE_SNAT_CIDRS"] = "10.9.0.0/16"
    resource.deploy({**properties, "Env": env})
    assert aws_node.values(node.live, env) == env
    assert node.values["aws-node"]["AWS_VPC_K8S_CNI_EXTERNALSNAT"] == "false"
    assert replaced(node.live)["aws-node"]["AWS_VPC_K8S_CNI_EXCLUDE_SNAT_CIDRS"] is None
    assert node.live["metadata"]["generation"] == generation + 1


def test_a_leaving_variable_without_an_original_is_removed_even_if_the_add_on_lists_it_now(node, following, properties):
    """Dropping our half of a shared entry would leave it without a value."""
    resource = CustomResource()
    resource.deploy(properties)
    node.install({"aws-node": {"POD_SECURITY_GROUP_ENFORCING_MODE": "strict"}})
    resource.deploy({**properties, "RunAgain": "1"})
    resource.deploy({**properties, "Env": less("POD_SECURITY_GROUP_ENFORCING_MODE")})
    assert node.values["aws-node"]["POD_SECURITY_GROUP_ENFORCING_MODE"] is None


def test_delete_restores_the_originals_and_leaves_no_trace(node, following, properties):
    """Values, note and ownership; and the add-on applies without force."""
    before = node.live
    resource = CustomResource()
    resource.deploy(properties)
    resource.delete()
    live = node.live
    assert live["spec"]["template"]["spec"] == before["spec"]["template"]["spec"]
    assert NOTE not in live["metadata"]["annotations"]
    assert "podnet" not in aws_node.managers(live)
    node.install(aws_node.ENV, force=False)
    assert node.values == aws_node.ENV


def test_delete_rolls_once(node, following, properties):
    """One generation, and no blank value on the way."""
    resource = CustomResource()
    resource.deploy(properties)
    generation = node.live["metadata"]["generation"]
    resource.delete()
    assert node.live["metadata"]["generation"] == generation + 1


def test_delete_leaves_and_names_a_value_that_somebody_changed_since(node, following, properties, capsys):
    """It is not ours any more."""
    resource = CustomResource()
    resource.deploy(properties)
    node.set_env("aws-node", "AWS_VPC_K8S_CNI_EXTERNALSNAT", "perhaps", manager="kubectl-edit")
    node.set_env("aws-node", "POD_SECURITY_GROUP_ENFORCING_MODE", "strict", manager="kubectl-set")
    resource.delete()
    assert node.values["aws-node"] == {
        "ENABLE_POD_ENI": "false",
        "POD_SECURITY_GROUP_ENFORCING_MODE": "strict",
        "AWS_VPC_K8S_CNI_EXTERNALSNAT": "perhaps",
    }
    said = capsys.readouterr().out
    assert "AWS_VPC_K8S_CNI_EXTERNALSNAT is left at 'perhaps', set by kubectl-edit" in said
    assert "POD_SECURITY_GROUP_ENFORCING_MODE is left at 'strict', set by kubectl-set" in said


def test_delete_leaves_what_the_add_on_carries_too(node, following, properties):
    """A co-owned value is the add-on's own wish."""
    resource = CustomResource()
    resource.deploy(properties)
    node.install(aws_node.ENV)
    generation = node.live["metadata"]["generation"]
    resource.delete()
    assert node.values == aws_node.ENV
    assert aws_node.managers(node.live).isdisjoint({"podnet"})
    assert node.live["metadata"]["generation"] == generation


def test_a_value_that_somebody_changed_stays_when_its_variable_leaves_the_settings(node, following, properties):
    """Neither restored nor made blank."""
    resource = CustomResource()
    resource.deploy(properties)
    node.set_env("aws-node", "AWS_VPC_K8S_CNI_EXTERNALSNAT", "perhaps")
    resource.deploy({**properties, "Env": less("AWS_VPC_K8S_CNI_EXTERNALSNAT")})
    assert node.values["aws-node"]["AWS_VPC_K8S_CNI_EXTERNALSNAT"] == "perhaps"


def test_delete_twice_is_no_error(node, following, properties):
    """CloudFormation repeats a Delete whose answer it lost."""
    resource = CustomResource()
    resource.deploy(properties)
    resource.delete()
    resource.properties = properties
    following.stop()
    live = node.live
    resource.delete()
    assert node.live["metadata"]["resourceVersion"] == live["metadata"]["resourceVersion"]


def test_delete_without_the_note_releases_and_leaves_the_values(node, following, properties):
    """Somebody removed the annotation: nobody knows the originals any more."""
    resource = CustomResource()
    resource.deploy(properties)
    body = {"metadata": {"annotations": {NOTE: None}}}
    node.api("PATCH", aws_node.PATH, body, "application/merge-patch+json")
    resource.delete()
    assert node.values == aws_node.ENV
    assert "podnet" not in aws_node.managers(node.live)


def test_delete_succeeds_without_the_daemon_set(node, following, properties):
    """The add-on was deleted first."""
    resource = CustomResource()
    resource.deploy(properties)
    following.stop()
    node.remove()
    assert resource.delete() < 5


def test_the_namespace_cannot_go_before_the_daemon_set(node):
    """Kubernetes refuses to delete kube-system, so `namespace gone` is `cluster gone`."""
    status, _ = node.api.raw("DELETE", "/api/v1/namespaces/kube-system")
    assert status == 403


def test_delete_succeeds_without_the_access_entry(node, following, properties, reviewer, capsys):
    """401 for ever: within 30 s, and the log says that values stay."""
    resource = CustomResource()
    resource.deploy(properties)
    reviewer.entries = {}
    time.sleep(1.1)  # tokens of the same second are the same, and the API server remembers a good one for 10 s
    resource.seconds = 7
    assert resource.delete() < 8
    assert "nothing to restore" in capsys.readouterr().out
    assert node.values == aws_node.ENV


@pytest.mark.parametrize(
    ("endpoint", "seconds"),
    [("https://127.0.0.1:1", 7), ("https://gone.eks.invalid", 7), ("https://127.0.0.1:{silent}", 12)],
    ids=["refused", "no such name", "time-out"],
)
@pytest.mark.usefixtures("node", "following")
def test_delete_succeeds_without_the_cluster(properties, endpoint, seconds, blackhole):
    """Within 30 s: the whole cluster is gone. Less where Lambda has less time left."""
    resource = CustomResource()
    resource.deploy(properties)
    resource.properties = {**properties, "Endpoint": endpoint.format(silent=blackhole)}
    resource.seconds = seconds
    assert resource.delete() < min(30, seconds)


def test_delete_fails_where_the_cluster_is_there_and_refuses(node, following, properties, plane, rights):
    """403 is not gone: the values would stay without anybody knowing."""
    resource = CustomResource()
    resource.deploy(properties)
    binding = next(rule for rule in rights if rule["kind"] == "RoleBinding")
    plane.api.delete(binding)
    try:
        with pytest.raises(Exception, match=r"refused with 403.*look at the Role podnet-aws-node-env"):
            resource.delete()
    finally:
        plane.api.apply(binding, "rights")
    assert resource.delete() < 30
    assert node.values == ORIGINALS
