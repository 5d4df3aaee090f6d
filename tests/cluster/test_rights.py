"""Least privilege, proven by refusals: every verb on every resource that the API server knows."""

import http.client
import json
import ssl
import time
from urllib.parse import urlsplit

import aws_node
import cdk8s
import pytest
from kube_api import KubeApi

from charts.trunk_nodes_rights import TrunkNodesRights

VERBS = ("get", "list", "watch", "create", "update", "patch", "delete", "deletecollection")
VERBS += ("impersonate", "bind", "escalate", "approve", "sign", "use", "attest")
ALLOWED = {
    ("get", "apps", "daemonsets", "aws-node"),
    ("patch", "apps", "daemonsets", "aws-node"),
    ("get", "apps", "daemonsets", "node-local-dns"),
    ("list", "", "pods", ""),
}
FOR_NODES = {("list", "", "nodes", ""), ("list", "vpcresources.k8s.aws", "cninodes", ""), ("list", "", "events", "")}
NOT_SERVED = {  # what a grant could name though nothing answers under it here
    ("vpcresources.k8s.aws", "cninodes", False),
    ("vpcresources.k8s.aws", "securitygrouppolicies", True),
    ("certificates.k8s.io", "signers", False),
    ("", "users", False),
    ("", "groups", False),
    ("authentication.k8s.io", "userextras/scopes", False),
    ("policy", "podsecuritypolicies", False),
}
PATHS = ("/", "/api", "/apis", "/metrics", "/logs", "/logs/", "/debug/pprof/", "/version", "/healthz", "/configz")
EVERYBODY = {"selfsubjectaccessreviews", "selfsubjectreviews", "selfsubjectrulesreviews"}


def resources(api):
    """Give (group, resource, namespaced) of all that is served, subresources included."""
    found = {("", r["name"], r["namespaced"]) for r in api("GET", "/api/v1")["resources"]}
    for group in api("GET", "/apis")["groups"]:
        for version in group["versions"]:
            served = api("GET", f"/apis/{version['groupVersion']}")["resources"]
            found |= {(group["name"], r["name"], r["namespaced"]) for r in served}
    return sorted(found | NOT_SERVED)


def allowed(ask, *groups, **attributes):
    """Ask the API server's authorizer about somebody in these groups."""
    spec = {"user": "handler", "groups": [*groups, "system:authenticated"], **attributes}
    review = {"apiVersion": "authorization.k8s.io/v1", "kind": "SubjectAccessReview", "spec": spec}
    return ask("/apis/authorization.k8s.io/v1/subjectaccessreviews", review)["status"]["allowed"]


def may(ask, *, group, resource, verb, name="", namespace=""):
    """Ask it about the handler's group and a resource."""
    resource, _, subresource = resource.partition("/")
    attributes = {"verb": verb, "group": group, "resource": resource, "subresource": subresource}
    attributes |= {"name": name, "namespace": namespace}
    return allowed(ask, "podnet:reconcilers", resourceAttributes=attributes)


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


def granted(plane):
    """Give (verb, group, resource, name, namespace) of all that is granted, and how many questions that took.

    Verbs x resources, in kube-system, in another namespace and cluster-wide, with and without a name.
    """
    found, asked, ask = set(), 0, asker(plane)
    for group, resource, namespaced in resources(plane.api):
        for verb in VERBS:
            for namespace in ("kube-system", "default", "") if namespaced else ("",):
                names = ("", "aws-node", "node-local-dns") if resource.startswith("daemonsets") else ("",)
                for name in names:
                    asked += 1
                    if may(ask, group=group, resource=resource, verb=verb, name=name, namespace=namespace):
                        found.add((verb, group, resource, name, namespace))
    assert {right[0] for right in found if right[2] in EVERYBODY} == {"create"}
    return {right for right in found if right[2] not in EVERYBODY}, asked


@pytest.fixture
def trunk_rights(plane):
    """The second chart of the handler, which every new cluster has."""
    rights = TrunkNodesRights(cdk8s.App(), "Rights", group="podnet:reconcilers").to_json()
    for obj in rights:
        plane.api.apply(obj, "rights")
    yield
    for obj in rights:
        plane.api.delete(obj)


def test_everything_but_four_things_is_refused(plane):
    """All of them in kube-system."""
    found, asked = granted(plane)
    assert {right[:4] for right in found} == ALLOWED
    assert {right[4] for right in found} == {"kube-system"}
    assert asked > 2000


def test_the_rights_for_trunk_nodes_add_three_lists(plane, trunk_rights):
    """Nodes and CNINodes, which are in no namespace, and the events of nodes, which are in default."""
    found, _ = granted(plane)
    more = {right for right in found if right[:4] not in ALLOWED}
    assert {right[:4] for right in more} == FOR_NODES
    assert {right[4] for right in more if right[2] == "events"} == {"default"}
    assert {right[4] for right in more if right[2] != "events"} == {""}


def test_no_path_of_the_server_is_open_that_is_not_open_to_everybody(plane, trunk_rights):
    """Metrics, logs and profiles, which are no resources."""
    ask = asker(plane)
    for path in PATHS:
        for verb in ("get", "post", "put", "delete"):
            about = {"nonResourceAttributes": {"path": path, "verb": verb}}
            assert allowed(ask, "podnet:reconcilers", **about) == allowed(ask, **about), (path, verb)
    assert not allowed(ask, "podnet:reconcilers", nonResourceAttributes={"path": "/metrics", "verb": "get"})


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
