"""Nothing of the handler's Role is spare: with any verb taken away, what it is for fails and says so."""

import copy

import pytest
from cloudformation import CustomResource, DeployError
from errors import HandlerError
from kube_api import KubeApi
from pods import unready_pods

REFUSED = r"refused with 403.*look at the Role podnet-aws-node-env and its binding"


def _parts(rights):
    """Give each (rule, verb) of the Role."""
    (role,) = [found for found in rights if found["kind"] == "Role"]
    return role, [(number, verb) for number, rule in enumerate(role["rules"]) for verb in rule["verbs"]]


def _deploy(node, properties):
    with pytest.raises((DeployError, HandlerError), match=REFUSED):
        CustomResource(seconds=6.5).deploy(properties)


def _wait_for_the_cache(node, properties):
    """The second resource of the handler: it waits for node-local-dns."""
    waits = {"Namespace": "kube-system", "DaemonSet": "node-local-dns", "Revision": "1", "RolloutMinutes": 30}
    waits |= {key: properties[key] for key in ("ClusterName", "Endpoint", "CertificateAuthority")}
    waits |= {"DeadNodes": "count-out"}
    with pytest.raises((DeployError, HandlerError), match=REFUSED):
        CustomResource(seconds=6.5).deploy(waits)


def _name_the_pods(node, properties):
    (told,) = unready_pods(KubeApi(properties, seconds=1), node.live)
    assert told.startswith("which pods is not known: GET pods kube-system was refused with 403")


WORK = {
    ("aws-node", "get"): _deploy,
    ("aws-node", "patch"): _deploy,
    ("node-local-dns", "get"): _wait_for_the_cache,
    ("pods", "list"): _name_the_pods,
}


@pytest.mark.parametrize("part", WORK, ids="-".join)
@pytest.mark.usefixtures("following")
def test_without_one_verb_the_work_fails_and_with_it_it_does_not(plane, rights, node, properties, part):
    """The Role of the chart without it, on a real API server, then as it is."""
    (role, _), (what, verb) = _parts(rights), part
    less = copy.deepcopy(role)
    for rule in less["rules"]:
        if what in (*rule.get("resourceNames", ()), *([] if "resourceNames" in rule else rule["resources"])):
            rule["verbs"] = [found for found in rule["verbs"] if found != verb]
    less["rules"] = [rule for rule in less["rules"] if rule["verbs"]]
    assert less != role
    plane.api.apply(less, "rights")
    try:
        WORK[part](node, properties)
    finally:
        plane.api.apply(role, "rights")
    CustomResource().deploy(properties)


def test_every_verb_of_the_role_is_tried_above(rights):
    """A new rule needs a reason, and its line here."""
    role, parts = _parts(rights)
    named = {(role["rules"][number].get("resourceNames", ["pods"])[0], verb) for number, verb in parts}
    assert named == set(WORK)


def test_without_the_binding_nothing_works(plane, rights, node, properties):
    """The group alone means nothing."""
    (binding,) = [found for found in rights if found["kind"] == "RoleBinding"]
    plane.api.delete(binding)
    try:
        _deploy(node, properties)
    finally:
        plane.api.apply(binding, "rights")
