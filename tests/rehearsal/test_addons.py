"""The add-ons on a real API server: what they install, and how they get on with other managers."""

import pytest

from rehearsal.control_plane import ControlPlane
from rehearsal.emulator.cluster.core_dns import CoreDns
from rehearsal.emulator.cluster.kube_proxy import KubeProxy
from rehearsal.emulator.cluster.vpc_cni import VpcCni
from rehearsal.emulator.refused import RefusedError
from rehearsal.parts import ensure, module_dir

AWS_NODE = {"apiVersion": "apps/v1", "kind": "DaemonSet", "metadata": {"name": "aws-node", "namespace": "kube-system"}}
ADDON = {"addonVersion": "v1.23.1-eksbuild.1", "configurationValues": '{"env": {"WARM_IP_TARGET": "4"}}'}


@pytest.fixture(scope="module")
def api(tmp_path_factory):
    """The API of etcd and an API server, as admin."""
    plane = ControlPlane(tmp_path_factory.mktemp("cni") / "plane", ensure("etcd", "kube-apiserver")).start()
    yield plane.api
    plane.stop()


@pytest.fixture
def cni(api):
    """The add-on, installed, and removed after the test."""
    made = VpcCni(api, module_dir("vpc_cni"))
    made.apply(ADDON, "NONE")
    yield made
    made.remove()


def pod(api):
    """The pod template's spec of aws-node."""
    return api.get(AWS_NODE)["spec"]["template"]["spec"]


def env(api):
    """The variables of the aws-node container."""
    return {entry["name"]: entry.get("value") for entry in pod(api)["containers"][0]["env"]}


def take(api, value):
    """Take ENABLE_POD_ENI as another manager, as podnet does."""
    entry = {"name": "aws-node", "env": [{"name": "ENABLE_POD_ENI", "value": value}]}
    api.apply({**AWS_NODE, "spec": {"template": {"spec": {"containers": [entry]}}}}, "podnet")


def test_the_manifest_is_applied_by_eks_with_its_configuration(api, cni):
    """Field manager eks owns it; configured variables have their values."""
    managers = {entry["manager"] for entry in api.get(AWS_NODE)["metadata"]["managedFields"]}
    assert managers == {"eks"}
    assert env(api)["WARM_IP_TARGET"] == "4"
    assert env(api)["ENABLE_POD_ENI"] == "false"


def test_another_version_changes_the_images(api, cni):
    """So an upgrade rolls the DaemonSet, as it does on EKS."""
    before = api.get(AWS_NODE)["metadata"]["generation"]
    cni.apply({**ADDON, "addonVersion": "v1.24.0-eksbuild.2"}, "NONE")
    tags = {c["name"]: c["image"].rpartition(":")[2] for c in (*pod(api)["containers"], *pod(api)["initContainers"])}
    assert (tags["aws-node"], tags["aws-vpc-cni-init"]) == ("v1.24.0", "v1.24.0")
    assert tags["aws-eks-nodeagent"] != "v1.24.0"
    assert api.get(AWS_NODE)["metadata"]["generation"] == before + 1


def test_the_same_again_changes_nothing(api, cni):
    """A second apply of the same add-on does not even touch the object."""
    before = api.get(AWS_NODE)["metadata"]["resourceVersion"]
    cni.apply(ADDON, "OVERWRITE")
    assert api.get(AWS_NODE)["metadata"]["resourceVersion"] == before


def test_none_refuses_a_conflict_and_changes_nothing(api, cni):
    """The refusal names the other manager."""
    take(api, "true")
    with pytest.raises(RefusedError, match='conflict with "podnet"'):
        cni.apply({**ADDON, "addonVersion": "v1.24.0-eksbuild.1"}, "NONE")
    assert env(api)["ENABLE_POD_ENI"] == "true"


