"""Least privilege, proven by refusals: every verb on every resource that the API server knows."""

import http.client
import json
import ssl
import time
from urllib.parse import urlsplit

import aws_node
import pytest
from kube_api import KubeApi

VERBS = ("get", "list", "watch", "create", "update", "patch", "delete", "deletecollection", "impersonate", "bind")
ALLOWED = {
    ("get", "apps", "daemonsets", "aws-node"),
    ("patch", "apps", "daemonsets", "aws-node"),
    ("get", "apps", "daemonsets", "node-local-dns"),
    ("list", "", "pods", ""),
}
EVERYBODY = {"selfsubjectaccessreviews", "selfsubjectreviews", "selfsubjectrulesreviews"}


def resources(api):
    """Give (group, resource, namespaced) of all that is served, subresources included."""
    found = {("", r["name"], r["namespaced"]) for r in api("GET", "/api/v1")["resources"]}
    for group in api("GET", "/apis")["groups"]:
        for version in group["versions"]:
            served = api("GET", f"/apis/{version['groupVersion']}")["resources"]
            found |= {(group["name"], r["name"], r["namespaced"]) for r in served}
    return sorted(found)


def allowed(ask, *, group, resource, verb, name="", namespace=""):
    """Ask the API server's authorizer about the handler's group."""
    resource, _, subresource = resource.partition("/")
    attributes = {"verb": verb, "group": group, "resource": resource, "subresource": subresource}
    attributes |= {"name": name, "namespace": namespace}
    who = {"user": "handler", "groups": ["podnet:reconcilers", "system:authenticated"]}
    review = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SubjectAccessReview",
        "spec": {**who, "resourceAttributes": attributes},
    }
    path = "/apis/authorization.k8s.io/v1/subjectaccessreviews"
    return ask(path, review)["status"]["allowed"]


def asker(plane):
    """Give a function that posts on one connection: a handshake for each of two thousand questions takes 20 s."""
    tls = ssl.create_default_context(cafile=str(plane.ca_file))
    where = urlsplit(plane.endpoint)
    connection = http.client.HTTPSConnection(where.hostname, where.port, context=tls)
    headers = {"Authorization": f"Bearer {plane.admin_token}", "Content-Type": "application/json"}

    def ask(path, body):
        connection.request("POST", path, json.dumps(body), headers)
        return json.loads(connection.getresponse().read())

    return ask


def test_everything_but_four_things_is_refused(plane):
    """Verbs x resources, in kube-system, in another namespace and cluster-wide, with and without a name."""
    granted, asked, ask = set(), 0, asker(plane)
    for group, resource, namespaced in resources(plane.api):
        for verb in VERBS:
            for namespace in ("kube-system", "default", "") if namespaced else ("",):
                names = ("", "aws-node", "node-local-dns") if resource.startswith("daemonsets") else ("",)
                for name in names:
                    asked += 1
                    if allowed(ask, group=group, resource=resource, verb=verb, name=name, namespace=namespace):
                        granted.add((verb, group, resource, name, namespace))
    assert {right[:4] for right in granted if right[2] not in EVERYBODY} == ALLOWED
    assert {right[4] for right in granted if right[2] not in EVERYBODY} == {"kube-system"}
    assert {right[0] for right in granted if right[2] in EVERYBODY} == {"create"}
    assert asked > 1000


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/namespaces/kube-system/secrets",
        "/api/v1/nodes",
        "/apis/apps/v1/namespaces/kube-system/daemonsets",
        "/apis/apps/v1/namespaces/kube-system/daemonsets/kube-proxy",
        "/api/v1/namespaces/default/pods",
        "/api/v1/namespaces/kube-system/pods/aws-node-x",
    ],
)
def test_the_handlers_own_token_is_refused_elsewhere(node, properties, path):
    """The same with its real token, not by asking the authorizer."""
    with pytest.raises(Exception, match="refused with 403"):
        KubeApi(properties, seconds=0.1).get(path)


def test_the_handlers_own_token_reads_what_it_needs(node, properties):
    """And with it only that."""
    api = KubeApi(properties, seconds=5)
    assert api.get(aws_node.PATH)["metadata"]["name"] == "aws-node"
    assert api.get("/api/v1/namespaces/kube-system/pods?limit=1")["kind"] == "PodList"


def test_a_role_without_an_access_entry_is_not_known(node, properties, reviewer):
    """401 and not 403."""
    reviewer.entries = {}
    time.sleep(1.1)  # a token of this second may be remembered
    with pytest.raises(Exception, match="refused with 401"):
        KubeApi(properties, seconds=0.1).get(aws_node.PATH)


@pytest.mark.usefixtures("node")
@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"AWS_SECRET_ACCESS_KEY": "another"}, "signature"),
        ({"AWS_REGION": "eu-west-1"}, "host"),
        ({"AWS_SESSION_TOKEN": ""}, "session token"),
    ],
)
def test_a_token_that_is_signed_otherwise_is_not_accepted(properties, reviewer, monkeypatch, change, why):
    """The judge of the tests does judge."""
    for name, value in change.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(Exception, match="refused with 401"):
        KubeApi(properties, seconds=0.1).get(aws_node.PATH)
    assert why in reviewer.refused[-1]


def test_a_token_for_another_cluster_is_not_accepted(node, properties):
    """The cluster's name is in the signed header."""
    with pytest.raises(Exception, match="refused with 401"):
        KubeApi({**properties, "ClusterName": "other"}, seconds=0.1).get(aws_node.PATH)
