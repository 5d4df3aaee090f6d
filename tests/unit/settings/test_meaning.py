"""What settings mean to the VPC CNI and to DNS."""

import pytest

from settings import load
from settings.loading import FOLDER


def test_all_four_variables_are_set_by_default_on_the_right_containers():
    """DISABLE_TCP_EARLY_DEMUX belongs to the init container, the others to aws-node."""
    found = load("prod").pod_networking.variables()
    assert found == {
        "aws-node": {
            "AWS_VPC_K8S_CNI_EXTERNALSNAT": "true",
            "ENABLE_POD_ENI": "true",
            "POD_SECURITY_GROUP_ENFORCING_MODE": "standard",
        },
        "aws-vpc-cni-init": {"DISABLE_TCP_EARLY_DEMUX": "true"},
    }


@pytest.mark.parametrize(
    ("update", "container", "variable", "value"),
    [
        ({"external_snat": False}, "aws-node", "AWS_VPC_K8S_CNI_EXTERNALSNAT", "false"),
        ({"enforcing_mode": "strict"}, "aws-node", "POD_SECURITY_GROUP_ENFORCING_MODE", "strict"),
        ({"exclude_snat_cidrs": ("10.1.0.0/16", "10.2.0.0/16")}, "aws-node", "AWS_VPC_K8S_CNI_EXCLUDE_SNAT_CIDRS",
         "10.1.0.0/16,10.2.0.0/16"),
        ({"env": {"WARM_IP_TARGET": "4"}}, "aws-node", "WARM_IP_TARGET", "4"),
    ],
)  # fmt: skip
def test_a_setting_becomes_its_variable(update, container, variable, value):
    """Each setting reaches the variable that the CNI reads."""
    found = load("prod").pod_networking.model_copy(update=update).variables()
    assert found[container][variable] == value


def test_early_demux_left_alone_leaves_the_init_container_alone():
    """Without the setting podnet owns nothing in the init container."""
    found = load("prod").pod_networking.model_copy(update={"disable_tcp_early_demux": False}).variables()
    assert list(found) == ["aws-node"]


def test_cluster_dns_is_the_tenth_address_of_the_service_range():
    """EKS gives kube-dns the .10 of the range, whatever the range is."""
    settings = load("dev")
    moved = settings.model_copy(
        update={"cluster": settings.cluster.model_copy(update={"service_cidr": "10.100.0.0/16"})}
    )
    assert (settings.cluster_dns_ip, moved.cluster_dns_ip) == ("172.20.0.10", "10.100.0.10")


def test_the_ranges_of_a_vpc_and_of_a_peer_begin_with_the_first(environment_file):
    """A VPC of podnet's has one, an existing one as many as are named."""
    text = (
        (FOLDER / "existing.yaml").read_text().replace("10.60.0.0/16", "10.60.0.0/16\n  further_cidrs: [100.64.0.0/16]")
    )
    peer = "{ name: data, vpc_id: vpc-0d1a2b3c4d5e6f701, cidr: 10.99.0.0/16, further_cidrs: [10.98.0.0/16] }"
    found = load(environment_file(f"{text}\npeers:\n  - {peer}\n"))
    assert found.any_network.cidrs == ("10.60.0.0/16", "100.64.0.0/16")
    assert found.peers[0].cidrs == ("10.99.0.0/16", "10.98.0.0/16")
    assert load("dev").any_network.cidrs == ("10.20.0.0/16",)
