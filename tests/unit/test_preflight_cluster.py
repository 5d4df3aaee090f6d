"""What `make preflight` says of an existing cluster, asked of a fake of EKS and IAM.

The emulator's clusters are of one kind; the rehearsal of an existing cluster looks at one of those.
"""

import json

import pytest
import yaml

from preflight.__main__ import LOOKS
from preflight.account import Account
from settings import load
from settings.loading import FOLDER
from tests.unit.fake_aws import answering

SHIPPED = yaml.safe_load((FOLDER / "existing.yaml").read_text())
NAMED = SHIPPED["existing_cluster"]
CERTIFICATE = NAMED["certificate_authority"]
CLUSTER = {
    "name": NAMED["name"],
    "version": NAMED["kubernetes_version"],
    "endpoint": NAMED["endpoint_url"],
    "certificateAuthority": {"data": CERTIFICATE},
    "kubernetesNetworkConfig": {"serviceIpv4Cidr": NAMED["service_cidr"]},
    "accessConfig": {"authenticationMode": "API"},
    "roleArn": "arn:aws:iam::111111111111:role/team/owner",
    "resourcesVpcConfig": {
        "clusterSecurityGroupId": NAMED["security_group_id"],
        "vpcId": SHIPPED["existing_network"]["vpc_id"],
        "endpointPublicAccess": True,
        "endpointPrivateAccess": False,
        "publicAccessCidrs": ["0.0.0.0/0"],
    },
}
ADDON = {"addonVersion": SHIPPED["pod_networking"]["vpc_cni"]["version"]}
POLICIES = ("AmazonEKSClusterPolicy", "AmazonEKSVPCResourceController")
AS_FILED, REACHED, RIGHTS, VERSION = (
    "the cluster is as the file says",
    "functions reach the API server",
    "the cluster takes access entries, and its role may make trunk ENIs",
    "the add-on vpc-cni has the version of the file",
)


@pytest.fixture
def told(monkeypatch, environment_file):
    """A function: what is found of a changed file where EKS and IAM answer so, as {promise: problems, or why not}."""

    def see(change=lambda content: None, **answers):
        content = json.loads(json.dumps(SHIPPED))
        change(content)
        settings, account = load(environment_file(yaml.safe_dump(content))), Account("eu-west-1")
        there = {"cluster": CLUSTER, "addon": ADDON, "policies": POLICIES}
        with answering(monkeypatch, **{**there, **answers}):
            found = [look(settings, account) for look in LOOKS if look.what in {AS_FILED, REACHED, RIGHTS, VERSION}]
        return {one.what: one.not_tried or one.problems for one in found if one}

    return see


def _vpc(**values):
    return {**CLUSTER, "resourcesVpcConfig": {**CLUSTER["resourcesVpcConfig"], **values}}


def _private(content):
    content["existing_cluster"]["endpoint"] = "private"


def test_one_that_is_as_the_file_says_holds(told):
    """Four promises; a file with a new cluster has none of them."""
    assert told() == {AS_FILED: [], REACHED: [], RIGHTS: [], VERSION: []}


@pytest.mark.parametrize(
    ("cluster", "problem"),
    [
        (
            {**CLUSTER, "version": "1.36"},
            "existing_cluster.kubernetes_version: the file has 1.35, and the cluster 1.36",
        ),
        (
            {**CLUSTER, "endpoint": "https://b"},
            f"existing_cluster.endpoint_url: the file has {NAMED['endpoint_url']}, and the cluster https://b",
        ),
        (
            {**CLUSTER, "certificateAuthority": {"data": "A" * 300 + "z" * 40}},
            f"existing_cluster.certificate_authority: the file has {CERTIFICATE}, and the cluster …{'z' * 40}",
        ),
        (
            {**CLUSTER, "kubernetesNetworkConfig": {"serviceIpv4Cidr": "10.100.0.0/16"}},
            "existing_cluster.service_cidr: the file has 172.20.0.0/16, and the cluster 10.100.0.0/16",
        ),
        (
            _vpc(clusterSecurityGroupId="sg-1"),
            f"existing_cluster.security_group_id: the file has {NAMED['security_group_id']}, and the cluster sg-1",
        ),
        (
            _vpc(vpcId="vpc-1"),
            f"existing_network.vpc_id: the file has {SHIPPED['existing_network']['vpc_id']}, and the cluster vpc-1",
        ),
    ],
)
def test_each_value_of_the_file_is_compared(told, cluster, problem):
    """Both are told; of a long certificate the end, since all begin alike."""
    assert told(cluster=cluster)[AS_FILED] == [problem]


@pytest.mark.parametrize(
    ("change", "cluster", "problem"),
    [
        (None, _vpc(endpointPublicAccess=False), "the file has public, and the API server has no public endpoint"),
        (
            None,
            _vpc(publicAccessCidrs=["192.0.2.0/24"]),
            "the file has public, and the API server admits 192.0.2.0/24 alone",
        ),
        (_private, CLUSTER, "the file has private, and the API server has no private endpoint"),
    ],
)
def test_an_api_server_that_functions_do_not_reach_is_told(told, change, cluster, problem):
    """A function outside the VPC has no address that a list of ranges could admit."""
    assert told(change or (lambda content: None), cluster=cluster)[REACHED] == [f"existing_cluster.endpoint: {problem}"]
    assert told(_private, cluster=_vpc(endpointPrivateAccess=True))[REACHED] == []


@pytest.mark.parametrize(
    ("answers", "problem"),
    [
        (
            {"cluster": {**CLUSTER, "accessConfig": {"authenticationMode": "CONFIG_MAP"}}},
            "has the authentication mode CONFIG_MAP",
        ),
        (
            {"cluster": {key: value for key, value in CLUSTER.items() if key != "accessConfig"}},
            "has the authentication mode CONFIG_MAP",
        ),
    ],
)
def test_a_cluster_without_access_entries_is_told(told, answers, problem):
    """One of before 2023 says nothing of it."""
    assert told(**answers)[RIGHTS] == [f"existing_cluster.name: payments-eu {problem}"]


def test_a_role_without_the_controllers_policy_is_told(told):
    """Without it no node gets a trunk ENI."""
    wanted = "existing_cluster.name: the role owner of payments-eu has no AmazonEKSVPCResourceController"
    assert told(policies=POLICIES[:1])[RIGHTS] == [wanted]


def test_the_add_on_has_another_version_or_is_none(told):
    """Of a self-managed CNI EKS knows no version."""
    version = SHIPPED["pod_networking"]["vpc_cni"]["version"]
    wanted = f"pod_networking.vpc_cni.version: the file has {version}, and the cluster v1.0.0-eksbuild.1"
    assert told(addon={"addonVersion": "v1.0.0-eksbuild.1"})[VERSION] == [wanted]
    assert told(addon=None)[VERSION] == "there is no add-on vpc-cni; aws-node's image shows the version"


def test_a_cluster_that_is_not_there_is_told_once(told):
    """What else would be asked of it is not tried."""
    found = told(cluster=None)
    assert found[AS_FILED] == ["existing_cluster.name: there is no cluster payments-eu in eu-west-1"]
    assert [found[what] for what in (REACHED, RIGHTS)] == ["No cluster found"] * 2