def test_overwrite_takes_the_value_back(api, cni):
    """Which switches pod security groups off when the add-on's configuration does not carry the value."""
    take(api, "true")
    cni.apply(ADDON, "OVERWRITE")
    assert env(api)["ENABLE_POD_ENI"] == "false"


def test_preserve_keeps_the_value_and_applies_the_rest(api, cni):
    """The other manager's value stays, a changed variable arrives."""
    take(api, "true")
    cni.apply({**ADDON, "configurationValues": '{"env": {"WARM_IP_TARGET": "8"}}'}, "PRESERVE")
    assert env(api)["ENABLE_POD_ENI"] == "true"
    assert env(api)["WARM_IP_TARGET"] == "8"


def test_remove_leaves_nothing(api):
    """All objects of the manifest go."""
    cni = VpcCni(api, module_dir("vpc_cni"))
    cni.apply(ADDON, "NONE")
    cni.remove()
    assert api.get(AWS_NODE) is None


@pytest.mark.parametrize("version", ["1.23.1", "v1.23.1", "latest"])
def test_a_version_of_another_form_is_refused(api, version):
    """EKS knows versions such as v1.23.1-eksbuild.1 only."""
    with pytest.raises(RefusedError, match="not supported"):
        VpcCni(api, module_dir("vpc_cni")).apply({**ADDON, "addonVersion": version}, "NONE")


CONFIG_MAP = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "coredns", "namespace": "kube-system"}}


@pytest.fixture
def core_dns(api):
    """A function that installs or updates it with a configuration and gives its Corefile; removed after the test."""
    made = CoreDns(api)

    def apply(configuration):
        made.apply({"addonVersion": "v1.14.3-eksbuild.11", "configurationValues": configuration}, "10.96.0.0/16")
        return api.get(CONFIG_MAP)["data"]["Corefile"]

    yield apply
    made.remove()
    assert api.get(CONFIG_MAP) is None


def test_coredns_has_the_corefile_of_its_configuration_and_goes_back_to_eks_own(api, core_dns):
    """An empty configuration is EKS's; the Service has the tenth address all the while."""
    first = core_dns("")
    assert "kubernetes cluster.local" in first
    assert core_dns('{"corefile": ". {\\n}\\n", "replicaCount": 3}') == ". {\n}\n"
    assert core_dns("{}") == first
    service = {**CONFIG_MAP, "kind": "Service", "metadata": {"name": "kube-dns", "namespace": "kube-system"}}
    assert api.get(service)["spec"]["clusterIP"] == "10.96.0.10"


def test_a_corefile_that_somebody_has_edited_stays(api, core_dns):
    """As PRESERVE says, whatever is configured."""
    core_dns("")
    api.apply({**CONFIG_MAP, "data": {"Corefile": "mine"}}, "kubectl-edit")
    assert core_dns('{"corefile": "theirs"}') == "mine"


@pytest.mark.parametrize(
    ("configuration", "reason"),
    [('{"replicas": 3}', r"\$\.replicas: is not defined"), ("[]", "JSON object"), ("{", "valid")],
)
def test_a_configuration_that_coredns_does_not_have_is_refused(api, core_dns, configuration, reason):
    """And nothing is changed."""
    before = core_dns("")
    with pytest.raises(RefusedError, match=reason):
        core_dns(configuration)
    assert api.get(CONFIG_MAP)["data"]["Corefile"] == before


@pytest.mark.parametrize(
    ("configuration", "mode"), [("", '"iptables"'), ("{}", '"iptables"'), ('{"mode": "nftables"}', '"nftables"')]
)
def test_kube_proxy_has_the_mode_of_its_configuration(api, configuration, mode):
    """Where `make verify` reads it; it goes with the add-on."""
    where = {**CONFIG_MAP, "metadata": {"name": "kube-proxy-config", "namespace": "kube-system"}}
    made = KubeProxy(api)
    made.apply({"configurationValues": configuration})
    assert f"\nmode: {mode}\n" in api.get(where)["data"]["config"]
    made.remove()
    assert api.get(where) is None
