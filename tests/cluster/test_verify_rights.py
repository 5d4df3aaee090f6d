"""The rights that docs/operations.md lists are those that `make verify` needs, as RBAC of a real API server judges."""

import json
import os
import time

import pytest
import yaml

from rehearsal.kubectl import kubectl_folder
from rehearsal.parts import module_dir
from rehearsal.workspace import PROJECT
from settings import load
from verify.errors import VerifyError
from verify.kube_system import kube_system
from verify.kubectl import Kubectl
from verify.nodes import nodes
from verify.pods import pods
from verify.policies import policies

LOOKS = (kube_system, nodes, policies, pods)
GROUPS = {"daemonsets": "apps", "cninodes": "vpcresources.k8s.aws", "securitygrouppolicies": "vpcresources.k8s.aws"}
RIGHTS = {
    "kube-system": ("daemonsets", "services", "configmaps"),
    "": ("nodes", "cninodes", "securitygrouppolicies"),
    "default": ("events",),
    "shop": ("pods", "serviceaccounts"),
    "monitoring": ("pods", "serviceaccounts"),
}


@pytest.fixture
def reader(plane, tmp_path, monkeypatch):
    """A function that gives kubectl of somebody who may list these kinds in these namespaces."""
    for crd in (module_dir("vpc_resource_controller") / "config" / "crd" / "bases").glob("*.yaml"):
        plane.api.apply(yaml.safe_load(crd.read_text()), "eks")
    for space in ("shop", "monitoring"):
        plane.api.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": space}}, "team")
    config = yaml.safe_load(plane.kubeconfig.read_text())
    config["users"][0]["user"]["as"] = "reader"
    (tmp_path / "kubeconfig").write_text(json.dumps(config))
    monkeypatch.setenv("PATH", f"{kubectl_folder('1.35')}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "kubeconfig"))

    def allowed(rights):
        for space, kinds in rights.items():
            rules = [{"apiGroups": [GROUPS.get(kind, "")], "resources": [kind], "verbs": ["list"]} for kind in kinds]
            what = "Role" if space else "ClusterRole"
            meta = {"name": "reader", **({"namespace": space} if space else {})}
            head = {"apiVersion": "rbac.authorization.k8s.io/v1", "metadata": meta}
            plane.api.apply({**head, "kind": what, "rules": rules}, "team")
            who = [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "reader"}]
            ref = {"apiGroup": "rbac.authorization.k8s.io", "kind": what, "name": "reader"}
            plane.api.apply({**head, "kind": f"{what}Binding", "roleRef": ref, "subjects": who}, "team")
        until = time.monotonic() + 30
        while _judged(plane.api) != {(space, kind) for space, kinds in rights.items() for kind in kinds}:
            assert time.monotonic() < until
        return Kubectl()

    return allowed


def _judged(api):
    """Give what the reader may list by now: the API server hears of a role a moment after it was written."""
    found = set()
    for space, kind in [(space, kind) for space, kinds in RIGHTS.items() for kind in kinds]:
        asked = {"verb": "list", "group": GROUPS.get(kind, ""), "resource": kind, "namespace": space}
        review = {"spec": {"user": "reader", "resourceAttributes": asked}}
        if api("POST", "/apis/authorization.k8s.io/v1/subjectaccessreviews", review)["status"]["allowed"]:
            found.add((space, kind))
    return found


def test_the_rights_of_the_paper_are_enough_and_none_is_too_many(reader):
    """With all of them everything is looked at; without any one of them something is refused."""
    settings = load("dev")
    assert {workload.namespace for workload in settings.workloads} == {"shop", "monitoring"}
    kubectl = reader(RIGHTS)
    assert [finding for look in LOOKS for finding in look(settings, kubectl)]
    for space, kinds in RIGHTS.items():
        for kind in kinds:
            kubectl = reader(RIGHTS | {space: tuple(one for one in kinds if one != kind)})
            with pytest.raises(
                VerifyError, match=f'get .*{kind}.*` must work.*list resource "{kind}".*an administrator'
            ):
                [finding for look in LOOKS for finding in look(settings, kubectl)]


def test_the_paper_names_each_of_them():
    """`make verify` is told to be given those."""
    text = (PROJECT / "docs" / "operations.md").read_text()
    (told,) = [part for part in text.split("\n- ") if part.startswith("*With which rights?*")]
    assert not [kind for kinds in RIGHTS.values() for kind in kinds if f"`{kind}`" not in told]
